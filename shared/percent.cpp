// SPDX-License-Identifier: GPL-3.0-only
#include "shared/percent.h"

#include "shared/hex.h"

#include <QByteArrayView>

namespace memorykv {

namespace {

constexpr bool isUnreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_'
           || byte == '~';
}

Result<QByteArray> decode(QByteArrayView encoded, bool plusIsSpace)
{
    QByteArray decoded(encoded.size(), Qt::Uninitialized);
    char *to = decoded.data();
    for (qsizetype i = 0; i < encoded.size(); ++i) {
        const char byte = encoded[i];
        if (byte != '%') {
            *to++ = plusIsSpace && byte == '+' ? ' ' : byte;
            continue;
        }
        const int high = i + 2 < encoded.size() ? hexValue(encoded[i + 1]) : -1;
        const int low = i + 2 < encoded.size() ? hexValue(encoded[i + 2]) : -1;
        if (high < 0 || low < 0)
            return Error{ErrorCode::InvalidArgument, "a '%' is not followed by two hex digits"};
        *to++ = static_cast<char>(high << 4 | low);
        i += 2;
    }
    decoded.truncate(to - decoded.constData());
    return decoded;
}

QByteArray encode(QByteArrayView bytes, bool keepSlash)
{
    static constexpr char kDigits[] = "0123456789ABCDEF";
    QByteArray encoded(3 * bytes.size(), Qt::Uninitialized);
    char *to = encoded.data();
    for (const char byte : bytes) {
        if (isUnreserved(byte) || (keepSlash && byte == '/')) {
            *to++ = byte;
            continue;
        }
        const auto code = static_cast<unsigned char>(byte);
        *to++ = '%';
        *to++ = kDigits[code >> 4];
        *to++ = kDigits[code & 0xf];
    }
    encoded.truncate(to - encoded.constData());
    return encoded;
}

} // namespace

Result<QByteArray> percentDecode(QByteArrayView encoded)
{
    return decode(encoded, false);
}

Result<QByteArray> queryDecode(QByteArrayView encoded)
{
    return decode(encoded, true);
}

QByteArray percentEncodePath(QByteArrayView bytes)
{
    return encode(bytes, true);
}

QByteArray percentEncodeQuery(QByteArrayView bytes)
{
    return encode(bytes, false);
}

} // namespace memorykv
