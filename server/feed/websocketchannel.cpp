// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/websocketchannel.h"

#include "server/feed/websocketframe.h"
#include "shared/socketbytes.h"

#include <QTimer>

namespace memorykv {

// How long a consumer that is told why it is closed may take to read that, and to close by itself.
static constexpr std::chrono::milliseconds kLinger{250};
static constexpr std::chrono::seconds kEndTimeout{10};
// Pings of a consumer that does not read are not answered beyond this; no answer is owed to all of
// them (RFC 6455 5.5.3).
static constexpr qint64 kMaxPendingForPong = 64 << 10;

WebSocketChannel::WebSocketChannel(std::unique_ptr<QTcpSocket> socket,
                                   const QByteArray &responseHead, const QByteArray &remainder)
    : m_socket(std::move(socket))
{
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &WebSocketChannel::read);
    connect(m_socket.get(), &QTcpSocket::disconnected, this, &FeedChannel::closed);
    connectProgress(m_socket.get(), this, [this] { Q_EMIT progressed(); });
    m_socket->write(responseHead);
    m_reader.append(remainder);
    // Not yet: whoever made this channel is not listening to it.
    QMetaObject::invokeMethod(this, &WebSocketChannel::read, Qt::QueuedConnection);
}

WebSocketChannel::~WebSocketChannel()
{
    m_socket->disconnect(this); // it tells of its end even when it is destroyed
}

void WebSocketChannel::read()
{
    m_reader.append(m_socket->readAll());
    serveWhatHasCome();
}

void WebSocketChannel::serveWhatHasCome()
{
    for (;;) {
        switch (m_reader.next()) {
        case WebSocketReader::Status::NeedMore:
            return;
        case WebSocketReader::Status::Ping:
            answerPing();
            break;
        case WebSocketReader::Status::Pong:
            // One nobody asked for is allowed, and must not become an event for everyone.
            if (std::exchange(m_awaitsPong, false))
                Q_EMIT answered();
            break;
        case WebSocketReader::Status::Close:
            if (!m_closing)
                endWith(websocket::closeFrame(m_reader.code()));
            m_socket->disconnectFromHost();
            return;
        case WebSocketReader::Status::Failed:
            // What it still sends is dropped: closing with unread input would make the kernel send
            // a reset, which can overtake the reason.
            if (!m_closing) {
                endWith(websocket::closeFrame(m_reader.code()));
                QTimer::singleShot(kLinger, m_socket.get(), &QTcpSocket::disconnectFromHost);
            }
            return;
        }
    }
}

void WebSocketChannel::answerPing()
{
    if (pendingBytes() < kMaxPendingForPong)
        send(websocket::controlFrame(websocket::kPong, m_reader.payload()));
}

void WebSocketChannel::endWith(const QByteArray &closeFrame)
{
    send(closeFrame);
    m_closing = true;
    QTimer::singleShot(kEndTimeout, m_socket.get(), &QTcpSocket::abort);
}

void WebSocketChannel::send(const QByteArray &bytes)
{
    if (!m_closing)
        writeSoon(*m_socket, bytes);
}

qint64 WebSocketChannel::pendingBytes() const
{
    return unsentBytes(*m_socket);
}

void WebSocketChannel::beat()
{
    m_awaitsPong = true;
    send(websocket::controlFrame(websocket::kPing, {}));
}

static QByteArrayView textOf(CloseReason reason)
{
    switch (reason) {
    case CloseReason::Stopping:
        return "server is stopping";
    case CloseReason::Withdrawn:
        return "the token was withdrawn or changed";
    case CloseReason::TooSlow:
        return "too slow: over the feed buffer limit";
    }
    return {};
}

void WebSocketChannel::close(CloseReason reason)
{
    if (!m_closing)
        endWith(websocket::closeFrame(quint16(reason), textOf(reason)));
}

void WebSocketChannel::abort()
{
    m_socket->abort();
}

} // namespace memorykv
