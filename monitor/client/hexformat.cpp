// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/hexformat.h"

namespace memorykv {

namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr int kOffsetDigits = 8;
constexpr int kHexStart = kOffsetDigits + 2;
/// Two digits and a space for each byte, and one more space in the middle.
constexpr int kTextStart = kHexStart + 3 * kHexBytesPerLine + 2;

int hexColumn(int byte)
{
    return kHexStart + 3 * byte + (byte >= kHexBytesPerLine / 2 ? 1 : 0);
}

} // namespace

qint64 hexLineCount(qint64 size)
{
    return (size + kHexBytesPerLine - 1) / kHexBytesPerLine;
}

QString hexLine(QByteArrayView bytes, qint64 line)
{
    const qint64 start = line * kHexBytesPerLine;
    if (line < 0 || start >= bytes.size())
        return {};
    const auto count = static_cast<int>(qMin<qint64>(kHexBytesPerLine, bytes.size() - start));
    QByteArray text(kTextStart, ' ');
    auto offset = static_cast<quint64>(start);
    for (int digit = kOffsetDigits - 1; digit >= 0; --digit, offset >>= 4)
        text[digit] = kDigits[offset & 0xf];
    text += '|';
    for (int at = 0; at < count; ++at) {
        const auto byte = static_cast<unsigned char>(bytes[static_cast<qsizetype>(start) + at]);
        text[hexColumn(at)] = kDigits[byte >> 4];
        text[hexColumn(at) + 1] = kDigits[byte & 0xf];
        text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
    }
    text += '|';
    return QString::fromLatin1(text);
}

QString hexLines(QByteArrayView bytes, qint64 first, qint64 count)
{
    const qint64 end = qMin(first + count, hexLineCount(bytes.size()));
    QString text;
    for (qint64 line = qMax(first, qint64{0}); line < end; ++line) {
        if (!text.isEmpty())
            text += QLatin1Char('\n');
        text += hexLine(bytes, line);
    }
    return text;
}

} // namespace memorykv
