// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/response.h"
#include "shared/result.h"

namespace memorykv {

/// The HTTP status that tells of \a code. The one place where errors become statuses.
int httpStatus(ErrorCode code);

/// An application/problem+json answer (RFC 9457) for \a error: type, title, status, detail, and
/// the members in \a extra, which is empty or JSON such as `"index":3`. Adds the header fields
/// the status asks for: Retry-After with 429 and 503, Upgrade with 426.
Response problem(const Error &error, QByteArrayView extra = {});

/// The answer to what needs the data while it is still being read: 503.
Response notReady();

} // namespace memorykv
