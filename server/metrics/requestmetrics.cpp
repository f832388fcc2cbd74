// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/requestmetrics.h"

#include "server/metrics/metricfamily.h"

namespace memorykv {

namespace {

// The registered status codes, as in the IANA registry "HTTP Status Codes".
constexpr std::array kCodes{
    100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, //
    302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, //
    410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 425, 426, 428, 429, //
    431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
};
constexpr std::size_t kOtherCode = kCodes.size();
constexpr std::size_t kCodeSlots = kCodes.size() + 1;
constexpr std::size_t kCodeLimit = 600;

// Status to slot, so that the hot path looks up instead of searching.
constexpr std::array<quint8, kCodeLimit> kSlots = [] {
    std::array<quint8, kCodeLimit> slots{};
    slots.fill(static_cast<quint8>(kOtherCode));
    for (std::size_t i = 0; i < kCodes.size(); ++i)
        slots[static_cast<std::size_t>(kCodes[i])] = static_cast<quint8>(i);
    return slots;
}();

// A negative index turns into a huge one: one comparison checks both ends.
std::size_t clamped(int index, std::size_t limit)
{
    return std::min(static_cast<std::size_t>(index), limit);
}

std::string labelAt(const std::vector<std::string> &labels, std::size_t index)
{
    return index < labels.size() ? labels[index] : "other";
}

std::string codeAt(std::size_t slot)
{
    return slot < kCodes.size() ? std::to_string(kCodes[slot]) : "other";
}

} // namespace

RequestMetrics::RequestMetrics(const RequestLabels &labels)
    : m_methodCount(labels.methods.size())
    , m_routeCount(labels.routes.size())
    , m_counts((m_methodCount + 1) * (m_routeCount + 1) * kCodeSlots)
{ }

std::size_t RequestMetrics::cellOf(int methodIndex, int routeIndex, int code) const
{
    const std::size_t method = clamped(methodIndex, m_methodCount);
    const std::size_t route = clamped(routeIndex, m_routeCount);
    const auto status = static_cast<std::size_t>(code);
    const std::size_t slot = status < kCodeLimit ? kSlots[status] : kOtherCode;
    return (method * (m_routeCount + 1) + route) * kCodeSlots + slot;
}

void RequestMetrics::record(int methodIndex, int routeIndex, int code, double seconds)
{
    m_counts[cellOf(methodIndex, routeIndex, code)].add();
    m_durations.observe(kDurationBounds, seconds);
}

std::vector<prometheus::MetricFamily>
RequestMetrics::collect(const RequestLabels &labels, std::span<const RequestMetrics *const> workers)
{
    auto requests = emptyFamily(metricnames::kHttpRequests, prometheus::MetricType::Counter);
    auto durations
        = emptyFamily(metricnames::kHttpRequestDuration, prometheus::MetricType::Histogram);

    const std::size_t routes = labels.routes.size() + 1;
    const std::size_t cells = (labels.methods.size() + 1) * routes * kCodeSlots;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        quint64 count = 0;
        for (const RequestMetrics *worker : workers)
            count += worker->m_counts[cell].value();
        if (count == 0)
            continue;
        prometheus::ClientMetric metric;
        metric.label = {{"method", labelAt(labels.methods, cell / kCodeSlots / routes)},
                        {"route", labelAt(labels.routes, cell / kCodeSlots % routes)},
                        {"code", codeAt(cell % kCodeSlots)}};
        metric.counter.value = static_cast<double>(count);
        requests.metric.push_back(std::move(metric));
    }

    prometheus::ClientMetric total;
    for (const RequestMetrics *worker : workers)
        worker->m_durations.addTo(kDurationBounds, total.histogram);
    durations.metric.push_back(std::move(total));
    return {std::move(requests), std::move(durations)};
}

} // namespace memorykv
