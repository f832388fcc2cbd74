// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/dispatcher.h"

#include "server/http/contentcoding.h"
#include "server/http/problem.h"
#include "server/http/qthttpcompat.h"

#include <QHttpServerRequest>

#include <utility>

namespace memorykv {

// What QHttpServer gets to see of a route: one letter, as it reads a request byte by byte. OPTIONS
// * never gets there.
static constexpr std::array<char, kRouteCount> kRouteLetters{
    'k', 'l', 'p', 'b', 'w', 'm', 'i', 'h', 'a', 'r', 'n', 'o', 's', 'f', '\0', 'u'};

static QHttpServerRequest::Method qtMethod(Method method)
{
    switch (method) {
    case Method::Get:
    case Method::Head:
        return QHttpServerRequest::Method::Get;
    case Method::Put:
        return QHttpServerRequest::Method::Put;
    case Method::Post:
        return QHttpServerRequest::Method::Post;
    case Method::Patch:
        return QHttpServerRequest::Method::Patch;
    case Method::Delete:
        return QHttpServerRequest::Method::Delete;
    case Method::Options:
        break;
    }
    return QHttpServerRequest::Method::Options;
}

Dispatcher::Dispatcher(HttpServices &services)
    : m_services(services)
    , m_key(services)
    , m_keys(services)
    , m_batch(services)
    , m_serverController(services)
{
    registerRoutes();
    auto *server = new FacadeServer(&m_server);
    server->listen(QHostAddress::LocalHost);
    m_server.bind(server);
    m_facade = new FacadeSocket(server);
    server->introduce(m_facade);
    server->close();
}

void Dispatcher::registerRoutes()
{
    // QHttpServer tries its rules in this order, so the busiest come first.
    using enum Method;
    add(Route::Key, Get, [this](auto &request, auto &key) { return m_key.get(request, key); });
    add(Route::Key, Put, [this](auto &request, auto &key) { return m_key.put(request, key); });
    add(Route::Key, Delete,
        [this](auto &request, auto &key) { return m_key.remove(request, key); });
    add(Route::Key, Patch, [this](auto &request, auto &key) { return m_key.patch(request, key); });
    for (const Route route : {Route::Keys, Route::KeysPrefix}) {
        add(route, Get,
            [this](auto &request, auto &prefix) { return m_keys.list(request, prefix); });
        add(route, Delete,
            [this](auto &request, auto &prefix) { return m_keys.remove(request, prefix); });
    }
    add(Route::Batch, Post, [this](auto &request, auto &) { return m_batch.post(request); });
    add(Route::PageFile, Get,
        [this](auto &request, auto &name) { return m_serverController.pageFile(request, name); });
    for (const Route route :
         {Route::Metrics, Route::Ping, Route::Page, Route::Healthy, Route::Ready, Route::Info,
          Route::OpenApi, Route::Wal, Route::Unknown}) {
        add(route, Get, [this, route](auto &request, auto &) {
            return m_serverController.get(request, route);
        });
    }
}

void Dispatcher::add(Route route, Method method, Handler handler)
{
    const char path[]{'/', kRouteLetters[size_t(route)], '\0'};
    m_server.route(
        QString::fromLatin1(path), qtMethod(method),
        [this, handler = std::move(handler)](const QHttpServerRequest &, ResponderArgument) {
            m_response = handler(*m_request, *m_argument);
            m_answered = true;
        });
    auto &lines = m_requestLines[size_t(route)];
    lines[size_t(method)] = methodName(method).toByteArray() + ' ' + path + " HTTP/1.1\n\n";
    if (method == Method::Get)
        lines[size_t(Method::Head)] = lines[size_t(method)];
}

Response Dispatcher::dispatch(const Request &request)
{
    auto match = matchRoute(request.path);
    if (match && (match->route == Route::Keys || match->route == Route::KeysPrefix))
        match->argument = request.grant.narrowed(match->argument);
    Response response = match ? answer(request, *match) : problem(match.error());
    if (match)
        response.route = match->route;
    compressIfAccepted(request, response);
    m_services.cors.addTo(request, response);
    return response;
}

Response Dispatcher::refuse(const Request &request, const Error &error) const
{
    Response response = problem(error);
    response.route = Route::Unknown;
    m_services.cors.addTo(request, response);
    return response;
}

static bool isInScope(Scope scope, Route route)
{
    const bool isMetrics = route == Route::Metrics;
    switch (scope) {
    case Scope::All:
        return true;
    case Scope::AllButMetrics:
        return !isMetrics;
    case Scope::MetricsOnly:
        return isMetrics || route == Route::Healthy || route == Route::Ready;
    }
    return false;
}

// What can be told while the data is still being read.
static bool needsData(Route route)
{
    switch (route) {
    case Route::Key:
    case Route::Keys:
    case Route::KeysPrefix:
    case Route::Batch:
    case Route::Wal:
    case Route::Snapshot:
    case Route::Ready:
        return true;
    default:
        return false;
    }
}

Response Dispatcher::answer(const Request &request, const RouteMatch &match)
{
    if (m_services.isRecovering() && needsData(match.route) && request.method != Method::Options) {
        return notReady();
    }
    if (!isInScope(m_services.scope, match.route)) {
        return problem({ErrorCode::NotFound, m_services.scope == Scope::MetricsOnly
                                                 ? "this port serves /metrics only"
                                                 : "/metrics is on a port of its own"});
    }
    if (request.method == Method::Options)
        return options(request, match.route);
    if (!allowsMethod(match.route, request.method)) {
        Response response
            = problem({ErrorCode::MethodNotAllowed,
                       methodName(request.method).toByteArray() + " does not apply to "
                           + routeTemplate(match.route).toByteArray()});
        response.addField("Allow", allowField(match.route));
        return response;
    }
    return call(request, match);
}

Response Dispatcher::call(const Request &request, const RouteMatch &match)
{
    m_request = &request;
    m_argument = &match.argument;
    m_answered = false;
    m_facade->deliver(m_requestLines[size_t(match.route)][size_t(request.method)]);
    m_request = nullptr;
    m_argument = nullptr;
    if (!m_answered)
        return problem({ErrorCode::Internal, "no handler answered"});
    return std::exchange(m_response, {});
}

Response Dispatcher::options(const Request &request, Route route)
{
    Response response = Response::empty(204);
    response.addField("Allow", allowField(route));
    if (Cors::isPreflight(request))
        m_services.cors.addPreflight(request, route, response);
    return response;
}

} // namespace memorykv
