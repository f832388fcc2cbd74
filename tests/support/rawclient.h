// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/httpresponse.h"

#include <QTcpSocket>

namespace memorykv::test {

/// A blocking TCP client for 127.0.0.1 that sends just the bytes it is given. Every wait has a
/// deadline, 30 s unless given. One thread at a time; needs no event loop.
class RawClient
{
public:
    static constexpr int kWaitMs = 30'000;

    /// Connects; isConnected() tells whether it worked.
    explicit RawClient(quint16 port);
    ~RawClient();

    RawClient(const RawClient &) = delete;
    RawClient &operator=(const RawClient &) = delete;

    bool isConnected() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    quint16 localPort() const { return m_socket.localPort(); }

    /// Hands \a bytes to the kernel. False when the peer closed, or took nothing for 30 s.
    bool send(QByteArrayView bytes);

    /// Queues \a bytes without waiting; they leave while this client reads or sends.
    void queue(QByteArrayView bytes);

    /// Hands as much of \a bytes to the kernel as it takes from a client that reads no answers.
    void sendWhatFits(QByteArrayView bytes);

    /// Ends this side of the connection (a FIN); reading goes on. send() everything before.
    void shutdownWrite();

    /// The next response; \a toHead says that the request was a HEAD. Status 0 and a fault when the
    /// bytes are malformed, the peer closes before or the wait ends.
    HttpResponse readResponse(bool toHead = false, int milliseconds = kWaitMs);

    /// The head of the next response alone; what follows comes from readSome().
    HttpResponse readHead(int milliseconds = kWaitMs);

    /// The bytes at hand, after waiting for some; empty when the peer closed or the wait ended.
    QByteArray readSome(int milliseconds = kWaitMs);

    /// Everything up to the peer's close. closed() is false when the wait ended before.
    QByteArray readUntilClosed(int milliseconds = kWaitMs);

    /// Every response up to the peer's close; malformed bytes end in a response with a fault.
    QList<HttpResponse> readResponsesUntilClosed(int milliseconds = kWaitMs);

    /// Whether the peer has ended the connection, as far as was read.
    bool closed() const { return m_socket.state() != QAbstractSocket::ConnectedState; }

    /// Limits what is taken off the kernel while sending, so that a client that does not read lets
    /// the server feel it. 0 takes the limit away.
    void limitReadBuffer(qint64 bytes);

    void abort() { m_socket.abort(); }

private:
    QByteArray takeReceived();
    template <typename Take>
    HttpResponse readWith(int milliseconds, Take take);

    QTcpSocket m_socket;
    HttpResponseParser m_parser;
};

} // namespace memorykv::test
