// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QObject>

#include <memory>
#include <optional>

namespace memorykv {

/// The bytes from and to one client, over TCP or TLS. Owns its socket. Lives on its worker's
/// thread.
///
/// No signal comes from within a call to one of these functions; all come from the event loop.
class Transport : public QObject
{
    Q_OBJECT

public:
    /// \a socket's address and port are those of the client.
    struct Peer
    {
        QHostAddress address;
        quint16 port = 0;
    };

    explicit Transport(Peer peer);
    ~Transport() override;

    const Peer &peer() const { return m_peer; }

    /// The client as the feed and the log tell of it: "192.0.2.1:4711" or "[2001:db8::1]:4711".
    QByteArray peerText() const;

    /// Whether bytes are sent as TLS records. Its handshake may still be going on.
    virtual bool isTls() const = 0;

    /// Whether reading and writing can begin; ready() tells when.
    virtual bool isReady() const { return true; }

    /// Reads up to \a maxSize bytes into \a buffer and returns how many there were: 0 when there
    /// are none now, or never will be again. As long as there is more, readyRead() comes again
    /// after each read(), and only then, so that a client is slowed down by not reading.
    virtual qint64 read(char *buffer, qint64 maxSize) = 0;

    /// The client sends nothing more; it may still be reading (RFC 9293 3.6).
    virtual bool atEnd() const = 0;

    /// Sends \a bytes after all that were written before, as fast as the client takes them. Shares
    /// the bytes that have to wait. Drops them when the connection is closed or gone.
    virtual void write(const QByteArray &bytes) = 0;

    /// Bytes that were written and that the network has not taken.
    virtual qint64 unsentBytes() const = 0;

    /// Tells the client that nothing more comes, and goes on reading. Everything has to be sent.
    virtual void shutdownWrite() = 0;

    /// Closes once everything is sent; ended() follows.
    virtual void close() = 0;

    /// Closes at once; ended() follows.
    virtual void abort() = 0;

    /// Keeps \a ticket as long as the transport lives.
    void keep(std::shared_ptr<void> ticket) { m_ticket = std::move(ticket); }

protected:
    /// The client at the other end of \a descriptor; nothing when that is no connected socket.
    static std::optional<Peer> peerOf(int descriptor);

Q_SIGNALS:
    /// The handshake is done. Only where isReady() was false.
    void ready();
    /// There is something to read, or the client has come to its end.
    void readyRead();
    /// The network has taken some of the bytes that were waiting.
    void progressed();
    /// The connection is gone. Comes once.
    void ended();

private:
    const Peer m_peer;
    std::shared_ptr<void> m_ticket;
};

} // namespace memorykv
