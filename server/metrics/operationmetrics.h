// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/metrics/localcounter.h"
#include "server/store/operationkind.h"

#include <prometheus/metric_family.h>

#include <array>
#include <span>

namespace memorykv {

/// One worker's count of operations on the store. Workers share nothing, see RequestMetrics.
class OperationMetrics
{
public:
    /// Counts one operation. Never fails, never allocates. The owning worker only.
    void record(OperationKind operation, OperationResult result);

    /// The family memorykv_operations_total, summed over \a workers. Each result an operation can
    /// have is there from the start, with 0, so that rate() sees the first one. Any thread.
    static prometheus::MetricFamily collect(std::span<const OperationMetrics *const> workers);

private:
    std::array<std::array<LocalCounter, kOperationResultCount>, kOperationKindCount> m_counts;
};

} // namespace memorykv
