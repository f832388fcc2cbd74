// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/metrics/metricnames.h"

#include <prometheus/metric_family.h>

#include <string>

namespace memorykv {

/// A family named and described by \a info, without a series yet.
inline prometheus::MetricFamily emptyFamily(const MetricInfo &info, prometheus::MetricType type)
{
    return {std::string(info.name), std::string(info.help), type, {}};
}

} // namespace memorykv
