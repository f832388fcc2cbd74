// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/operation.h"
#include "shared/result.h"

#include <optional>
#include <vector>

namespace memorykv {

/// A batch as read from JSON, or what is wrong with it and, when it is about one operation, which.
struct BatchRequest
{
    std::vector<Operation> operations;
    std::optional<Error> error;
    std::optional<size_t> errorIndex;
};

/// Reads `{"operations":[{"op":"put"|"delete","key",...}]}` (docs/rest.md has all members). Strict:
/// a member that is unknown, comes twice or does not go with the op is an error, as are reserved
/// keys (isReserved()) and values over \a maxValueSize bytes.
BatchRequest parseBatch(QByteArrayView json, qsizetype maxValueSize);

} // namespace memorykv
