// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/feedgateway.h"

#include "server/feed/websocketframe.h"
#include "server/http/bearer.h"
#include "server/http/problem.h"
#include "server/http/query.h"
#include "shared/bytes.h"
#include "shared/limits.h"

namespace memorykv {

FeedGateway::FeedGateway(FeedHub &hub, const Cors &cors, const Gatekeeper &gatekeeper)
    : m_hub(hub)
    , m_cors(cors)
    , m_gatekeeper(gatekeeper)
{ }

static Result<Encoding> encodingOf(const Request &request, const Query &query, Upgrade::Kind kind)
{
    Encoding encoding;
    if (kind == Upgrade::Kind::EventStream)
        encoding.framing = Encoding::Framing::EventStream;
    else if (request.header("Content-Type") == "application/octet-stream")
        encoding.framing = Encoding::Framing::BinaryFrame;
    const QByteArray format = query.value("format").value_or("text");
    if (format != "text" && format != "json")
        return Error{ErrorCode::InvalidArgument, "query: parameter 'format' must be text or json"};
    encoding.json = format == "json";
    return encoding;
}

// Where to resume. An EventSource reconnects to the same address with Last-Event-ID, so the field
// is newer than the parameter.
static Result<std::optional<Position>> positionOf(const Request &request, const Query &query)
{
    QByteArrayView name = "Last-Event-ID";
    QByteArray text = request.header(name).toByteArray();
    if (text.isEmpty()) {
        name = "query: parameter 'since'";
        if (!query.has("since"))
            return std::optional<Position>();
        text = *query.value("since");
    }
    const auto position = Position::fromText(text);
    if (!position) {
        return Error{ErrorCode::InvalidArgument,
                     name.toByteArray() + ": " + position.error().detail};
    }
    return std::optional<Position>(*position);
}

Result<Subscription> FeedGateway::subscriptionOf(const Request &request, Upgrade::Kind kind)
{
    const auto query
        = Query::parse(request.query, {"format", "prefix", "op", "since", "initial", "lossless"});
    if (!query)
        return query.error();
    Subscription subscription;
    const auto encoding = encodingOf(request, *query, kind);
    if (!encoding)
        return encoding.error();
    subscription.encoding = *encoding;
    subscription.prefix = query->value("prefix").value_or(QByteArray());
    if (subscription.prefix.size() > kMaxKeySize) {
        return Error{ErrorCode::InvalidArgument, "query: parameter 'prefix' has at most "
                                                     + QByteArray::number(kMaxKeySize) + " bytes"};
    }
    if (const auto ops = query->value("op")) {
        const auto set = OpSet::fromText(*ops);
        if (!set)
            return set.error();
        subscription.ops = *set;
    }
    const auto since = positionOf(request, *query);
    if (!since)
        return since.error();
    subscription.since = *since;
    const auto initial = query->flag("initial");
    if (!initial)
        return initial.error();
    const auto lossless = query->flag("lossless");
    if (!lossless)
        return lossless.error();
    // A browser that reconnects sends both; what it has makes the initial state unnecessary.
    subscription.initial = *initial && !subscription.since;
    subscription.lossless = *lossless;
    if (*initial && query->has("since")) {
        return Error{ErrorCode::InvalidArgument,
                     "query: parameters 'initial' and 'since' exclude each other"};
    }
    return subscription;
}

// Leaves of what was asked for what the token reaches.
std::optional<Response> FeedGateway::confine(const Grant &grant, Subscription &subscription) const
{
    if (!grant.touches(subscription.prefix)) {
        return bearer::outsidePrefix(
            "query: parameter 'prefix': this token is confined to another prefix");
    }
    subscription.prefix = grant.narrowed(subscription.prefix);
    subscription.confinement = grant.prefix;
    if (!grant.tokenHash.isEmpty()) {
        subscription.isPermitted
            = [&gatekeeper = m_gatekeeper, grant] { return gatekeeper.stillHolds(grant); };
    }
    return std::nullopt;
}

std::optional<Response> FeedGateway::upgrade(Upgrade &upgrade)
{
    auto subscription = subscriptionOf(upgrade.request, upgrade.kind);
    std::optional<Response> refusal;
    if (subscription)
        refusal = confine(upgrade.request.grant, *subscription);
    else
        refusal = problem(subscription.error());
    if (refusal) {
        m_cors.addTo(upgrade.request, *refusal);
        return refusal;
    }
    return upgrade.kind == Upgrade::Kind::WebSocket
               ? upgradeToWebSocket(upgrade, *std::move(subscription))
               : upgradeToEventStream(upgrade, *std::move(subscription));
}

// RFC 6455 4.2.1.
static std::optional<Response> checkHandshake(const Request &request)
{
    if (request.header("Sec-WebSocket-Version") != "13") {
        Response response = problem(
            {ErrorCode::UpgradeRequired, "Sec-WebSocket-Version: only 13 is spoken here"});
        response.addField("Sec-WebSocket-Version", "13");
        return response;
    }
    const auto key = QByteArray::fromBase64Encoding(
        request.header("Sec-WebSocket-Key").toByteArray(), QByteArray::AbortOnBase64DecodingErrors);
    if (!key || key.decoded.size() != 16) {
        return problem(
            {ErrorCode::InvalidRequest, "Sec-WebSocket-Key: must be 16 bytes in base64"});
    }
    return std::nullopt;
}

std::optional<Response> FeedGateway::upgradeToWebSocket(Upgrade &upgrade, Subscription subscription)
{
    if (auto refusal = checkHandshake(upgrade.request))
        return refusal;
    QByteArray head;
    appendAll({"HTTP/1.1 101 Switching Protocols\r\nDate: ", m_date.now(),
               "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
               websocket::acceptFor(upgrade.request.header("Sec-WebSocket-Key")), "\r\n"},
              head);
    if (upgrade.request.headerHasToken("Sec-WebSocket-Protocol", bearer::kFeedProtocol))
        appendAll({"Sec-WebSocket-Protocol: ", bearer::kFeedProtocol, "\r\n"}, head);
    head += "\r\n";
    m_hub.addWebSocket(std::move(upgrade.transport), head, upgrade.remainder,
                       std::move(subscription));
    return std::nullopt;
}

std::optional<Response> FeedGateway::upgradeToEventStream(Upgrade &upgrade,
                                                          Subscription subscription)
{
    Response fields;
    m_cors.addTo(upgrade.request, fields);
    QByteArray head;
    // Without a length the stream ends with the connection (RFC 9112 6.3).
    appendAll({"HTTP/1.1 200 OK\r\nDate: ", m_date.now(),
               "\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\n"
               "X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\nConnection: close\r\n",
               fields.fields, "\r\n"},
              head);
    m_hub.addEventStream(std::move(upgrade.transport), head, std::move(subscription));
    return std::nullopt;
}

} // namespace memorykv
