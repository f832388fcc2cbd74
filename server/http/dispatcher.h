// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/batchcontroller.h"
#include "server/http/facadesocket.h"
#include "server/http/keycontroller.h"
#include "server/http/keyscontroller.h"
#include "server/http/servercontroller.h"

#include <QHttpServer>

#include <array>
#include <functional>

namespace memorykv {

/// From a whole request to its answer, through QHttpServer's routing.
///
/// QHttpServer never sees the bytes a client sent: before 6.9 it mis-frames hostile input and has
/// no limits (docs/architecture.md). It gets a request line for the route the path was found to
/// lead to ("PUT /{key}" becomes "PUT /k"), calls the handler registered for that, and the handler
/// answers beside it with a Response, from the request as RequestParser found it.
///
/// One for each worker; lives on the worker's thread. Everything is synchronous.
class Dispatcher
{
public:
    /// \a services must outlive the dispatcher.
    explicit Dispatcher(HttpServices &services);

    /// Answers \a request, whatever is in it.
    Response dispatch(const Request &request);

    /// The answer to \a request when it is not to be served because of \a error.
    Response refuse(const Request &request, const Error &error) const;

private:
    using Handler = std::function<Response(const Request &, const QByteArray &argument)>;

    void registerRoutes();
    void add(Route route, Method method, Handler handler);
    Response answer(const Request &request, const RouteMatch &match);
    Response call(const Request &request, const RouteMatch &match);
    Response options(const Request &request, Route route);

    HttpServices &m_services;
    KeyController m_key;
    KeysController m_keys;
    BatchController m_batch;
    ServerController m_serverController;

    QHttpServer m_server;
    FacadeSocket *m_facade = nullptr; ///< owned by m_server
    std::array<std::array<QByteArray, kMethodCount>, kRouteCount> m_requestLines;

    // Of the request being dispatched.
    const Request *m_request = nullptr;
    const QByteArray *m_argument = nullptr;
    Response m_response;
    bool m_answered = false;
};

} // namespace memorykv
