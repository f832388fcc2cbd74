// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/websocketchannel.h"

#include "shared/socketbytes.h"

namespace memorykv {

WebSocketChannel::WebSocketChannel(std::unique_ptr<QWebSocket> webSocket, QTcpSocket *socket)
    : m_webSocket(std::move(webSocket))
    , m_socket(socket)
{
    m_webSocket->setMaxAllowedIncomingFrameSize(kMaxIncomingSize);
    m_webSocket->setMaxAllowedIncomingMessageSize(kMaxIncomingSize);
    connectProgress(m_socket, this, [this] { Q_EMIT progressed(); });
    connect(m_webSocket.get(), &QWebSocket::pong, this, &FeedChannel::answered);
    connect(m_webSocket.get(), &QWebSocket::disconnected, this, &FeedChannel::closed);
}

void WebSocketChannel::send(const QByteArray &bytes)
{
    // After a close frame nothing may follow (RFC 6455 5.5.1).
    if (m_webSocket->state() == QAbstractSocket::ConnectedState)
        writeSoon(*m_socket, bytes);
}

qint64 WebSocketChannel::pendingBytes() const
{
    return unsentBytes(*m_socket);
}

void WebSocketChannel::beat()
{
    m_webSocket->ping();
}

static QString textOf(CloseReason reason)
{
    switch (reason) {
    case CloseReason::Stopping:
        return QStringLiteral("server is stopping");
    case CloseReason::Withdrawn:
        return QStringLiteral("the token was withdrawn or changed");
    case CloseReason::TooSlow:
        return QStringLiteral("too slow: over the feed buffer limit");
    }
    return {};
}

void WebSocketChannel::close(CloseReason reason)
{
    m_webSocket->close(QWebSocketProtocol::CloseCode(reason), textOf(reason));
}

void WebSocketChannel::abort()
{
    m_webSocket->abort();
}

} // namespace memorykv
