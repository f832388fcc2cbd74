// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>
#include <QMap>
#include <QMetaType>
#include <QtGlobal>

#include <optional>
#include <vector>

namespace memorykv {

/// One line of the Prometheus text format: a name, labels, a number.
struct PrometheusSample
{
    QByteArray name = {};
    QMap<QByteArray, QByteArray> labels = {}; ///< unescaped
    double value = 0;
};

/// The samples in \a text (Prometheus text format 0.0.4), in order; comments are passed over and
/// timestamps ignored. InvalidArgument names the line that is wrong. Thread-safe.
Result<std::vector<PrometheusSample>> parsePrometheusText(QByteArrayView text);

/// One bucket of a histogram: how many observations were at most \c upperBound.
struct HistogramBucket
{
    double upperBound = 0; ///< infinity for the last one
    double count = 0;      ///< cumulative
};

/// What the monitor shows of the server's metrics (docs/metrics.md), as they stood at one moment.
/// Counters count from the start of the server. What the server does not tell is nothing.
struct MetricsSample
{
    qint64 timeMs = 0;                        ///< ms since 1970 UTC by this machine's clock
    QMap<QByteArray, double> operations = {}; ///< memorykv_operations_total by op, all results
    QMap<QByteArray, double> feedEvents = {}; ///< memorykv_feed_events_total by op
    std::vector<HistogramBucket> durations
        = {}; ///< memorykv_http_request_duration_seconds, ascending
    std::optional<double> durationSum = {};
    std::optional<double> keys = {};
    std::optional<double> storedBytes = {};
    std::optional<double> connections = {};
    std::optional<double> subscribers = {};
    std::optional<double> delivered = {};
    std::optional<double> shed = {};
    std::optional<double> walSeq = {};
    std::optional<double> walDurableSeq = {};
    std::optional<double> residentBytes = {};
    std::optional<double> cpuSeconds = {};
    std::optional<double> startSeconds = {};
};

/// What \a samples say of a MemoryKV. Thread-safe.
MetricsSample metricsSample(const std::vector<PrometheusSample> &samples, qint64 timeMs);

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::MetricsSample)
