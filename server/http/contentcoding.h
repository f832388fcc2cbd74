// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"

namespace memorykv {

/// Content up to this many bytes is never compressed: the answer would hardly get shorter.
inline constexpr qsizetype kLargestUncompressed = 1024;

/// Whether an Accept-Encoding field of \a value allows gzip and does not rank it below identity
/// (RFC 9110 12.5.3).
bool acceptsGzip(QByteArrayView value);

/// \a bytes as a gzip member (RFC 1952), null when zlib fails.
QByteArray gzipped(QByteArrayView bytes);

/// Compresses the body of \a response when \a request allows it, the body is over 1 KiB and gets
/// smaller by it. Says so in Vary in either case, and gives the compressed form an ETag of its own.
/// For answers made by this server, not for stored values: those stay the bytes they are.
void compressIfAccepted(const Request &request, Response &response);

} // namespace memorykv
