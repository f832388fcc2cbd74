// SPDX-License-Identifier: GPL-3.0-only
#include "shared/utf8.h"

#include <QByteArray>

#include <algorithm>
#include <array>

namespace memorykv {

namespace {

constexpr qsizetype kMaxCharacterSize = 4;

/// The length of the well-formed character at the start of \a bytes (not empty), or 0. The ranges
/// of the second byte are those of RFC 3629 4.
qsizetype characterSize(QByteArrayView bytes)
{
    const auto byteAt = [bytes](qsizetype i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned first = byteAt(0);
    if (first < 0x80)
        return 1;

    qsizetype size = 0;
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        size = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        size = 3;
        low = first == 0xe0 ? 0xa0 : low;
        high = first == 0xed ? 0x9f : high;
    } else if (first >= 0xf0 && first <= 0xf4) {
        size = 4;
        low = first == 0xf0 ? 0x90 : low;
        high = first == 0xf4 ? 0x8f : high;
    }
    if (size == 0 || bytes.size() < size || byteAt(1) < low || byteAt(1) > high)
        return 0;
    for (qsizetype i = 2; i < size; ++i) {
        if (byteAt(i) < 0x80 || byteAt(i) > 0xbf)
            return 0;
    }
    return size;
}

} // namespace

qsizetype validUtf8Prefix(QByteArrayView bytes)
{
    qsizetype valid = 0;
    while (valid < bytes.size()) {
        const qsizetype size = characterSize(bytes.sliced(valid));
        if (size == 0)
            break;
        valid += size;
    }
    return valid;
}

void appendCodePoint(char32_t codePoint, QByteArray &out)
{
    const auto continuation
        = [codePoint](int shift) { return static_cast<char>(0x80 | (codePoint >> shift & 0x3f)); };
    if (codePoint < 0x80) {
        out.append(static_cast<char>(codePoint));
    } else if (codePoint < 0x800) {
        out.append(static_cast<char>(0xc0 | codePoint >> 6));
        out.append(continuation(0));
    } else if (codePoint < 0x10000) {
        out.append(static_cast<char>(0xe0 | codePoint >> 12));
        out.append(continuation(6));
        out.append(continuation(0));
    } else {
        out.append(static_cast<char>(0xf0 | codePoint >> 18));
        out.append(continuation(12));
        out.append(continuation(6));
        out.append(continuation(0));
    }
}

void appendAsUtf8(QByteArrayView bytes, QByteArray &out)
{
    static constexpr QByteArrayView kReplacement = "\xEF\xBF\xBD";
    if (bytes.isValidUtf8()) {
        out.append(bytes);
        return;
    }
    // Of random bytes nearly each one is a piece of its own, and appending to a QByteArray takes as
    // long as a hundred of them.
    std::array<char, 4096> gathered;
    char *end = gathered.data();
    while (!bytes.isEmpty()) {
        if (gathered.data() + gathered.size() - end < kMaxCharacterSize) {
            out.append(gathered.data(), end - gathered.data());
            end = gathered.data();
        }
        const qsizetype size = characterSize(bytes);
        const QByteArrayView piece = size > 0 ? bytes.first(size) : kReplacement;
        end = std::copy(piece.begin(), piece.end(), end);
        bytes = bytes.sliced(std::max<qsizetype>(size, 1));
    }
    out.append(gathered.data(), end - gathered.data());
}

} // namespace memorykv
