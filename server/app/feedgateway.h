// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/feedhub.h"
#include "server/http/connection.h"

namespace memorykv {

/// From HTTP to the feed: reads what a request to /wal asks for, and hands the client's socket to
/// the hub, or says what is wrong with the request. Lives on its worker's thread.
class FeedGateway
{
public:
    /// All must outlive the gateway.
    FeedGateway(FeedHub &hub, const Cors &cors, const Gatekeeper &gatekeeper);

    /// An UpgradeHandler.
    std::optional<Response> upgrade(Upgrade &upgrade);

    /// What \a request subscribes to. InvalidArgument names the parameter or field at fault.
    static Result<Subscription> subscriptionOf(const Request &request, Upgrade::Kind kind);

private:
    std::optional<Response> confine(const Grant &grant, Subscription &subscription) const;
    std::optional<Response> upgradeToWebSocket(Upgrade &upgrade, Subscription subscription);
    std::optional<Response> upgradeToEventStream(Upgrade &upgrade, Subscription subscription);

    FeedHub &m_hub;
    const Cors &m_cors;
    const Gatekeeper &m_gatekeeper;
    DateField m_date;
};

} // namespace memorykv
