// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/net/loopturn.h"
#include "server/store/bufferbudget.h"
#include "server/store/keyvaluestore.h"

#include <array>
#include <atomic>
#include <chrono>

namespace memorykv {

/// What the feed counts, over all workers. Thread-safe.
struct FeedCounters
{
    std::atomic<quint64> subscribers = 0;
    std::atomic<quint64> delivered = 0;                  ///< events sent, once for each subscriber
    std::atomic<quint64> shed = 0;                       ///< events left out for slow subscribers
    std::array<std::atomic<quint64>, kOpCount> events{}; ///< events given to the feed, by op
};

struct FeedLimits
{
    qint64 bufferBytes = 8 << 20; ///< pending bytes of a subscriber
    std::chrono::milliseconds heartbeat{60'000};
};

/// What all subscribers stand on. Everything referred to outlives them.
struct FeedContext
{
    KeyValueStore &store;
    Log &log;
    FeedCounters &counters;
    FeedLimits limits;
    BufferBudget *buffers = nullptr; ///< null: there is none to keep to
    LoopTurn *turn = nullptr;        ///< the hub's; null: nobody else is waiting
};

} // namespace memorykv
