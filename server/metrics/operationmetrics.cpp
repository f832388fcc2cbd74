// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/operationmetrics.h"

#include "server/metrics/metricfamily.h"

namespace memorykv {

namespace {

constexpr std::array<const char *, kOperationKindCount> kOperationNames{
    "get", "put", "delete", "patch", "list", "delete_prefix", "delete_all", "batch", "count",
};
constexpr std::array<const char *, kOperationResultCount> kResultNames{
    "ok",
    "not_found",
    "precondition_failed",
    "error",
};

// Whether the operation names one key whose absence is a result of its own.
constexpr bool canMiss(OperationKind operation)
{
    return operation == OperationKind::Get || operation == OperationKind::Delete
           || operation == OperationKind::Patch;
}

constexpr bool canBeConditional(OperationKind operation)
{
    return operation == OperationKind::Put || operation == OperationKind::Delete
           || operation == OperationKind::Patch || operation == OperationKind::Batch;
}

constexpr bool isExpected(OperationKind operation, OperationResult result)
{
    switch (result) {
    case OperationResult::NotFound:
        return canMiss(operation);
    case OperationResult::PreconditionFailed:
        return canBeConditional(operation);
    case OperationResult::Ok:
    case OperationResult::Error:
        break;
    }
    return true;
}

} // namespace

void OperationMetrics::record(OperationKind operation, OperationResult result)
{
    m_counts[static_cast<std::size_t>(operation)][static_cast<std::size_t>(result)].add();
}

prometheus::MetricFamily OperationMetrics::collect(std::span<const OperationMetrics *const> workers)
{
    auto family = emptyFamily(metricnames::kOperations, prometheus::MetricType::Counter);
    for (std::size_t op = 0; op < kOperationKindCount; ++op) {
        for (std::size_t result = 0; result < kOperationResultCount; ++result) {
            quint64 count = 0;
            for (const OperationMetrics *worker : workers)
                count += worker->m_counts[op][result].value();
            if (count == 0
                && !isExpected(static_cast<OperationKind>(op),
                               static_cast<OperationResult>(result)))
                continue;
            prometheus::ClientMetric metric;
            metric.label = {{"op", kOperationNames[op]}, {"result", kResultNames[result]}};
            metric.counter.value = static_cast<double>(count);
            family.metric.push_back(std::move(metric));
        }
    }
    return family;
}

} // namespace memorykv
