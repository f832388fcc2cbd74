// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/feedchannel.h"
#include "server/net/transport.h"

#include <memory>

namespace memorykv {

/// A consumer of server-sent events: bytes until one side closes it.
class EventStreamChannel final : public FeedChannel
{
    Q_OBJECT

public:
    /// Takes \a transport. open() sends \a responseHead.
    EventStreamChannel(std::unique_ptr<Transport> transport, const QByteArray &responseHead);

    void open() override { m_transport->write(m_responseHead); }
    void send(const QByteArray &bytes) override;
    qint64 pendingBytes() const override;
    void beat() override;
    bool answersBeats() const override { return false; }
    void close(CloseReason reason) override;
    void abort() override;

private:
    void read();

    const std::unique_ptr<Transport> m_transport;
    const QByteArray m_responseHead;
};

} // namespace memorykv
