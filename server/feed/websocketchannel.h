// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/feedchannel.h"
#include "server/feed/websocketreader.h"
#include "server/net/transport.h"

#include <memory>

namespace memorykv {

/// A consumer over WebSocket (RFC 6455). Events are ready frames; what the consumer sends is read
/// for control frames and else for nothing.
class WebSocketChannel final : public FeedChannel
{
    Q_OBJECT

public:
    /// Takes \a transport. open() sends \a responseHead, the answer to the handshake;
    /// \a remainder is what the consumer has sent after it.
    WebSocketChannel(std::unique_ptr<Transport> transport, const QByteArray &responseHead,
                     const QByteArray &remainder);

    void open() override;
    void send(const QByteArray &bytes) override;
    qint64 pendingBytes() const override;
    void beat() override;
    bool answersBeats() const override { return true; }
    void close(CloseReason reason) override;
    void abort() override;

private:
    void read();
    void serveWhatHasCome();
    void answerPing();
    void endWith(const QByteArray &closeFrame);

    const std::unique_ptr<Transport> m_transport;
    const QByteArray m_responseHead;
    WebSocketReader m_reader;
    bool m_awaitsPong = false;
    bool m_closing = false; ///< a close frame was sent: nothing may follow (RFC 6455 5.5.1)
};

} // namespace memorykv
