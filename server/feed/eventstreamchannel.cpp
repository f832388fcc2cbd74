// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/eventstreamchannel.h"

#include <array>

namespace memorykv {

EventStreamChannel::EventStreamChannel(std::unique_ptr<Transport> transport,
                                       const QByteArray &responseHead)
    : m_transport(std::move(transport))
    , m_responseHead(responseHead)
{
    connect(m_transport.get(), &Transport::readyRead, this, &EventStreamChannel::read);
    connect(m_transport.get(), &Transport::progressed, this, &FeedChannel::progressed);
    connect(m_transport.get(), &Transport::ended, this, &FeedChannel::closed);
}

// What the consumer sends means nothing here, but its end of the stream does.
void EventStreamChannel::read()
{
    std::array<char, 4096> ignored;
    m_transport->read(ignored.data(), ignored.size());
    if (m_transport->atEnd())
        m_transport->abort();
}

void EventStreamChannel::send(const QByteArray &bytes)
{
    m_transport->write(bytes);
}

qint64 EventStreamChannel::pendingBytes() const
{
    return m_transport->unsentBytes();
}

void EventStreamChannel::beat()
{
    send(": heartbeat\n\n");
}

void EventStreamChannel::close(CloseReason)
{
    m_transport->close();
}

void EventStreamChannel::abort()
{
    m_transport->abort();
}

} // namespace memorykv
