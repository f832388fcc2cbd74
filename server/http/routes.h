// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "shared/result.h"

#include <span>

namespace memorykv {

/// The resources of the HTTP interface.
enum class Route : quint8 {
    Key,
    Keys,
    KeysPrefix,
    Batch,
    Wal,
    Metrics,
    Ping,
    Page,
    Healthy,
    Ready,
    Info,
    OpenApi,
    Snapshot,
    PageFile, ///< what the page loads
    Server,   ///< OPTIONS *
    Unknown,  ///< under /-/, but nothing is there
};
inline constexpr int kRouteCount = 16;
inline constexpr int kMethodCount = 7;

/// The route a request goes to and the key or prefix in its path.
struct RouteMatch
{
    Route route = Route::Unknown;
    QByteArray argument; ///< Key: the key; KeysPrefix: the prefix, never empty;
                         ///< PageFile: the file's name, which may be empty or unknown
};

/// Where the still encoded \a path leads. Reserved names are recognised once decoded, so that
/// "/%6Beys" is "/keys". InvalidArgument for a path that does not decode to UTF-8, or to a key
/// over kMaxKeySize.
Result<RouteMatch> matchRoute(QByteArrayView path);

/// Whether \a key, as it is, is the path of another resource without its first slash, so that no
/// request for a key reaches it: "ping", "keys/a", "-/b".
bool isReserved(QByteArrayView key);

/// The template of \a route, as it stands in metrics and documents: "/keys/{prefix}".
QByteArrayView routeTemplate(Route route);

/// Whether \a method applies to \a route. OPTIONS always does.
bool allowsMethod(Route route, Method method);

/// The value of the Allow field for \a route: "GET, HEAD, OPTIONS".
QByteArray allowField(Route route);

} // namespace memorykv
