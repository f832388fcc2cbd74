// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/metrics/localhistogram.h"

#include <prometheus/metric_family.h>

#include <array>
#include <span>
#include <string>
#include <vector>

namespace memorykv {

/// Upper bounds of the buckets of memorykv_http_request_duration_seconds, in seconds.
inline constexpr std::array<double, 15> kDurationBounds{0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                                        0.0025,  0.005,  0.01,    0.025,  0.05,
                                                        0.1,     0.25,   0.5,     1,      2.5};

/// The values of the method and route labels. What a worker records is an index into each list; an
/// index outside its list counts as "other".
struct RequestLabels
{
    std::vector<std::string> methods; ///< such as "GET"
    std::vector<std::string> routes;  ///< route templates such as "/keys/{prefix}", never a key
};

/// One worker's count of requests and their durations. Workers share nothing, so recording is a few
/// plain additions; the blocks of all workers are added up when metrics are rendered.
class RequestMetrics
{
public:
    /// A block of zeros for \a labels, of which it keeps the sizes only.
    explicit RequestMetrics(const RequestLabels &labels);

    /// Counts one answered request: \a code is its HTTP status (one that is not registered counts
    /// as "other"), \a seconds the time it took (a negative one or NaN counts as 0). Never fails,
    /// never allocates. The owning worker only.
    void record(int methodIndex, int routeIndex, int code, double seconds);

    /// Both request families, summed over \a workers, which were all made for \a labels. Series
    /// that have counted nothing are left out. Any thread.
    static std::vector<prometheus::MetricFamily>
    collect(const RequestLabels &labels, std::span<const RequestMetrics *const> workers);

private:
    std::size_t cellOf(int methodIndex, int routeIndex, int code) const;

    std::size_t m_methodCount;
    std::size_t m_routeCount;
    std::vector<LocalCounter> m_counts; ///< by method, route, status; see cellOf()
    LocalHistogram<kDurationBounds.size()> m_durations;
};

} // namespace memorykv
