// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/metricssample.h"

#include <algorithm>
#include <limits>

namespace memorykv {

namespace {

double boundFromText(const QByteArray &text)
{
    return text == "+Inf" ? std::numeric_limits<double>::infinity() : text.toDouble();
}

/// The metrics that are one number.
struct Plain
{
    const char *name;
    std::optional<double> MetricsSample::*member;
};

constexpr Plain kPlain[] = {
    {"memorykv_keys", &MetricsSample::keys},
    {"memorykv_stored_bytes", &MetricsSample::storedBytes},
    {"memorykv_connections", &MetricsSample::connections},
    {"memorykv_feed_subscribers", &MetricsSample::subscribers},
    {"memorykv_feed_delivered_total", &MetricsSample::delivered},
    {"memorykv_feed_shed_total", &MetricsSample::shed},
    {"memorykv_wal_seq", &MetricsSample::walSeq},
    {"memorykv_wal_durable_seq", &MetricsSample::walDurableSeq},
    {"memorykv_http_request_duration_seconds_sum", &MetricsSample::durationSum},
    {"process_resident_memory_bytes", &MetricsSample::residentBytes},
    {"process_cpu_seconds_total", &MetricsSample::cpuSeconds},
    {"process_start_time_seconds", &MetricsSample::startSeconds},
};

void take(const PrometheusSample &sample, MetricsSample &metrics)
{
    if (sample.name == "memorykv_operations_total") {
        metrics.operations[sample.labels.value("op")] += sample.value;
    } else if (sample.name == "memorykv_feed_events_total") {
        metrics.feedEvents[sample.labels.value("op")] += sample.value;
    } else if (sample.name == "memorykv_http_request_duration_seconds_bucket") {
        metrics.durations.push_back(
            {.upperBound = boundFromText(sample.labels.value("le")), .count = sample.value});
    } else {
        for (const Plain &plain : kPlain) {
            if (sample.name == plain.name)
                metrics.*plain.member = sample.value;
        }
    }
}

} // namespace

MetricsSample metricsSample(const std::vector<PrometheusSample> &samples, qint64 timeMs)
{
    MetricsSample metrics;
    metrics.timeMs = timeMs;
    for (const PrometheusSample &sample : samples)
        take(sample, metrics);
    std::sort(metrics.durations.begin(), metrics.durations.end(),
              [](const HistogramBucket &a, const HistogramBucket &b) {
                  return a.upperBound < b.upperBound;
              });
    return metrics;
}

} // namespace memorykv
