// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/net/sendqueue.h"
#include "server/net/socketpoller.h"
#include "server/net/transport.h"

#include <sys/epoll.h>

namespace memorykv {

/// A client over plain TCP. Reads into the caller's buffer and writes from the caller's bytes, with
/// one system call for each; only what the network does not take at once is kept.
///
/// Not QTcpSocket, which gives up its descriptor when the client has sent its last byte, although
/// answers may be owed to it still, and which passes all bytes through buffers of its own.
class PlainTransport final : public Transport, private SocketPoller::Listener
{
    Q_OBJECT

public:
    /// A transport that owns \a descriptor and waits for it with \a poller, or null, and then does
    /// not, when that is no connected socket (any more) or the system refuses to wait for it.
    static std::unique_ptr<PlainTransport> open(int descriptor,
                                                std::shared_ptr<SocketPoller> poller);
    ~PlainTransport() override;

    bool isTls() const override { return false; }
    qint64 read(char *buffer, qint64 maxSize) override;
    bool atEnd() const override { return m_atEnd; }
    void write(const QByteArray &bytes) override;
    qint64 unsentBytes() const override { return m_queue.bytes(); }
    void shutdownWrite() override;
    void close() override;
    void abort() override { endSoon(); }

private:
    PlainTransport(int descriptor, Peer peer, std::shared_ptr<SocketPoller> poller);

    void onReady(quint32 events) override;
    void sendWaiting();
    void tellReadable();
    void waitForWhatIsNeeded();
    void end();
    void endSoon();
    void release();

    int m_descriptor; ///< -1 once it is closed
    std::shared_ptr<SocketPoller> m_poller;
    quint64 m_id = 0; ///< at the poller
    quint32 m_waitsFor = EPOLLIN;
    SendQueue m_queue;
    bool m_isWanted = true; ///< what comes: there has been a read() since readyRead()
    bool m_atEnd = false;
    bool m_closing = false;
};

} // namespace memorykv
