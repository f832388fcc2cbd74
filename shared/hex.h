// SPDX-License-Identifier: GPL-3.0-only
#pragma once

namespace memorykv {

/// The value of a hex digit of either case, or -1 for any other byte.
constexpr int hexValue(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

} // namespace memorykv
