// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/services.h"

namespace memorykv {

/// The resources that are not about keys: / and what it loads, /ping, /metrics, /wal without an
/// upgrade, and all under /-/ but the batch.
class ServerController
{
public:
    explicit ServerController(HttpServices &services);

    Response get(const Request &request, Route route);

    /// The file of the page called \a name, 404 when there is none.
    Response pageFile(const Request &request, QByteArrayView name) const;

private:
    Response fixed(const Request &request, QByteArrayView type, const QByteArray &content,
                   const QByteArray &tag) const;
    Response page(const Request &request) const;
    Response openApi(const Request &request) const;
    Response metrics() const;

    HttpServices &m_services;
    QByteArray m_pageTag;
    QByteArray m_openApiTag;
    std::vector<QByteArray> m_fileTags; ///< in the order of HttpServices::pageFiles
};

} // namespace memorykv
