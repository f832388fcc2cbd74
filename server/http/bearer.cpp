// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/bearer.h"

#include "server/http/httpsyntax.h"
#include "server/http/problem.h"
#include "shared/bytes.h"

namespace memorykv::bearer {

static constexpr QByteArrayView kScheme = "Bearer";
static constexpr QByteArrayView kProtocolPrefix = "bearer.";

/// The tokens of a request, as they are found.
struct Findings
{
    QByteArrayView token;
    int tokens = 0;
    int authorizations = 0;
    bool offersFeedProtocol = false;
    bool offersToken = false;

    void add(QByteArrayView found)
    {
        token = found;
        ++tokens;
    }
};

// "Bearer", white space, the token (RFC 9110 11.4). A scheme without a token has an empty one.
static void noteAuthorization(QByteArrayView value, Findings &findings)
{
    ++findings.authorizations;
    const QByteArrayView scheme = value.first(std::min(value.size(), kScheme.size()));
    if (!syntax::equalsIgnoringCase(scheme, kScheme))
        return;
    const QByteArrayView rest = value.sliced(kScheme.size());
    if (rest.isEmpty())
        findings.add(QByteArrayView(""));
    else if (rest.front() == ' ')
        findings.add(syntax::trimmed(rest));
}

static void noteProtocols(QByteArrayView list, Findings &findings)
{
    while (!list.isNull()) {
        const QByteArrayView protocol = syntax::takeListElement(&list);
        findings.offersFeedProtocol |= protocol == kFeedProtocol;
        if (!protocol.startsWith(kProtocolPrefix))
            continue;
        findings.offersToken = true;
        findings.add(protocol.sliced(kProtocolPrefix.size()));
    }
}

Result<QByteArrayView> tokenOf(const Request &request)
{
    const bool isHandshake = request.headerHasToken("Upgrade", "websocket");
    Findings findings;
    for (const HeaderField &field : request.fields) {
        if (syntax::equalsIgnoringCase(field.name, "Authorization"))
            noteAuthorization(field.value, findings);
        else if (isHandshake && syntax::equalsIgnoringCase(field.name, "Sec-WebSocket-Protocol"))
            noteProtocols(field.value, findings);
    }
    if (findings.tokens > 1 || findings.authorizations > 1)
        return Error{ErrorCode::InvalidRequest, "a request has one token, in one place"};
    if (findings.offersToken && !findings.offersFeedProtocol) {
        return Error{ErrorCode::InvalidRequest,
                     "Sec-WebSocket-Protocol: a token comes with the protocol memorykv"};
    }
    return findings.token;
}

// The description is one of this server's own texts: no quotes or backslashes to escape.
static Response challenge(const Error &error, QByteArrayView code, QByteArrayView scope = {},
                          QByteArrayView extra = {})
{
    Response response = problem(error, extra);
    QByteArray value = "Bearer realm=\"memorykv\"";
    if (!code.isEmpty()) {
        appendAll({", error=\"", code, "\", error_description=\"", error.detail, "\""}, value);
    }
    if (!scope.isEmpty())
        appendAll({", scope=\"", scope, "\""}, value);
    response.addField("WWW-Authenticate", value);
    return response;
}

Response missing()
{
    return challenge({ErrorCode::Unauthorized,
                      "this server asks for a token, in the field Authorization: Bearer"},
                     {});
}

Response unknown()
{
    return challenge({ErrorCode::Unauthorized, "the token is not known here"}, "invalid_token");
}

Response malformed(const Error &error)
{
    return challenge(error, "invalid_request");
}

Response roleTooLow(Role needed)
{
    return challenge({ErrorCode::Forbidden, "this takes a token with the role "
                                                + roleName(needed).toByteArray()
                                                + (needed == Role::Admin ? "" : " or above")},
                     "insufficient_scope", roleName(needed));
}

Response outsidePrefix(QByteArrayView detail, QByteArrayView extra)
{
    return challenge({ErrorCode::Forbidden, detail.toByteArray()}, "insufficient_scope", {}, extra);
}

} // namespace memorykv::bearer
