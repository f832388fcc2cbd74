// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace memorykv {

/// JSON strings, written by hand: a quote, the text with '"', '\' and control characters escaped,
/// a quote (RFC 8259 7). Valid UTF-8 stays as it is. Thread-safe.

/// How many bytes at the front of \a text stand for themselves in a JSON string.
qsizetype plainJsonBytes(QByteArrayView text);

/// Appends \a text as a JSON string to \a out; bytes that are no valid UTF-8 become U+FFFD. \a text
/// must not lie in \a out.
void appendJsonString(QByteArrayView text, QByteArray &out);

/// The bytes writeJsonString() writes for \a text, which must be valid UTF-8.
qsizetype jsonStringSize(QByteArrayView text);

/// Writes \a text, which must be valid UTF-8, as a JSON string to \a at, which must have room for
/// jsonStringSize() bytes, and returns the place after the closing quote.
char *writeJsonString(QByteArrayView text, char *at);

} // namespace memorykv
