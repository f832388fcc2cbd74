// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/metricsmath.h"

#include <algorithm>
#include <cmath>

namespace memorykv {

double counterIncrease(double before, double now)
{
    return now >= before ? now - before : now;
}

std::optional<double> counterRate(double before, double now, qint64 ms)
{
    if (ms <= 0)
        return std::nullopt;
    return counterIncrease(before, now) * 1000.0 / static_cast<double>(ms);
}

std::vector<HistogramBucket> histogramIncrease(const std::vector<HistogramBucket> &before,
                                               const std::vector<HistogramBucket> &now)
{
    const bool goesOn = std::equal(before.begin(), before.end(), now.begin(), now.end(),
                                   [](const HistogramBucket &a, const HistogramBucket &b) {
                                       return a.upperBound == b.upperBound && a.count <= b.count;
                                   });
    if (!goesOn)
        return now;
    std::vector<HistogramBucket> increase = now;
    for (std::size_t bucket = 0; bucket < now.size(); ++bucket)
        increase[bucket].count -= before[bucket].count;
    return increase;
}

std::optional<double> histogramQuantile(double quantile,
                                        const std::vector<HistogramBucket> &buckets)
{
    if (buckets.empty() || !(buckets.back().count > 0) || !(quantile >= 0 && quantile <= 1))
        return std::nullopt;
    const double rank = quantile * buckets.back().count;
    const auto found
        = std::find_if(buckets.begin(), buckets.end(),
                       [rank](const HistogramBucket &bucket) { return bucket.count >= rank; });
    const auto bucket = found == buckets.end() ? buckets.end() - 1 : found;
    const bool isFirst = bucket == buckets.begin();
    const double lower = isFirst ? 0 : (bucket - 1)->upperBound;
    // Nothing is known of how far an observation in the last bucket lies above its lower bound.
    if (std::isinf(bucket->upperBound))
        return isFirst ? std::nullopt : std::optional(lower);
    const double below = isFirst ? 0 : (bucket - 1)->count;
    const double within = bucket->count - below;
    if (!(within > 0))
        return bucket->upperBound;
    return lower + (bucket->upperBound - lower) * (rank - below) / within;
}

} // namespace memorykv
