// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/metrics.h"

#include "server/metrics/processcollector.h"

#include <prometheus/text_serializer.h>

#include <iterator>
#include <utility>

namespace memorykv {

namespace {

void append(std::vector<prometheus::MetricFamily> &families,
            std::vector<prometheus::MetricFamily> more)
{
    families.insert(families.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
}

} // namespace

Metrics::Metrics(RequestLabels labels)
    : m_labels(std::move(labels))
{
    addGauge(metricnames::kBuildInfo, [] { return 1.0; },
             {{"version", MEMORYKV_VERSION}, {"qt", qVersion()}});
}

WorkerMetrics &Metrics::addWorker()
{
    const std::lock_guard lock(m_mutex);
    return *m_workers.emplace_back(std::make_unique<WorkerMetrics>(m_labels));
}

void Metrics::addGauge(const MetricInfo &info, MetricReader read, MetricLabels labels)
{
    const std::lock_guard lock(m_mutex);
    m_callbacks.add(info, prometheus::MetricType::Gauge, std::move(labels), std::move(read));
}

void Metrics::addCounter(const MetricInfo &info, MetricReader read, MetricLabels labels)
{
    const std::lock_guard lock(m_mutex);
    m_callbacks.add(info, prometheus::MetricType::Counter, std::move(labels), std::move(read));
}

void Metrics::addHistogram(const MetricInfo &info, std::vector<double> bounds, HistogramReader read)
{
    const std::lock_guard lock(m_mutex);
    m_callbacks.addHistogram(info, std::move(bounds), std::move(read));
}

void Metrics::collectWorkers(std::vector<prometheus::MetricFamily> &families) const
{
    std::vector<const RequestMetrics *> requests;
    std::vector<const OperationMetrics *> operations;
    for (const auto &worker : m_workers) {
        requests.push_back(&worker->requests);
        operations.push_back(&worker->operations);
    }
    append(families, RequestMetrics::collect(m_labels, requests));
    families.push_back(OperationMetrics::collect(operations));
}

QByteArray Metrics::render() const
{
    std::vector<prometheus::MetricFamily> families;
    {
        const std::lock_guard lock(m_mutex);
        collectWorkers(families);
        append(families, m_callbacks.collect());
    }
    append(families, collectProcess());
    // A family without a series yet has nothing to say, and a HELP line alone would be noise.
    std::erase_if(families, [](const prometheus::MetricFamily &f) { return f.metric.empty(); });
    return QByteArray::fromStdString(prometheus::TextSerializer().Serialize(families));
}

} // namespace memorykv
