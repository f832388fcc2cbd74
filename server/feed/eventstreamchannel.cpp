// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/eventstreamchannel.h"

#include "shared/socketbytes.h"

namespace memorykv {

EventStreamChannel::EventStreamChannel(std::unique_ptr<QTcpSocket> socket,
                                       const QByteArray &responseHead)
    : m_socket(std::move(socket))
{
    // What the consumer sends means nothing here, but its end of the stream does.
    connect(m_socket.get(), &QTcpSocket::readyRead, m_socket.get(),
            [socket = m_socket.get()] { socket->skip(socket->bytesAvailable()); });
    connectProgress(m_socket.get(), this, [this] { Q_EMIT progressed(); });
    connect(m_socket.get(), &QTcpSocket::disconnected, this, &FeedChannel::closed);
    m_socket->write(responseHead);
}

void EventStreamChannel::send(const QByteArray &bytes)
{
    writeSoon(*m_socket, bytes);
}

qint64 EventStreamChannel::pendingBytes() const
{
    return unsentBytes(*m_socket);
}

void EventStreamChannel::beat()
{
    send(": heartbeat\n\n");
}

void EventStreamChannel::close(CloseReason)
{
    m_socket->disconnectFromHost();
}

void EventStreamChannel::abort()
{
    m_socket->abort();
}

} // namespace memorykv
