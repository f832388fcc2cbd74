// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <optional>

namespace memorykv {

/// What is wrong with \a key as a key: 1 to kMaxKeySize bytes of valid UTF-8 are right.
std::optional<Error> checkKey(QByteArrayView key);

/// What is wrong with \a type as the content type of a value: up to kMaxTypeSize bytes of UTF-8
/// without control characters are right, since it is going to be a header field again.
std::optional<Error> checkContentType(QByteArrayView type);

} // namespace memorykv
