// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

namespace memorykv {

inline constexpr qsizetype kMaxKeySize = 1024;             ///< bytes of a key
inline constexpr qsizetype kDefaultMaxValueSize = 5 << 20; ///< bytes of a value, --max-value
inline constexpr qsizetype kMaxTypeSize = 255;             ///< bytes of a content type
inline constexpr qsizetype kMaxTargetSize = 8 << 10;       ///< bytes of a request target
inline constexpr qsizetype kMaxHeadSize = 16 << 10;        ///< bytes of a request head
inline constexpr int kMaxHeaderFields = 100;               ///< fields of a request head or trailer
inline constexpr int kMaxBatchOperations = 10'000;         ///< operations of one batch
inline constexpr qint64 kMaxTtlSeconds = 10LL * 366 * 24 * 3600; ///< ten years

} // namespace memorykv
