// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <cstddef>

namespace memorykv {

/// What a client asked of the store; the op label of memorykv_operations_total.
enum class OperationKind : quint8 {
    Get,
    Put,
    Delete,
    Patch,
    List,
    DeletePrefix,
    DeleteAll,
    Batch, ///< one, however many operations it holds
    Count,
};
inline constexpr std::size_t kOperationKindCount = 9;

/// How an operation ended; the result label of memorykv_operations_total.
enum class OperationResult : quint8 {
    Ok,                 ///< done, or answered from the store (a GET that ends in 304 too)
    NotFound,           ///< there is no such key
    PreconditionFailed, ///< a condition of the client did not hold
    Error,              ///< refused or failed for another reason, such as the memory limit
};
inline constexpr std::size_t kOperationResultCount = 4;

} // namespace memorykv
