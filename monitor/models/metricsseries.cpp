// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/metricsseries.h"

#include "monitor/client/metricsmath.h"

namespace memorykv {

namespace {

std::optional<double> rateOf(const std::optional<double> &before, const std::optional<double> &now,
                             qint64 ms)
{
    return before && now ? counterRate(*before, *now, ms) : std::nullopt;
}

void addOperationRates(const MetricsSample &before, const MetricsSample &now, MetricsPoint &point)
{
    const qint64 ms = now.timeMs - before.timeMs;
    for (auto op = now.operations.begin(); op != now.operations.end(); ++op) {
        const auto rate = counterRate(before.operations.value(op.key(), 0), op.value(), ms);
        if (!rate)
            return;
        point.operationRates.insert(op.key(), *rate);
        point.operationsPerSecond = point.operationsPerSecond.value_or(0) + *rate;
    }
}

void addQuantiles(const MetricsSample &before, const MetricsSample &now, MetricsPoint &point)
{
    const auto buckets = histogramIncrease(before.durations, now.durations);
    point.p50Seconds = histogramQuantile(0.5, buckets);
    point.p90Seconds = histogramQuantile(0.9, buckets);
    point.p99Seconds = histogramQuantile(0.99, buckets);
}

} // namespace

MetricsPoint metricsPoint(const std::optional<MetricsSample> &before, const MetricsSample &now)
{
    MetricsPoint point{.timeMs = now.timeMs};
    point.keys = now.keys;
    point.storedBytes = now.storedBytes;
    point.subscribers = now.subscribers;
    point.connections = now.connections;
    point.walSeq = now.walSeq;
    if (!before)
        return point;
    const qint64 ms = now.timeMs - before->timeMs;
    addOperationRates(*before, now, point);
    addQuantiles(*before, now, point);
    point.shedPerSecond = rateOf(before->shed, now.shed, ms);
    point.deliveredPerSecond = rateOf(before->delivered, now.delivered, ms);
    return point;
}

MetricsSeries::MetricsSeries(QObject *parent)
    : QObject(parent)
{ }

void MetricsSeries::append(const MetricsSample &sample)
{
    add(metricsPoint(m_lastSample, sample));
    m_lastSample = sample;
    Q_EMIT changed();
}

void MetricsSeries::appendAbsent(qint64 timeMs)
{
    add({.timeMs = timeMs, .absent = true});
    m_lastSample.reset();
    Q_EMIT changed();
}

void MetricsSeries::clear()
{
    m_points.clear();
    m_operations.clear();
    m_lastSample.reset();
    Q_EMIT changed();
}

std::optional<MetricsPoint> MetricsSeries::last() const
{
    return m_points.empty() ? std::nullopt : std::optional(m_points.back());
}

QByteArrayList MetricsSeries::operations() const
{
    return m_operations.keys();
}

void MetricsSeries::add(MetricsPoint point)
{
    for (auto op = point.operationRates.begin(); op != point.operationRates.end(); ++op)
        ++m_operations[op.key()];
    m_points.push_back(std::move(point));
    if (m_points.size() <= kMaxPoints)
        return;
    const MetricsPoint &first = m_points.front();
    for (auto op = first.operationRates.begin(); op != first.operationRates.end(); ++op) {
        if (--m_operations[op.key()] == 0)
            m_operations.remove(op.key());
    }
    m_points.pop_front();
}

} // namespace memorykv
