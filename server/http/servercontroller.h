// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/services.h"

namespace memorykv {

/// The resources that are not about keys: /, /ping, /metrics, /wal without an upgrade, and all
/// under /-/ but the batch.
class ServerController
{
public:
    explicit ServerController(HttpServices &services);

    Response get(const Request &request, Route route);

private:
    Response fixed(const Request &request, QByteArrayView type, const QByteArray &content,
                   const QByteArray &tag) const;
    Response page(const Request &request) const;
    Response openApi(const Request &request) const;
    Response metrics() const;

    HttpServices &m_services;
    QByteArray m_pageTag;
    QByteArray m_openApiTag;
};

} // namespace memorykv
