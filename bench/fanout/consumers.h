// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "bench/fanout/histogram.h"
#include "bench/fanout/options.h"
#include "bench/fanout/payload.h"
#include "bench/fanout/socket.h"

#include <cstdint>
#include <string>
#include <vector>

namespace memorykv::fanout {

/// The consumers of one run, all read by the thread that calls. Those that read check the number of
/// every event they get.
class Consumers
{
public:
    /// What those that read have got so far, all together.
    struct Counts
    {
        std::uint64_t delivered = 0;
        std::uint64_t reordered = 0; ///< Came after a later one, or twice.
        std::uint64_t gaps = 0;      ///< Events that tell of missing ones.
        std::uint64_t others = 0;    ///< Other events, such as heartbeats.
        std::uint64_t disconnected = 0;
    };

    /// Connects and subscribes them. Throws as Socket does, and std::runtime_error when refused.
    explicit Consumers(const Options &options);
    ~Consumers();
    Consumers(const Consumers &) = delete;
    Consumers &operator=(const Consumers &) = delete;

    /// Reads what there is, or comes within so many milliseconds. Returns whether there was
    /// anything.
    bool read(int milliseconds);

    /// Events that every consumer that reads has got.
    std::uint64_t deliveredToAll() const;

    /// How many of COUNT published events did not reach a consumer that reads.
    std::uint64_t missingOf(std::uint64_t count) const;

    const Counts &counts() const { return m_counts; }
    std::size_t stalled() const { return m_stalled; }

    /// Times from publishing to reading.
    Histogram &times() { return m_times; }

private:
    struct Consumer
    {
        Socket socket;
        std::string rest; // The beginning of a message whose end has not come.
        std::uint64_t received = 0;
        std::uint64_t next = 0; // The number that should come next.
        bool stalled = false;
        bool closed = false;
    };

    void connect(std::size_t index);
    void readFrom(Consumer &consumer);
    void takeMessages(Consumer &consumer, std::string_view bytes);
    void takeData(Consumer &consumer, std::string_view payload);

    const Options m_options;
    int m_epoll;
    std::vector<Consumer> m_consumers;
    std::vector<char> m_buffer;
    ValueFinder m_finder;
    Counts m_counts;
    Histogram m_times;
    std::uint64_t m_sampling; // The time of one event in so many is looked at.
    std::uint64_t m_readAt = 0;
    std::size_t m_stalled = 0;
};

} // namespace memorykv::fanout
