// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/metrics/callbackcollector.h"
#include "server/metrics/operationmetrics.h"
#include "server/metrics/requestmetrics.h"

#include <QByteArray>

#include <memory>
#include <mutex>
#include <vector>

namespace memorykv {

/// What one worker counts. Lies on cache lines of its own: no other worker writes to them.
struct alignas(64) WorkerMetrics
{
    explicit WorkerMetrics(const RequestLabels &labels)
        : requests(labels)
    { }

    RequestMetrics requests;
    OperationMetrics operations;
};

/// The metrics of the process: one object, made before the parts that report to it and kept longer
/// than they are. Thread-safe.
///
/// Numbers come in two ways. What happens on every request is counted in a WorkerMetrics, which a
/// worker alone writes to. What a module keeps anyway is read through a function when metrics are
/// rendered. memorykv_build_info and process_* are there by themselves.
class Metrics
{
public:
    /// \a labels are the methods and routes the workers count by.
    explicit Metrics(RequestLabels labels);
    Q_DISABLE_COPY_MOVE(Metrics)

    /// A block for one more worker. It stays with this object, and its counts go on being shown
    /// when the worker has ended.
    WorkerMetrics &addWorker();

    /// Shows a value that goes up and down. \a read is called on whichever thread renders, one call
    /// at a time; it must not block for long, throw or call this object, and what it reads must
    /// live as long as this object. Names come from metricnames.h, each series (a name with its
    /// label values) is added once.
    void addGauge(const MetricInfo &info, MetricReader read, MetricLabels labels = {});

    /// As addGauge(), for a count that never goes down.
    void addCounter(const MetricInfo &info, MetricReader read, MetricLabels labels = {});

    /// As addGauge(), for a histogram with the upper bounds \a bounds. \a read gives one count more
    /// than there are bounds.
    void addHistogram(const MetricInfo &info, std::vector<double> bounds, HistogramReader read);

    /// All metrics in the Prometheus text format 0.0.4; kMetricsContentType is its content type.
    /// Never fails.
    QByteArray render() const;

private:
    void collectWorkers(std::vector<prometheus::MetricFamily> &families) const;

    const RequestLabels m_labels;
    mutable std::mutex m_mutex; ///< guards the two below, not the counts within the blocks
    std::vector<std::unique_ptr<WorkerMetrics>> m_workers;
    CallbackCollector m_callbacks;
};

inline constexpr QByteArrayView kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

} // namespace memorykv
