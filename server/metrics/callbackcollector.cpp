// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/callbackcollector.h"

#include "server/metrics/metricfamily.h"

#include <QtGlobal>

#include <algorithm>
#include <limits>
#include <utility>

namespace memorykv {

void CallbackCollector::add(const MetricInfo &info, prometheus::MetricType type,
                            MetricLabels labels, MetricReader read)
{
    auto family = std::find_if(m_families.begin(), m_families.end(),
                               [&](const Family &other) { return other.info.name == info.name; });
    if (family == m_families.end())
        family = m_families.insert(family, {info, type, {}});
    Q_ASSERT(family->type == type);
    Q_ASSERT(std::none_of(family->series.cbegin(), family->series.cend(),
                          [&](const Series &series) { return series.labels == labels; }));
    family->series.push_back({std::move(labels), std::move(read)});
}

void CallbackCollector::addHistogram(const MetricInfo &info, std::vector<double> bounds,
                                     HistogramReader read)
{
    m_histograms.push_back({info, std::move(bounds), std::move(read)});
}

// The counts of a Prometheus histogram add up from bucket to bucket.
static prometheus::ClientMetric::Histogram cumulated(const std::vector<double> &bounds,
                                                     const HistogramValues &values)
{
    prometheus::ClientMetric::Histogram out;
    for (size_t i = 0; i < values.counts.size(); ++i) {
        out.sample_count += values.counts[i];
        const double bound
            = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
        out.bucket.push_back({out.sample_count, bound});
    }
    out.sample_sum = values.sum;
    return out;
}

std::vector<prometheus::MetricFamily> CallbackCollector::collect() const
{
    std::vector<prometheus::MetricFamily> families;
    families.reserve(m_families.size());
    for (const Family &family : m_families) {
        auto &out = families.emplace_back(emptyFamily(family.info, family.type));
        for (const Series &series : family.series) {
            auto &metric = out.metric.emplace_back();
            metric.label = series.labels;
            if (family.type == prometheus::MetricType::Counter)
                metric.counter.value = series.read();
            else
                metric.gauge.value = series.read();
        }
    }
    for (const Histogram &histogram : m_histograms) {
        auto &out
            = families.emplace_back(emptyFamily(histogram.info, prometheus::MetricType::Histogram));
        out.metric.emplace_back().histogram = cumulated(histogram.bounds, histogram.read());
    }
    return families;
}

} // namespace memorykv
