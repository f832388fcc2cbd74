// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/feedchannel.h"

#include <QTcpSocket>

#include <memory>

namespace memorykv {

/// A consumer of server-sent events: bytes to a socket until one side closes it.
class EventStreamChannel final : public FeedChannel
{
    Q_OBJECT

public:
    /// Takes \a socket, which is connected and to which \a responseHead is sent first.
    EventStreamChannel(std::unique_ptr<QTcpSocket> socket, const QByteArray &responseHead);

    void send(const QByteArray &bytes) override;
    qint64 pendingBytes() const override;
    void beat() override;
    bool answersBeats() const override { return false; }
    void close(CloseReason reason) override;
    void abort() override;

private:
    std::unique_ptr<QTcpSocket> m_socket;
};

} // namespace memorykv
