// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/valuekind.h"

#include "shared/utf8.h"

#include <algorithm>

namespace memorykv {

namespace {

constexpr qsizetype kLookedAt = 64 << 10;

/// The type without its parameters, in lower case.
QByteArray essence(QByteArrayView type)
{
    const qsizetype end = type.indexOf(';');
    return type.first(end < 0 ? type.size() : end).toByteArray().trimmed().toLower();
}

bool isControl(char byte)
{
    const auto code = static_cast<unsigned char>(byte);
    return (code < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || code == 0x7f;
}

bool isText(QByteArrayView bytes, bool whole)
{
    // The last character may be cut.
    constexpr qsizetype kLongestCharacter = 4;
    const qsizetype valid = validUtf8Prefix(bytes);
    if (valid < bytes.size() && (whole || bytes.size() - valid >= kLongestCharacter))
        return false;
    return std::none_of(bytes.begin(), bytes.begin() + valid, isControl);
}

bool looksLikeJson(QByteArrayView bytes)
{
    const auto first = std::find_if_not(bytes.begin(), bytes.end(), [](char byte) {
        return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    });
    return first != bytes.end() && (*first == '{' || *first == '[');
}

} // namespace

ValueKind valueKind(QByteArrayView type, QByteArrayView bytes, bool whole)
{
    if (bytes.isEmpty())
        return ValueKind::Empty;
    const QByteArrayView looked = bytes.first(qMin(bytes.size(), kLookedAt));
    const QByteArray kind = essence(type);
    if (kind.startsWith("image/") && kind != "image/svg+xml")
        return ValueKind::Image;
    if (!isText(looked, whole && looked.size() == bytes.size()))
        return ValueKind::Binary;
    if (kind == "application/json" || kind.endsWith("+json") || looksLikeJson(looked))
        return ValueKind::Json;
    return ValueKind::Text;
}

QByteArray defaultType(ValueKind kind)
{
    switch (kind) {
    case ValueKind::Json:
        return "application/json";
    case ValueKind::Empty:
    case ValueKind::Text:
        return "text/plain";
    case ValueKind::Image:
    case ValueKind::Binary:
        break;
    }
    return "application/octet-stream";
}

} // namespace memorykv
