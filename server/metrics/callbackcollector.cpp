// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/callbackcollector.h"

#include "server/metrics/metricfamily.h"

#include <QtGlobal>

#include <algorithm>
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
    return families;
}

} // namespace memorykv
