// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/cors.h"
#include "server/http/routes.h"
#include "server/store/keyvaluestore.h"
#include "server/store/operationkind.h"

#include <atomic>
#include <functional>
#include <vector>

namespace memorykv {

/// Who is told what happens, to count it. Called on the worker's thread, on every request: must be
/// cheap and must not block.
class HttpObserver
{
public:
    virtual ~HttpObserver() = default;
    virtual void requestDone(Method method, Route route, int status, double seconds) = 0;
    /// An answer left to what was no request, or none as a whole.
    virtual void refusalDone(int status, double seconds) = 0;
    virtual void operationDone(OperationKind kind, OperationResult result) = 0;
    virtual void connectionsChanged(int delta) = 0;
};

/// Which resources a port offers.
enum class Scope {
    All,
    AllButMetrics, ///< metrics are on a port of their own
    MetricsOnly,   ///< that port: /metrics, /-/healthy and /-/ready
};

/// A file that stays the same as long as the program, served at /-/page/<name>.
struct StaticFile
{
    QByteArray name;
    QByteArray type; ///< its content type
    QByteArray content;
};

/// What the HTTP interface of one worker stands on. Everything referred to outlives the worker;
/// the functions are called on its thread.
struct HttpServices
{
    KeyValueStore &store;
    const Log &log;
    HttpObserver &observer;
    const Cors &cors;
    qsizetype maxValueSize;
    std::function<QByteArray()> renderMetrics;
    QByteArrayView metricsType; ///< the content type of what renderMetrics returns
    std::function<QByteArray(const Grant &)> renderInfo; ///< JSON for /-/info, for one asking
    QByteArray page;                                     ///< HTML for /
    QByteArray openApi;                                  ///< YAML for /-/openapi.yaml
    Scope scope = Scope::All;
    /// Set while the data directory is being read and the store may not be used; null for never.
    const std::atomic<bool> *recovering = nullptr;
    std::vector<StaticFile> pageFiles = {}; ///< what the page at / loads

    bool isRecovering() const { return recovering && recovering->load(std::memory_order_acquire); }
};

} // namespace memorykv
