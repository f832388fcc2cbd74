// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/gatekeeper.h"

#include "server/http/bearer.h"
#include "server/http/httpsyntax.h"
#include "server/http/problem.h"

namespace memorykv {

Gatekeeper::Gatekeeper(const TokenStore &tokens, const Cors &cors, HostList hosts,
                       QList<QByteArray> origins)
    : m_tokens(tokens)
    , m_cors(cors)
    , m_hosts(std::move(hosts))
    , m_origins(std::move(origins))
{ }

// Whether \a origin is that of a page that came from \a host: the scheme is left aside, as TLS may
// end at a proxy.
static bool isSameOrigin(QByteArrayView origin, QByteArrayView host)
{
    for (const auto &[scheme, port] :
         {std::pair<QByteArrayView, QByteArrayView>("http://", ":80"), {"https://", ":443"}}) {
        if (!origin.startsWith(scheme))
            continue;
        if (host.endsWith(port)) // browsers leave it out of both
            host.chop(port.size());
        return syntax::equalsIgnoringCase(origin.sliced(scheme.size()), host);
    }
    return false;
}

std::optional<Error> Gatekeeper::checkAddressee(const Request &request) const
{
    // Without a Host it is HTTP/1.0, and no browser.
    if (!request.host.isNull() && !m_hosts.allows(request.host))
        return Error{ErrorCode::MisdirectedRequest, "Host: not a name of this server (--host)"};
    const QByteArrayView origin = request.header("Origin");
    const bool mayOpen = origin.isNull() || m_origins.contains("*") || m_origins.contains(origin)
                         || isSameOrigin(origin, request.host);
    // Other requests are for CORS; a WebSocket has no such protection (RFC 6455 10.2).
    if (!mayOpen && request.headerHasToken("Upgrade", "websocket")) {
        return Error{ErrorCode::Forbidden,
                     "Origin: pages of this origin may not open the feed (--origin)"};
    }
    return std::nullopt;
}

// What is asked for a route. Without a value: nothing, it is open to everyone.
static std::optional<Role> neededRole(Route route, Method method)
{
    if (method == Method::Options)
        return std::nullopt;
    const bool isReading = method == Method::Get || method == Method::Head;
    switch (route) {
    case Route::Ping:
    case Route::Page:
    case Route::PageFile:
    case Route::Healthy:
    case Route::Ready:
    case Route::Server:
        return std::nullopt;
    case Route::Key:
        return isReading ? Role::Read : Role::Write;
    case Route::Keys:
    case Route::KeysPrefix:
        return isReading ? Role::Read : Role::Admin;
    case Route::Batch:
        return Role::Write;
    case Route::Snapshot:
        return Role::Admin;
    case Route::Wal:
    case Route::Metrics:
    case Route::Info:
    case Route::OpenApi:
    case Route::Unknown:
        break;
    }
    return Role::Read;
}

// The part of a grant's prefix that the path alone can tell of.
static std::optional<QByteArrayView> prefixFault(const Grant &grant, const RouteMatch &match)
{
    if (!grant.isConfined())
        return std::nullopt;
    switch (match.route) {
    case Route::Key:
        if (!grant.covers(match.argument))
            return "this token is confined to keys with another prefix";
        break;
    case Route::Keys:
    case Route::KeysPrefix:
        if (!grant.touches(match.argument))
            return "this token is confined to another prefix";
        break;
    case Route::Metrics:
    case Route::Snapshot:
        return "this tells of the whole server, and this token is confined to a prefix";
    default:
        break;
    }
    return std::nullopt;
}

std::optional<Response> Gatekeeper::admit(Request &request) const
{
    if (const auto error = checkAddressee(request)) {
        Response response = problem(*error);
        response.route = Route::Unknown;
        return refuse(request, std::move(response));
    }
    if (!m_tokens.isRequired())
        return std::nullopt;
    const auto match = matchRoute(request.path);
    const auto needed = match ? neededRole(match->route, request.method) : Role::Read;
    if (!needed)
        return std::nullopt;
    if (auto refusal = identify(request, match && match->route == Route::Info)) {
        if (match)
            refusal->route = match->route;
        return refusal;
    }
    if (!match || !allowsMethod(match->route, request.method) || !request.grant.known)
        return std::nullopt;
    std::optional<Response> refusal;
    if (request.grant.role < *needed)
        refusal = bearer::roleTooLow(*needed);
    else if (const auto fault = prefixFault(request.grant, *match))
        refusal = bearer::outsidePrefix(*fault);
    if (!refusal)
        return std::nullopt;
    refusal->route = match->route;
    return refuse(request, *std::move(refusal));
}

std::optional<Response> Gatekeeper::admitBody(Request &request) const
{
    if (auto refusal = admit(request))
        return refusal;
    if (!m_tokens.isRequired() || !request.grant.tokenHash.isEmpty())
        return std::nullopt;
    return refuse(request, problem({ErrorCode::BodyTooLarge,
                                    "a body is taken with a token alone, and not for this"}));
}

std::optional<Response> Gatekeeper::identify(Request &request, bool isOptional) const
{
    const auto token = bearer::tokenOf(request);
    if (!token)
        return refuse(request, bearer::malformed(token.error()));
    if (token->isNull()) {
        if (!isOptional)
            return refuse(request, bearer::missing());
        request.grant.known = false;
        request.grant.role = Role::Read;
        return std::nullopt;
    }
    auto grant = m_tokens.find(*token);
    if (!grant)
        return refuse(request, bearer::unknown());
    request.grant = *std::move(grant);
    return std::nullopt;
}

Response Gatekeeper::refuse(const Request &request, Response response) const
{
    m_cors.addTo(request, response);
    return response;
}

} // namespace memorykv
