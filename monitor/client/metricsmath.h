// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/metricssample.h"

#include <optional>
#include <vector>

namespace memorykv {

/// Pure functions from counters to what one looks at. Thread-safe.

/// How much a counter grew from \a before to \a now. One that is lower now was reset in between and
/// has grown by what it shows since.
double counterIncrease(double before, double now);

/// The increase per second over \a ms milliseconds; nothing when no time has passed.
std::optional<double> counterRate(double before, double now, qint64 ms);

/// How much each bucket grew from \a before to \a now. When the bounds differ or a bucket is lower
/// now, that was a reset, and it is \a now.
std::vector<HistogramBucket> histogramIncrease(const std::vector<HistogramBucket> &before,
                                               const std::vector<HistogramBucket> &now);

/// The \a quantile (0 to 1) of the observations in \a buckets, interpolated within its bucket as
/// Prometheus' histogram_quantile() does; for one in the last bucket, the bound before it. An
/// estimate. Nothing when there are no observations.
std::optional<double> histogramQuantile(double quantile,
                                        const std::vector<HistogramBucket> &buckets);

} // namespace memorykv
