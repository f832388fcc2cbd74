// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

namespace memorykv {

/// Percent-decodes \a encoded (RFC 3986 2.1). InvalidArgument when a '%' is not followed by two hex
/// digits. '+' stays '+'.
Result<QByteArray> percentDecode(QByteArrayView encoded);

/// The same for a query component: '+' is a space, as browsers write it.
Result<QByteArray> queryDecode(QByteArrayView encoded);

/// Percent-encodes \a bytes for a path: all but unreserved characters (RFC 3986 2.3) and '/'.
QByteArray percentEncodePath(QByteArrayView bytes);

/// Percent-encodes \a bytes for a query value: all but unreserved characters.
QByteArray percentEncodeQuery(QByteArrayView bytes);

} // namespace memorykv
