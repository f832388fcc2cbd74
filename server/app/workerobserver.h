// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/services.h"
#include "server/metrics/metrics.h"

#include <atomic>

namespace memorykv {

/// Counts what the HTTP interface of one worker tells, in the worker's block of the metrics.
class WorkerObserver final : public HttpObserver
{
public:
    /// \a connections counts the open connections of all workers. Both must outlive the observer.
    WorkerObserver(WorkerMetrics &metrics, std::atomic<int> &connections)
        : m_metrics(metrics)
        , m_connections(connections)
    { }

    void requestDone(Method method, Route route, int status, double seconds) override
    {
        m_metrics.requests.record(int(method), int(route), status, seconds);
    }
    void refusalDone(int status, double seconds) override
    {
        m_metrics.requests.record(kOther, kOther, status, seconds);
    }
    void operationDone(OperationKind kind, OperationResult result) override
    {
        m_metrics.operations.record(kind, result);
    }
    void connectionsChanged(int delta) override
    {
        m_connections.fetch_add(delta, std::memory_order_relaxed);
    }

private:
    static constexpr int kOther = -1; ///< beyond all labels

    WorkerMetrics &m_metrics;
    std::atomic<int> &m_connections;
};

} // namespace memorykv
