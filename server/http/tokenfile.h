// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/grant.h"
#include "shared/result.h"

#include <QList>

namespace memorykv {

inline constexpr qsizetype kMaxTokenSize = 512;         ///< bytes of a token
inline constexpr qsizetype kMaxTokens = 1024;           ///< tokens of a file
inline constexpr qsizetype kMaxTokenFileSize = 4 << 20; ///< bytes

/// Whether \a text is made of what tokens are made of: letters, digits and "-_.~", 1 to
/// kMaxTokenSize of them. All of it may stand in a header field (RFC 6750 2.1) and in the name of
/// a WebSocket subprotocol (RFC 6455 4.1). Takes time that depends on the size of \a text alone.
bool isTokenText(QByteArrayView text);

/// The SHA-256 of \a token: 32 bytes.
QByteArray tokenHash(QByteArrayView token);

/// Reads the lines of a token file: `<role> <SHA-256 in hex> [<prefix, percent-encoded>]`, with
/// spaces or tabs between; empty lines and those that begin with '#' say nothing. InvalidArgument
/// tells the number of the line at fault and what is wrong with it, and quotes nothing of it; a
/// file without a token, with more than kMaxTokens or with one twice is wrong too. Thread-safe.
Result<QList<Grant>> parseTokenFile(QByteArrayView text);

/// Reads the token file at \a path. InvalidArgument when it is no regular file, when others than
/// its owner may read or change it (mode 0600 or less is asked for), when it belongs to a user who
/// is neither this one nor root, or when its lines are wrong; Unavailable when it cannot be read.
Result<QList<Grant>> readTokenFile(const QByteArray &path);

/// The line of a token file for the token with the hash and rights of \a grant.
QByteArray tokenFileLine(const Grant &grant);

} // namespace memorykv
