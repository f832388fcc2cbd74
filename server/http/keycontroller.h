// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/services.h"

namespace memorykv {

/// The resource /{key}: one value. Every function answers \a request for \a key, whatever is in
/// it; errors are answers too.
class KeyController
{
public:
    explicit KeyController(HttpServices &services);

    Response get(const Request &request, const QByteArray &key);
    Response put(const Request &request, const QByteArray &key);
    Response patch(const Request &request, const QByteArray &key);
    Response remove(const Request &request, const QByteArray &key);

private:
    Result<Outcome> apply(OperationKind kind, const Operation &operation);
    Response refuse(OperationKind kind, const Error &error);

    HttpServices &m_services;
};

} // namespace memorykv
