// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/cors.h"

namespace memorykv {

Cors::Cors(QList<QByteArray> origins)
    : m_origins(std::move(origins))
    , m_allowsAny(m_origins.contains("*"))
{ }

bool Cors::allows(QByteArrayView origin) const
{
    if (origin.isEmpty())
        return false;
    return m_allowsAny || m_origins.contains(origin);
}

void Cors::addTo(const Request &request, Response &response) const
{
    if (!isEnabled())
        return;
    // The answer depends on the origin even when this one gets no permission (caches).
    if (!m_allowsAny)
        response.addField("Vary", "Origin");
    const QByteArrayView origin = request.header("Origin");
    if (!allows(origin))
        return;
    response.addField("Access-Control-Allow-Origin", m_allowsAny ? QByteArrayView("*") : origin);
    response.addField("Access-Control-Expose-Headers",
                      "ETag, Link, Retry-After, Preference-Applied, WWW-Authenticate");
}

bool Cors::isPreflight(const Request &request)
{
    return request.method == Method::Options && !request.header("Origin").isNull()
           && !request.header("Access-Control-Request-Method").isNull();
}

void Cors::addPreflight(const Request &request, Route route, Response &response) const
{
    if (!allows(request.header("Origin")))
        return;
    response.addField("Access-Control-Allow-Methods", allowField(route));
    response.addField(
        "Access-Control-Allow-Headers",
        "Accept, Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Prefer");
    response.addField("Access-Control-Max-Age", "600");
}

} // namespace memorykv
