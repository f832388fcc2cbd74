// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/routes.h"

#include <QList>

namespace memorykv {

/// Cross-origin access for pages of other origins (the CORS protocol of the Fetch standard). Off
/// unless origins are allowed. Immutable, thread-safe.
class Cors
{
public:
    /// \a origins are serialized origins such as "https://app.example", or "*".
    explicit Cors(QList<QByteArray> origins);

    bool isEnabled() const { return !m_origins.isEmpty(); }

    /// Adds to \a response what lets the page that sent \a request read it, if its origin may.
    void addTo(const Request &request, Response &response) const;

    /// Whether \a request is a preflight: OPTIONS that asks for another method's permission.
    static bool isPreflight(const Request &request);

    /// Adds the permission a preflight for \a route asks for; addTo() is needed beside it.
    void addPreflight(const Request &request, Route route, Response &response) const;

private:
    bool allows(QByteArrayView origin) const;

    const QList<QByteArray> m_origins;
    const bool m_allowsAny;
};

} // namespace memorykv
