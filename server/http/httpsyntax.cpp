// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/httpsyntax.h"

#include <algorithm>
#include <limits>

#include <arpa/inet.h>

using namespace Qt::StringLiterals;

namespace memorykv::syntax {

namespace {

constexpr std::array<quint8, 256> makeByteClasses()
{
    std::array<quint8, 256> classes{};
    for (std::size_t byte = 0x21; byte < 0x100; ++byte) {
        if (byte != 0x7F)
            classes[byte] = Text | Target;
    }
    classes['\t'] = Text;
    classes[' '] = Text;
    classes['#'] = Text;

    const auto add = [&classes](const char *bytes, int bits) {
        for (; *bytes != '\0'; ++bytes) {
            quint8 &entry = classes[static_cast<quint8>(*bytes)];
            entry = static_cast<quint8>(entry | bits);
        }
    };
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", Token | RegName);
    add("!#$%&'*+-.^_`|~", Token);
    // Without the comma, which RFC 3986 allows: "a, b" may be two Host fields that somebody joined.
    add("-._~!$&'()*+;=", RegName);
    return classes;
}

bool isDigit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool isRegisteredName(QByteArrayView name)
{
    for (qsizetype i = 0; i < name.size(); ++i) {
        if (isA(RegName, name[i]))
            continue;
        const bool escape = name[i] == '%' && i + 2 < name.size() && hexDigit(name[i + 1]) >= 0
                            && hexDigit(name[i + 2]) >= 0;
        if (!escape)
            return false;
        i += 2;
    }
    return !name.isEmpty();
}

bool isIpv6Address(QByteArrayView address)
{
    std::array<char, INET6_ADDRSTRLEN> text{}; // inet_pton() wants it terminated
    if (std::size_t(address.size()) >= text.size())
        return false;
    std::copy(address.begin(), address.end(), text.begin());
    in6_addr parsed;
    return inet_pton(AF_INET6, text.data(), &parsed) == 1;
}

bool isPort(QByteArrayView port)
{
    if (port.isEmpty())
        return true; // RFC 3986 3.2.3 lets it be empty after the colon
    const std::optional<qint64> number = parseDigits(port);
    return number && *number <= std::numeric_limits<quint16>::max();
}

} // namespace

constinit const std::array<quint8, 256> kByteClasses = makeByteClasses();

Error invalid(QByteArray detail)
{
    return {ErrorCode::InvalidRequest, std::move(detail)};
}

Error overLimit(ErrorCode code, QByteArrayView what, qsizetype limit, QByteArrayView unit)
{
    QByteArray detail = what.toByteArray();
    detail += " is over the limit of " + QByteArray::number(limit) + ' ';
    detail += unit;
    return {code, std::move(detail)};
}

bool isAll(ByteClass byteClass, QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(),
                       [byteClass](char byte) { return isA(byteClass, byte); });
}

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && isAll(Token, text);
}

int hexDigit(char byte)
{
    if (isDigit(byte))
        return byte - '0';
    const int lower = byte | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool equalsIgnoringCase(QByteArrayView left, QByteArrayView right)
{
    return left.size() == right.size() && left.compare(right, Qt::CaseInsensitive) == 0;
}

QByteArrayView trimmed(QByteArrayView text)
{
    const auto isSpace = [](char byte) { return byte == ' ' || byte == '\t'; };
    while (!text.isEmpty() && isSpace(text.front()))
        text = text.sliced(1);
    while (!text.isEmpty() && isSpace(text.back()))
        text.chop(1);
    return text;
}

QByteArrayView takeListElement(QByteArrayView *list)
{
    const qsizetype comma = list->indexOf(',');
    const QByteArrayView element = comma < 0 ? *list : list->first(comma);
    *list = comma < 0 ? QByteArrayView() : list->sliced(comma + 1);
    return trimmed(element);
}

QByteArrayView withoutParameters(QByteArrayView element)
{
    const qsizetype semicolon = element.indexOf(';');
    return trimmed(semicolon < 0 ? element : element.first(semicolon));
}

std::optional<qint64> parseDigits(QByteArrayView text)
{
    constexpr qint64 kLargest = std::numeric_limits<qint64>::max();
    if (text.isEmpty())
        return std::nullopt;
    qint64 number = 0;
    for (const char byte : text) {
        if (!isDigit(byte))
            return std::nullopt;
        const int digit = byte - '0';
        number = number > (kLargest - digit) / 10 ? kLargest : number * 10 + digit;
    }
    return number;
}

bool isHostAndPort(QByteArrayView text)
{
    if (text.startsWith('[')) {
        const qsizetype bracket = text.indexOf(']');
        if (bracket < 0 || !isIpv6Address(text.sliced(1, bracket - 1)))
            return false;
        const QByteArrayView rest = text.sliced(bracket + 1);
        return rest.isEmpty() || (rest.front() == ':' && isPort(rest.sliced(1)));
    }
    const qsizetype colon = text.indexOf(':');
    if (colon < 0)
        return isRegisteredName(text);
    return isRegisteredName(text.first(colon)) && isPort(text.sliced(colon + 1));
}

LineScan findLineEnd(QByteArrayView text, qsizetype *position)
{
    const char *at = text.data() + *position;
    const char *const end = text.data() + text.size();
    while (at != end && isA(Text, *at))
        ++at;
    *position = at - text.data();
    if (at == end)
        return LineScan::Incomplete;
    if (*at == '\n')
        return LineScan::BareLf;
    if (*at != '\r')
        return LineScan::ControlByte;
    if (at + 1 == end)
        return LineScan::Incomplete;
    return at[1] == '\n' ? LineScan::Found : LineScan::BareCr;
}

Error lineFault(LineScan fault)
{
    switch (fault) {
    case LineScan::BareCr:
        return invalid("a line holds a CR without a LF"_ba);
    case LineScan::BareLf:
        return invalid("a line ends in a LF without a CR"_ba);
    default:
        return invalid("a line holds a control character"_ba);
    }
}

Result<HeaderField> parseFieldLine(QByteArrayView line)
{
    qsizetype nameSize = 0;
    while (nameSize < line.size() && isA(Token, line[nameSize]))
        ++nameSize;
    if (nameSize > 0 && nameSize < line.size() && line[nameSize] == ':')
        return HeaderField{line.first(nameSize), trimmed(line.sliced(nameSize + 1))};

    const bool space = nameSize < line.size() && (line[nameSize] == ' ' || line[nameSize] == '\t');
    if (space && nameSize == 0)
        return invalid("a header field is folded or starts with space"_ba);
    if (space)
        return invalid("a header field has space before its colon"_ba);
    return invalid("a header field has no colon or a malformed name"_ba);
}

FramingField framingField(QByteArrayView name)
{
    const auto either = [name](QByteArrayView known, FramingField field) {
        return equalsIgnoringCase(name, known) ? field : FramingField::None;
    };
    switch (name.size()) {
    case 4:
        return either("Host", FramingField::Host);
    case 6:
        return either("Expect", FramingField::Expect);
    case 10:
        return either("Connection", FramingField::Connection);
    case 14:
        return either("Content-Length", FramingField::ContentLength);
    case 17:
        return either("Transfer-Encoding", FramingField::TransferEncoding);
    default:
        return FramingField::None;
    }
}

} // namespace memorykv::syntax
