// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QHostAddress>
#include <QList>

#include <chrono>

namespace memorykv {

/// The values of flags, from text. Each fails with InvalidArgument and a detail that quotes the
/// text and says what would be right, for whoever gave the flag: "'abc' is not a port; give a
/// number from 0 to 65535 (0 picks a free one)". Thread-safe.

/// An IPv4 address of four decimal numbers, an IPv6 address, with or without brackets, or
/// localhost, which is 127.0.0.1.
Result<QHostAddress> addressFromText(QByteArrayView text);

/// A port, 0 to 65535.
Result<quint16> portFromText(QByteArrayView text);

/// A decimal number from \a least to \a most.
Result<qint64> numberFromText(QByteArrayView text, qint64 least, qint64 most);

/// Bytes, from \a least to \a most: a decimal number, alone or followed by K or KiB, M or MiB, G or
/// GiB, in any case.
Result<qint64> sizeFromText(QByteArrayView text, qint64 least, qint64 most);

/// Seconds, from \a least to \a most: a decimal number, alone or followed by s, m or h.
Result<std::chrono::seconds> durationFromText(QByteArrayView text, std::chrono::seconds least,
                                              std::chrono::seconds most);

/// One or more origins with commas between them; each "*" or as a browser sends it: scheme, host
/// and port if it is not the default one, such as "https://app.example:8443" (RFC 6454 6.2). They
/// come back in lower case and without a default port.
Result<QList<QByteArray>> originsFromText(QByteArrayView text);

/// InvalidArgument: "'<text>' <complaint>", with control characters of \a text escaped.
Error badValue(QByteArrayView text, QByteArrayView complaint);

/// \a error of a value in whose place \a word could stand, which it then names too.
Error orWord(Error error, QByteArrayView word);

} // namespace memorykv
