// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/grant.h"
#include "server/http/request.h"
#include "server/http/response.h"
#include "shared/result.h"

/// Tokens as requests carry them, and the answers that refuse them (RFC 6750). None of the answers
/// holds a token. Thread-safe.
namespace memorykv::bearer {

/// The subprotocol of the feed (RFC 6455 1.9).
inline constexpr QByteArrayView kFeedProtocol = "memorykv";

/// The token of \a request: of its Authorization field, or of a WebSocket handshake's subprotocol
/// "bearer.<token>". Null when there is none, or when the field is for another scheme; not checked
/// otherwise. InvalidRequest when there is more than one, or when a handshake offers a token
/// without kFeedProtocol, for which no answer would be right.
Result<QByteArrayView> tokenOf(const Request &request);

/// 401: no token was sent.
Response missing();

/// 401: the token is not, or no longer, known.
Response unknown();

/// 400: what tokenOf() found wrong.
Response malformed(const Error &error);

/// 403: the token's role is below \a needed.
Response roleTooLow(Role needed);

/// 403: the token is confined to a prefix and \a detail says what is outside of it. \a extra as for
/// problem().
Response outsidePrefix(QByteArrayView detail, QByteArrayView extra = {});

} // namespace memorykv::bearer
