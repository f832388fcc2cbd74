// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/feedchannel.h"

#include <QTcpSocket>
#include <QWebSocket>

#include <memory>

namespace memorykv {

/// A consumer over WebSocket. QWebSocket speaks the control frames and reads what the consumer
/// sends; events are ready frames and go to the socket underneath, past it.
class WebSocketChannel final : public FeedChannel
{
    Q_OBJECT

public:
    /// Takes \a webSocket, whose handshake is done, and writes to \a socket, which it owns.
    WebSocketChannel(std::unique_ptr<QWebSocket> webSocket, QTcpSocket *socket);

    void send(const QByteArray &bytes) override;
    qint64 pendingBytes() const override;
    void beat() override;
    bool answersBeats() const override { return true; }
    void close(CloseReason reason) override;
    void abort() override;

    /// Bytes of a frame or message from a consumer; one that sends more is closed with 1009.
    static constexpr quint64 kMaxIncomingSize = 64 << 10;

private:
    std::unique_ptr<QWebSocket> m_webSocket;
    QTcpSocket *m_socket;
};

} // namespace memorykv
