// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/routes.h"

#include "server/http/valuerules.h"
#include "shared/percent.h"

#include <QVarLengthArray>

#include <array>
#include <optional>

namespace memorykv {

static constexpr unsigned bit(Method method)
{
    return 1U << unsigned(method);
}

static constexpr unsigned kReading = bit(Method::Get) | bit(Method::Head);

struct RouteInfo
{
    const char *name;
    QByteArrayView path; ///< the fixed path, empty when there is none
    unsigned methods;    ///< beside OPTIONS
};

// In the order of Route.
static constexpr std::array<RouteInfo, kRouteCount> kRoutes{{
    {"/{key}", {}, kReading | bit(Method::Put) | bit(Method::Patch) | bit(Method::Delete)},
    {"/keys", "/keys", kReading | bit(Method::Delete)},
    {"/keys/{prefix}", {}, kReading | bit(Method::Delete)},
    {"/-/batch", "/-/batch", bit(Method::Post)},
    {"/wal", "/wal", kReading},
    {"/metrics", "/metrics", kReading},
    {"/ping", "/ping", kReading},
    {"/", "/", kReading},
    {"/-/healthy", "/-/healthy", kReading},
    {"/-/ready", "/-/ready", kReading},
    {"/-/info", "/-/info", kReading},
    {"/-/openapi.yaml", "/-/openapi.yaml", kReading},
    {"/-/snapshot", "/-/snapshot", bit(Method::Get)},
    {"/-/page/{file}", {}, kReading},
    {"*", "*", ~0U},
    {"/-/{unknown}", {}, kReading},
}};

static constexpr QByteArrayView kKeysPrefix = "/keys/";
static constexpr QByteArrayView kPagePrefix = "/-/page/";

// The route of a decoded path that no key can have, with what is behind the prefix not yet checked.
static std::optional<RouteMatch> matchReserved(QByteArrayView whole)
{
    // Most requests are for keys, which share no first letter with most reserved names.
    if (whole.size() >= 2 && !QByteArrayView("-kwmp").contains(whole[1]))
        return std::nullopt;
    if (whole == kKeysPrefix)
        return RouteMatch{Route::Keys, {}};
    for (size_t i = 0; i < kRoutes.size(); ++i) {
        if (!kRoutes[i].path.isEmpty() && whole == kRoutes[i].path)
            return RouteMatch{Route(i), {}};
    }
    if (whole.startsWith(kKeysPrefix))
        return RouteMatch{Route::KeysPrefix, whole.sliced(kKeysPrefix.size()).toByteArray()};
    if (whole.startsWith(kPagePrefix))
        return RouteMatch{Route::PageFile, whole.sliced(kPagePrefix.size()).toByteArray()};
    if (whole.startsWith("/-/"))
        return RouteMatch{Route::Unknown, {}};
    return std::nullopt;
}

Result<RouteMatch> matchRoute(QByteArrayView path)
{
    const auto decoded = percentDecode(path);
    if (!decoded)
        return Error{ErrorCode::InvalidArgument, "path: " + decoded.error().detail};
    auto match = matchReserved(*decoded).value_or(RouteMatch{Route::Key, {}});
    if (match.route == Route::Key)
        match.argument = decoded->sliced(1);
    if (match.route == Route::Key || match.route == Route::KeysPrefix) {
        if (auto error = checkKey(match.argument))
            return *std::move(error);
    }
    return match;
}

bool isReserved(QByteArrayView key)
{
    QVarLengthArray<char, 256> path{'/'}; // asked for each operation of a batch
    path.append(key.data(), key.size());
    return matchReserved(path).has_value();
}

QByteArrayView routeTemplate(Route route)
{
    return kRoutes[size_t(route)].name;
}

bool allowsMethod(Route route, Method method)
{
    return method == Method::Options || (kRoutes[size_t(route)].methods & bit(method)) != 0;
}

QByteArray allowField(Route route)
{
    QByteArray allow;
    for (int i = 0; i < kMethodCount; ++i) {
        if (!allowsMethod(route, Method(i)))
            continue;
        if (!allow.isEmpty())
            allow += ", ";
        allow += methodName(Method(i));
    }
    return allow;
}

} // namespace memorykv
