// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/consumers.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace memorykv::fanout {

namespace {

constexpr std::size_t kBufferSize = 256 << 10;
constexpr std::size_t kStallEvery = 10;
constexpr int kStalledBuffer = 4096;        // So that it is full at once.
constexpr double kTimesPerSecond = 100'000; // Reading more of them would cost too much.

} // namespace

Consumers::Consumers(const Options &options)
    : m_options(options)
    , m_epoll(epoll_create1(EPOLL_CLOEXEC))
    , m_buffer(kBufferSize)
{
    if (m_epoll < 0)
        throw std::system_error(errno, std::system_category(), "epoll_create1");
    const double rate = options.rate > 0 ? options.rate : kTimesPerSecond;
    const double times = rate * static_cast<double>(options.consumers) / kTimesPerSecond;
    // An odd step does not fall in with the number of consumers or the events of a read.
    m_sampling = times <= 1 ? 1 : static_cast<std::uint64_t>(times) | 1;
    m_consumers.resize(options.consumers);
    for (std::size_t i = 0; i < m_consumers.size(); ++i)
        connect(i);
}

Consumers::~Consumers()
{
    ::close(m_epoll);
}

void Consumers::connect(std::size_t index)
{
    Consumer &consumer = m_consumers[index];
    consumer.stalled = m_options.stall && index % kStallEvery == kStallEvery - 1;
    consumer.socket = Socket(m_options.port, consumer.stalled ? kStalledBuffer : 0);
    consumer.rest = subscribe(m_options.protocol, consumer.socket, m_options.query);
    if (consumer.stalled) {
        ++m_stalled;
        return;
    }
    consumer.socket.setNonBlocking();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    if (epoll_ctl(m_epoll, EPOLL_CTL_ADD, consumer.socket.descriptor(), &event) != 0)
        throw std::system_error(errno, std::system_category(), "epoll_ctl");
}

bool Consumers::read(int milliseconds)
{
    epoll_event events[256];
    const int count
        = epoll_wait(m_epoll, events, static_cast<int>(std::size(events)), milliseconds);
    for (int i = 0; i < count; ++i)
        readFrom(m_consumers[events[i].data.u64]);
    return count > 0;
}

void Consumers::readFrom(Consumer &consumer)
{
    const std::size_t begun = consumer.rest.size();
    if (begun >= m_buffer.size())
        throw std::runtime_error("a message is larger than what is read at once");
    std::memcpy(m_buffer.data(), consumer.rest.data(), begun);
    std::size_t size = 0;
    try {
        const auto received
            = consumer.socket.receive(m_buffer.data() + begun, m_buffer.size() - begun);
        if (!received)
            return;
        size = *received;
    } catch (const std::system_error &) {
        size = 0; // A reset ends it, too.
    }
    if (size == 0) {
        consumer.closed = true;
        consumer.socket.close();
        ++m_counts.disconnected;
        return;
    }
    m_readAt = now();
    takeMessages(consumer, std::string_view(m_buffer.data(), begun + size));
}

void Consumers::takeMessages(Consumer &consumer, std::string_view bytes)
{
    while (const auto message = nextMessage(m_options.protocol, bytes)) {
        if (message->kind == Message::Kind::Data)
            takeData(consumer, message->payload);
        else if (message->kind == Message::Kind::Ping)
            consumer.socket.send(pongFor(m_options.protocol, message->payload));
        bytes.remove_prefix(message->size);
    }
    consumer.rest.assign(bytes);
}

void Consumers::takeData(Consumer &consumer, std::string_view payload)
{
    const auto value = m_finder.find(payload);
    if (!value) {
        const bool isGap
            = payload.starts_with("Gap ") || payload.find("\"op\":\"gap\"") != payload.npos;
        ++(isGap ? m_counts.gaps : m_counts.others);
        return;
    }
    const std::uint64_t number = numberOf(*value);
    if (number < consumer.next)
        ++m_counts.reordered;
    consumer.next = std::max(consumer.next, number + 1);
    ++consumer.received;
    if (++m_counts.delivered % m_sampling == 0)
        m_times.add(m_readAt - std::min(m_readAt, timeOf(*value)));
}

std::uint64_t Consumers::deliveredToAll() const
{
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (const Consumer &consumer : m_consumers) {
        if (!consumer.stalled && !consumer.closed)
            least = std::min(least, consumer.next);
    }
    return least;
}

std::uint64_t Consumers::missingOf(std::uint64_t count) const
{
    std::uint64_t missing = 0;
    for (const Consumer &consumer : m_consumers) {
        if (!consumer.stalled)
            missing += count - std::min(count, consumer.received);
    }
    return missing;
}

} // namespace memorykv::fanout
