// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/cors.h"
#include "server/http/hostlist.h"
#include "server/http/tokenstore.h"

#include <optional>

namespace memorykv {

/// Decides about each request whether its sender may make it, before anything else looks at it.
/// Thread-safe; one for all workers.
class Gatekeeper
{
public:
    /// \a tokens and \a cors must outlive the gatekeeper. \a origins, as browsers send them or "*",
    /// may open WebSockets, and so may those of the page's own origin.
    Gatekeeper(const TokenStore &tokens, const Cors &cors, HostList hosts = {},
               QList<QByteArray> origins = {"*"});

    /// Finds out what the sender of \a request may do and puts it into Request::grant. Returns an
    /// answer when this request is not among it: 401 without a good token, 403 when the token does
    /// not reach so far, 400 for two tokens, all as RFC 6750 3 says; 421 when it is for another
    /// host; 403 for a WebSocket from a page that may not open one. Of a request whose path or
    /// method is wrong only the token is judged; the rest is for those who answer it.
    std::optional<Response> admit(Request &request) const;

    /// The same for a request of which only the head is here. A body from someone who has not shown
    /// a token is refused besides, with 413, where tokens are asked for: nobody else needs to send
    /// one, and it would take memory.
    std::optional<Response> admitBody(Request &request) const;

    /// Whether the token behind \a grant still allows exactly that.
    bool stillHolds(const Grant &grant) const { return m_tokens.stillHolds(grant); }

private:
    std::optional<Error> checkAddressee(const Request &request) const;
    std::optional<Response> identify(Request &request, bool isOptional) const;
    Response refuse(const Request &request, Response response) const;

    const TokenStore &m_tokens;
    const Cors &m_cors;
    const HostList m_hosts;
    const QList<QByteArray> m_origins;
};

} // namespace memorykv
