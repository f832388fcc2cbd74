// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "shared/result.h"

#include <optional>

namespace memorykv {

/// What is wrong with \a key as a key: 1 to kMaxKeySize bytes of valid UTF-8 are right.
std::optional<Error> checkKey(QByteArrayView key);

/// What is wrong with \a type as the content type of a value: up to kMaxTypeSize bytes of UTF-8
/// without control characters are right, since it is going to be a header field again.
std::optional<Error> checkContentType(QByteArrayView type);

/// What is wrong with the fields that tell what the body of \a request is: UnsupportedMedia for a
/// Content-Encoding other than identity, as nothing is decoded here; InvalidArgument for a
/// Content-Type that comes twice, of which another reader might have taken the other one.
std::optional<Error> checkContentFields(const Request &request);

} // namespace memorykv
