// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>

namespace memorykv {

/// How many bytes at the start of \a bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF), up to the end of the last whole character. To ask only
/// whether all of it is, QByteArrayView::isValidUtf8() is faster. Thread-safe.
qsizetype validUtf8Prefix(QByteArrayView bytes);

/// Appends the UTF-8 form of \a codePoint, which must be a Unicode scalar value, to \a out.
void appendCodePoint(char32_t codePoint, QByteArray &out);

/// Appends \a bytes to \a out with each byte that is not part of well-formed UTF-8 replaced by
/// U+FFFD, as WebSocket text frames and event streams must be UTF-8 (RFC 6455 5.6).
void appendAsUtf8(QByteArrayView bytes, QByteArray &out);

} // namespace memorykv
