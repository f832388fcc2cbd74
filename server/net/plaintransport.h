// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/net/transport.h"

#include <QSocketNotifier>

#include <deque>

namespace memorykv {

/// A client over plain TCP. Reads into the caller's buffer and writes from the caller's bytes, with
/// one system call for each; only what the network does not take at once is kept.
///
/// Not QTcpSocket, which gives up its descriptor when the client has sent its last byte, although
/// answers may be owed to it still, and which passes all bytes through buffers of its own.
class PlainTransport final : public Transport
{
    Q_OBJECT

public:
    /// A transport that owns \a descriptor, or null, and then does not, when that is no connected
    /// socket (any more).
    static std::unique_ptr<PlainTransport> open(int descriptor);
    ~PlainTransport() override;

    bool isTls() const override { return false; }
    qint64 read(char *buffer, qint64 maxSize) override;
    bool atEnd() const override { return m_atEnd; }
    void write(const QByteArray &bytes) override;
    qint64 unsentBytes() const override { return m_unsentBytes; }
    void shutdownWrite() override;
    void close() override;
    void abort() override;

private:
    PlainTransport(int descriptor, Peer peer);

    void noteReadable();
    void sendWaiting();
    void forget(qint64 size);
    void fail();
    void release();

    int m_descriptor;
    QSocketNotifier m_readable;
    std::unique_ptr<QSocketNotifier> m_writable; ///< made when something has to wait first
    std::deque<QByteArray> m_waiting;
    qsizetype m_sentOfFirst = 0;
    qint64 m_unsentBytes = 0;
    bool m_wasRead = false; ///< since readyRead() was last told
    bool m_atEnd = false;
    bool m_closing = false;
};

} // namespace memorykv
