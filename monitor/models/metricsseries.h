// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/metricssample.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QMap>
#include <QObject>

#include <deque>
#include <optional>

namespace memorykv {

/// One moment of the metrics, worked out from two samples. What cannot be told is nothing, and a
/// plot breaks its line there.
struct MetricsPoint
{
    qint64 timeMs = 0;   ///< ms since 1970 UTC
    bool absent = false; ///< the server was away
    std::optional<double> operationsPerSecond = {};
    QMap<QByteArray, double> operationRates = {}; ///< by op, per second
    std::optional<double> p50Seconds = {};        ///< estimates, see histogramQuantile()
    std::optional<double> p90Seconds = {};
    std::optional<double> p99Seconds = {};
    std::optional<double> keys = {};
    std::optional<double> storedBytes = {};
    std::optional<double> subscribers = {};
    std::optional<double> connections = {};
    std::optional<double> shedPerSecond = {};
    std::optional<double> deliveredPerSecond = {};
    std::optional<double> walSeq = {};
};

/// The point that \a now makes after \a before, which may be missing: then there are no rates.
MetricsPoint metricsPoint(const std::optional<MetricsSample> &before, const MetricsSample &now);

/// The last points, up to kMaxPoints. Lives on the GUI thread and talks to no network.
class MetricsSeries : public QObject
{
    Q_OBJECT

public:
    static constexpr int kMaxPoints = 3'000;

    explicit MetricsSeries(QObject *parent = nullptr);

    /// The server's metrics now. Rates begin with the second sample and anew after an absence.
    void append(const MetricsSample &sample);
    /// The server was away at this moment.
    void appendAbsent(qint64 timeMs);
    void clear();

    const std::deque<MetricsPoint> &points() const { return m_points; }
    /// The last point; nothing before the first one.
    std::optional<MetricsPoint> last() const;
    /// The last sample itself, for what is no rate; nothing while the server is away.
    const std::optional<MetricsSample> &lastSample() const { return m_lastSample; }
    /// All ops that any point has, in order, for the legend.
    QByteArrayList operations() const;

Q_SIGNALS:
    void changed();

private:
    void add(MetricsPoint point);

    std::deque<MetricsPoint> m_points;
    std::optional<MetricsSample> m_lastSample;
    QMap<QByteArray, int> m_operations; ///< in how many points each op is
};

} // namespace memorykv
