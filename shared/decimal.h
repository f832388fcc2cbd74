// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <optional>

namespace memorykv {

/// The number that \a text is: one or more decimal digits and nothing else (no sign, no space), at
/// most 64 bits. Leading zeros are allowed. Nothing otherwise. Thread-safe.
std::optional<quint64> decimalFromText(QByteArrayView text);

/// Appends \a number in decimal to \a out. Thread-safe.
void appendDecimal(quint64 number, QByteArray &out);

} // namespace memorykv
