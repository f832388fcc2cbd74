// SPDX-License-Identifier: GPL-3.0-only
#include "shared/decimal.h"

#include <QByteArrayView>

#include <array>
#include <charconv>

namespace memorykv {

std::optional<quint64> decimalFromText(QByteArrayView text)
{
    // std::from_chars() takes no sign and no space for an unsigned type, but stops at the first
    // byte it does not know: the whole text has to be the number.
    quint64 number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    if (error != std::errc() || end != text.end())
        return std::nullopt;
    return number;
}

void appendDecimal(quint64 number, QByteArray &out)
{
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end - digits.data());
}

} // namespace memorykv
