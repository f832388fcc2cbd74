// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <array>
#include <atomic>

namespace memorykv {

/// What the log on disk has done so far, for metrics. Written by the log's thread alone, read by
/// any.
struct WalStats
{
    /// Upper bounds of the buckets of the histogram of syncs, in seconds.
    static constexpr std::array kSyncBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                            0.025,  0.05,    0.1,    0.25,  0.5,    1.0};

    std::atomic<quint64> bytes = 0;
    std::array<std::atomic<quint64>, kSyncBounds.size() + 1> syncs = {}; ///< the last is over all
    std::atomic<double> syncSeconds = 0;

    /// Counts one sync that took \a seconds.
    void noteSync(double seconds)
    {
        size_t bucket = 0;
        while (bucket < kSyncBounds.size() && seconds > kSyncBounds[bucket])
            ++bucket;
        syncs[bucket].fetch_add(1, std::memory_order_relaxed);
        syncSeconds.store(syncSeconds.load(std::memory_order_relaxed) + seconds,
                          std::memory_order_relaxed);
    }
};

} // namespace memorykv
