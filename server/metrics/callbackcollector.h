// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/metrics/metricnames.h"

#include <prometheus/metric_family.h>

#include <QtGlobal>

#include <functional>
#include <vector>

namespace memorykv {

using MetricReader = std::function<double()>;
/// A histogram as it is kept: how often a value fell between two bounds, and their sum.
struct HistogramValues
{
    std::vector<quint64> counts; ///< one for each bound, and one for what is over the last
    double sum = 0;
};
using HistogramReader = std::function<HistogramValues()>;
using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

/// Metrics whose values other modules keep and that are read when metrics are rendered. Not
/// thread-safe.
class CallbackCollector
{
public:
    /// Adds the series \a labels to the family \a info of type \a type (Counter or Gauge), making
    /// the family when this is its first series. A series is added once, and a family has one type:
    /// anything else is a programming error.
    void add(const MetricInfo &info, prometheus::MetricType type, MetricLabels labels,
             MetricReader read);

    /// Adds a histogram without labels with the upper bounds \a bounds.
    void addHistogram(const MetricInfo &info, std::vector<double> bounds, HistogramReader read);

    /// Calls every reader, on the calling thread, in the order added.
    std::vector<prometheus::MetricFamily> collect() const;

private:
    struct Series
    {
        MetricLabels labels;
        MetricReader read;
    };
    struct Family
    {
        MetricInfo info;
        prometheus::MetricType type;
        std::vector<Series> series;
    };

    struct Histogram
    {
        MetricInfo info;
        std::vector<double> bounds;
        HistogramReader read;
    };

    std::vector<Family> m_families;
    std::vector<Histogram> m_histograms;
};

} // namespace memorykv
