// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/services.h"

namespace memorykv {

/// The resources /keys and /keys/{prefix}: many keys. \a prefix is empty for all of them.
class KeysController
{
public:
    explicit KeysController(HttpServices &services);

    /// A JSON array of keys, or of objects with ?values=true, or {"count":N} with ?count=true. A
    /// page ends at ?limit or when it has grown to kMaxPageSize bytes; a Link field leads on.
    Response list(const Request &request, const QByteArray &prefix);

    /// Removes the keys and answers with the JSON array of them.
    Response remove(const Request &request, const QByteArray &prefix);

    static constexpr qsizetype kMaxPageSize = 32 << 20;

private:
    Response count(const QByteArray &prefix);
    Response refuse(OperationKind kind, const Error &error);

    HttpServices &m_services;
};

} // namespace memorykv
