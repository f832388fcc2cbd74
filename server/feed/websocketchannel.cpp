// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/websocketchannel.h"

#include "server/feed/websocketframe.h"

#include <QTimer>

#include <array>

namespace memorykv {

// How long a consumer that is told why it is closed may take to read that, and to close by itself.
static constexpr std::chrono::milliseconds kLinger{250};
static constexpr std::chrono::seconds kEndTimeout{10};
// Pings of a consumer that does not read are not answered beyond this; no answer is owed to all of
// them (RFC 6455 5.5.3).
static constexpr qsizetype kReadSize = 16 << 10;
static constexpr qint64 kMaxPendingForPong = 64 << 10;

WebSocketChannel::WebSocketChannel(std::unique_ptr<Transport> transport,
                                   const QByteArray &responseHead, const QByteArray &remainder)
    : m_transport(std::move(transport))
    , m_responseHead(responseHead)
{
    connect(m_transport.get(), &Transport::readyRead, this, &WebSocketChannel::read);
    connect(m_transport.get(), &Transport::progressed, this, &FeedChannel::progressed);
    connect(m_transport.get(), &Transport::ended, this, &FeedChannel::closed);
    m_reader.append(remainder);
}

void WebSocketChannel::open()
{
    m_transport->write(m_responseHead);
    // Not yet: whoever opens this channel is in the middle of it.
    QMetaObject::invokeMethod(this, &WebSocketChannel::read, Qt::QueuedConnection);
}

void WebSocketChannel::read()
{
    std::array<char, kReadSize> buffer;
    const qint64 size = m_transport->read(buffer.data(), buffer.size());
    m_reader.append(QByteArrayView(buffer.data(), size));
    serveWhatHasCome();
    if (m_transport->atEnd()) // without a close frame, nobody is there any more
        m_transport->abort();
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
            m_transport->close();
            return;
        case WebSocketReader::Status::Failed:
            // What it still sends is dropped: closing with unread input would make the kernel send
            // a reset, which can overtake the reason.
            if (!m_closing) {
                endWith(websocket::closeFrame(m_reader.code()));
                QTimer::singleShot(kLinger, m_transport.get(), &Transport::close);
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
    QTimer::singleShot(kEndTimeout, m_transport.get(), &Transport::abort);
}

void WebSocketChannel::send(const QByteArray &bytes)
{
    if (!m_closing)
        m_transport->write(bytes);
}

qint64 WebSocketChannel::pendingBytes() const
{
    return m_transport->unsentBytes();
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
    m_transport->abort();
}

} // namespace memorykv
