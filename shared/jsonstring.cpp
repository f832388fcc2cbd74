// SPDX-License-Identifier: GPL-3.0-only
#include "shared/jsonstring.h"

#include "shared/bytes.h"
#include "shared/utf8.h"

#include <QtEndian>

#include <algorithm>
#include <array>
#include <bit>

namespace memorykv {

namespace {

constexpr qsizetype kBlock = sizeof(quint64);

/// For each byte: 0 when it stands for itself, the letter after the backslash when there is a short
/// escape, 'u' for \u00XX.
constexpr std::array<char, 256> kEscapes = [] {
    std::array<char, 256> escapes{};
    for (std::size_t control = 0; control < 0x20; ++control)
        escapes[control] = 'u';
    escapes['\b'] = 'b';
    escapes['\t'] = 't';
    escapes['\n'] = 'n';
    escapes['\f'] = 'f';
    escapes['\r'] = 'r';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    return escapes;
}();

/// By how many bytes the escaped form of a byte is longer.
constexpr std::array<quint8, 256> kExtra = [] {
    std::array<quint8, 256> extra{};
    for (std::size_t byte = 0; byte < extra.size(); ++byte)
        extra[byte] = kEscapes[byte] == 0 ? 0 : kEscapes[byte] == 'u' ? 5 : 1;
    return extra;
}();

constexpr quint64 repeated(unsigned char byte)
{
    return 0x0101010101010101u * byte;
}

/// A bit in the first byte (the lowest) of \a block that needs an escape; 0 when none does. Bits
/// above the lowest one mean nothing: the subtraction borrows across bytes.
constexpr quint64 escapeBits(quint64 block)
{
    const quint64 quote = block ^ repeated('"');
    const quint64 backslash = block ^ repeated('\\');
    const quint64 control = (block - repeated(0x20)) & ~block;
    return (control | ((quote - repeated(1)) & ~quote) | ((backslash - repeated(1)) & ~backslash))
           & repeated(0x80);
}

char *writeEscaped(unsigned char byte, char *at)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    const char escape = kEscapes[byte];
    *at++ = '\\';
    *at++ = escape;
    if (escape == 'u') {
        *at++ = '0';
        *at++ = '0';
        *at++ = kDigits[byte >> 4];
        *at++ = kDigits[byte & 0xf];
    }
    return at;
}

} // namespace

qsizetype plainJsonBytes(QByteArrayView text)
{
    const auto end = std::find_if(text.begin(), text.end(), [](char byte) {
        return kEscapes[static_cast<unsigned char>(byte)] != 0;
    });
    return end - text.begin();
}

void appendJsonString(QByteArrayView text, QByteArray &out)
{
    QByteArray repaired;
    if (!text.isValidUtf8()) {
        appendAsUtf8(text, repaired);
        text = repaired;
    }
    writeJsonString(text, extend(out, jsonStringSize(text)));
}

qsizetype jsonStringSize(QByteArrayView text)
{
    qsizetype size = text.size() + 2;
    const auto *from = reinterpret_cast<const unsigned char *>(text.data());
    const auto *const end = from + text.size();
    for (; end - from >= kBlock; from += kBlock) {
        if (escapeBits(qFromUnaligned<quint64>(from)) == 0)
            continue;
        for (qsizetype i = 0; i < kBlock; ++i)
            size += kExtra[from[i]];
    }
    for (; from != end; ++from)
        size += kExtra[*from];
    return size;
}

char *writeJsonString(QByteArrayView text, char *at)
{
    *at++ = '"';
    const auto *from = reinterpret_cast<const unsigned char *>(text.data());
    const auto *const end = from + text.size();
    while (end - from >= kBlock) {
        // The block is copied whole: what follows its first escape is written over. There is room,
        // as no byte becomes shorter.
        const quint64 block = qFromLittleEndian<quint64>(from);
        std::memcpy(at, from, kBlock);
        const quint64 bits = escapeBits(block);
        const int plain = bits == 0 ? static_cast<int>(kBlock) : std::countr_zero(bits) / 8;
        from += plain;
        at += plain;
        if (bits != 0)
            at = writeEscaped(*from++, at);
    }
    for (; from != end; ++from) {
        if (kEscapes[*from] == 0)
            *at++ = static_cast<char>(*from);
        else
            at = writeEscaped(*from, at);
    }
    *at++ = '"';
    return at;
}

} // namespace memorykv
