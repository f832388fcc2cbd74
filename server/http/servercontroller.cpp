// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/servercontroller.h"

#include "server/http/contentcoding.h"
#include "server/http/problem.h"

#include <QCryptographicHash>

namespace memorykv {

// Nothing comes from elsewhere or goes there, nothing inline runs, no other page frames this one.
// 'self' covers the WebSocket of the same host and port (Content Security Policy Level 3, 6.7.2.8).
static constexpr QByteArrayView kPagePolicy
    = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// A strong entity tag for content that stays the same as long as the program.
static QByteArray tagOf(const QByteArray &content)
{
    const QByteArray hash = QCryptographicHash::hash(content, QCryptographicHash::Sha256);
    return '"' + hash.toHex().first(20) + '"';
}

static Response nothing()
{
    return problem({ErrorCode::NotFound, "there is nothing at this path under /-/"});
}

ServerController::ServerController(HttpServices &services)
    : m_services(services)
    , m_pageTag(tagOf(services.page))
    , m_openApiTag(tagOf(services.openApi))
{
    for (const StaticFile &file : services.pageFiles)
        m_fileTags.push_back(tagOf(file.content));
}

Response ServerController::get(const Request &request, Route route)
{
    static constexpr QByteArrayView kPlain = "text/plain; charset=utf-8";
    switch (route) {
    case Route::Ping:
        return Response::text(200, kPlain, "pong");
    case Route::Healthy:
        return Response::text(200, kPlain, "ok");
    case Route::Ready:
        return Response::text(200, kPlain, "ready");
    case Route::Page:
        return page(request);
    case Route::OpenApi:
        return openApi(request);
    case Route::Metrics:
        return metrics();
    case Route::Info: {
        Response response = Response::json(m_services.renderInfo(request.grant));
        response.addField("Cache-Control", "no-store");
        return response;
    }
    case Route::Wal:
        return problem({ErrorCode::UpgradeRequired,
                        "/wal is the live feed: open it as a WebSocket, or with "
                        "'Accept: text/event-stream' as an event stream"});
    default:
        return nothing();
    }
}

// These are sent anew only when they have changed (RFC 9110 13.1.2). The compressed form has a
// tag of its own, which starts with that of the plain one; the one that the client has is told.
Response ServerController::fixed(const Request &request, QByteArrayView type,
                                 const QByteArray &content, const QByteArray &tag) const
{
    const QByteArray known = request.combinedHeader("If-None-Match");
    const bool unchanged = known == "*" || known.contains(tag.chopped(1));
    Response response = unchanged ? Response::empty(304) : Response::text(200, type, content);
    const QByteArray compressedTag = tag.chopped(1) + "-gzip\"";
    response.addField("ETag", known.contains(compressedTag) ? compressedTag : tag);
    response.addField("Cache-Control", "no-cache");
    if (unchanged && content.size() > kLargestUncompressed) // what compressIfAccepted() says of the
                                                            // content itself (RFC 9110 15.4.5)
        response.addField("Vary", "Accept-Encoding");
    return response;
}

Response ServerController::page(const Request &request) const
{
    Response response = fixed(request, "text/html; charset=utf-8", m_services.page, m_pageTag);
    response.addField("Content-Security-Policy", kPagePolicy);
    response.addField("Referrer-Policy", "no-referrer");
    return response;
}

Response ServerController::pageFile(const Request &request, QByteArrayView name) const
{
    for (size_t i = 0; i < m_fileTags.size(); ++i) {
        const StaticFile &file = m_services.pageFiles[i];
        if (file.name == name)
            return fixed(request, file.type, file.content, m_fileTags[i]);
    }
    return nothing();
}

Response ServerController::openApi(const Request &request) const
{
    return fixed(request, "application/yaml", m_services.openApi, m_openApiTag);
}

Response ServerController::metrics() const
{
    Response response = Response::text(200, m_services.metricsType, m_services.renderMetrics());
    response.addField("Cache-Control", "no-store");
    return response;
}

} // namespace memorykv
