// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace memorykv {

/// How a value is best shown.
enum class ValueKind { Empty, Text, Json, Image, Binary };

/// Judges by the content type first, then by the bytes: JSON when the type says so or the bytes
/// begin like it, an image when the type says so (image/...; but image/svg+xml is text), text when
/// they are UTF-8 without control characters but tab and line ends. \a whole false means that
/// \a bytes is only the beginning, which may end within a character. Thread-safe; looks at no more
/// than the first 64 KiB.
ValueKind valueKind(QByteArrayView type, QByteArrayView bytes, bool whole = true);

/// The content type a new value of this kind gets: "text/plain", "application/json", ...
QByteArray defaultType(ValueKind kind);

} // namespace memorykv
