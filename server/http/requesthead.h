// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "shared/limits.h"
#include "shared/result.h"

namespace memorykv {

/// No request line longer than this can be valid: the longest target and room for what is around
/// it.
inline constexpr qsizetype kMaxRequestLineSize = kMaxTargetSize + 64;

/// What a request line says (RFC 9112 3). The target is a part of that line.
struct RequestLine
{
    Method method = Method::Get;
    int minorVersion = 1;
    qsizetype targetOffset = 0;
    qsizetype targetSize = 0;
};

/// Reads a request line, given without its CR LF and free of control characters other than tabs.
/// InvalidRequest when it is malformed, VersionNotSupported, NotImplemented for a method that is
/// not a Method, TargetTooLong. The form of the target is left to parseHead(). Thread-safe.
Result<RequestLine> parseRequestLine(QByteArrayView line);

/// What to refuse a request line with that does not end within its first kMaxRequestLineSize bytes,
/// which are \a start. Thread-safe.
Error overlongRequestLine(QByteArrayView start);

/// How the body of a request is delimited (RFC 9112 6).
struct BodyFraming
{
    bool chunked = false;
    qint64 length = 0;            ///< from Content-Length; 0 when chunked
    bool expectsContinue = false; ///< the client may wait for 100 Continue (RFC 9110 10.1.1)

    bool hasBody() const { return chunked || length > 0; }
};

/// Fills in the rest of \a request, whose \c head holds a whole head, up to and with the empty
/// line, of lines that syntax::findLineEnd() found, and whose first line is \a line. Returns how
/// its body is delimited. InvalidRequest, HeadTooLarge (too many fields), NotImplemented (transfer
/// coding), ExpectationFailed. Thread-safe.
Result<BodyFraming> parseHead(const RequestLine &line, Request *request);

} // namespace memorykv
