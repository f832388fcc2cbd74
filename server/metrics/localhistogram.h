// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/metrics/localcounter.h"

#include <prometheus/client_metric.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace memorykv {

/// A histogram of durations that one thread at a time observes into and any thread adds up. \a N
/// ascending upper bounds in seconds; a value equal to a bound belongs to its bucket, one above all
/// of them to +Inf.
template <std::size_t N>
class LocalHistogram
{
public:
    using Bounds = std::array<double, N>;

    /// Counts one duration; a negative one or NaN counts as 0. The owning thread only.
    void observe(const Bounds &bounds, double seconds)
    {
        const double duration = seconds > 0 ? seconds : 0;
        std::size_t bucket = 0;
        for (const double bound : bounds)
            bucket += duration > bound ? 1 : 0;
        m_buckets[bucket].add();
        m_nanoseconds.add(static_cast<quint64>(std::min(duration, kMaxSeconds) * 1e9));
    }

    /// Adds what was counted to \a total, whose buckets are made when it has none. Its sample count
    /// is the sum of the buckets read, so that it agrees with them while the owner goes on. Any
    /// thread.
    void addTo(const Bounds &bounds, prometheus::ClientMetric::Histogram &total) const
    {
        total.bucket.resize(N);
        quint64 cumulative = 0;
        for (std::size_t i = 0; i < N; ++i) {
            cumulative += m_buckets[i].value();
            total.bucket[i].upper_bound = bounds[i];
            total.bucket[i].cumulative_count += cumulative;
        }
        total.sample_count += cumulative + m_buckets[N].value();
        total.sample_sum += static_cast<double>(m_nanoseconds.value()) / 1e9;
    }

private:
    static constexpr double kMaxSeconds = 1e9; ///< keeps the conversion to nanoseconds defined

    std::array<LocalCounter, N + 1> m_buckets;
    LocalCounter m_nanoseconds; ///< the sum; an integer, so that small terms are never lost
};

} // namespace memorykv
