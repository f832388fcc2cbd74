// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/flagvalues.h"

#include "server/app/logging.h"
#include "shared/decimal.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace memorykv {

namespace {

struct Unit
{
    QByteArrayView suffix;
    qint64 factor;
};

// The last suffix of each factor is the one messages use.
constexpr std::array<Unit, 7> kSizeUnits = {{
    {"", 1},
    {"k", 1 << 10},
    {"KiB", 1 << 10},
    {"m", 1 << 20},
    {"MiB", 1 << 20},
    {"g", 1 << 30},
    {"GiB", 1 << 30},
}};

constexpr std::array<Unit, 4> kTimeUnits = {{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}}};

/// A number with one of \a units behind it, in any case; saturates, nothing when it is none.
template <std::size_t Count>
std::optional<qint64> quantityFromText(QByteArrayView text, const std::array<Unit, Count> &units)
{
    qsizetype digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
        ++digits;
    const QByteArrayView suffix = text.sliced(digits);
    const auto unit = std::find_if(units.begin(), units.end(), [suffix](const Unit &candidate) {
        return suffix.compare(candidate.suffix, Qt::CaseInsensitive) == 0;
    });
    if (digits == 0 || unit == units.end())
        return std::nullopt;
    constexpr qint64 kMost = std::numeric_limits<qint64>::max();
    const quint64 number = decimalFromText(text.first(digits)).value_or(kMost);
    if (number > static_cast<quint64>(kMost / unit->factor))
        return kMost;
    return static_cast<qint64>(number) * unit->factor;
}

/// \a quantity in the largest of \a units that divides it: "5MiB".
template <std::size_t Count>
QByteArray quantityToText(qint64 quantity, const std::array<Unit, Count> &units)
{
    for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
        if (quantity >= unit->factor && quantity % unit->factor == 0)
            return QByteArray::number(quantity / unit->factor) + unit->suffix.toByteArray();
    }
    return QByteArray::number(quantity);
}

/// For "5MB" and the like: what was meant, "5MiB"; empty when the text is nothing like it.
QByteArray meantSize(QByteArrayView text)
{
    const QByteArray lower = text.toByteArray().toLower();
    if (lower.endsWith("kb") || lower.endsWith("mb") || lower.endsWith("gb")) {
        QByteArray meant = lower.chopped(2) + lower.sliced(lower.size() - 2, 1).toUpper() + "iB";
        if (quantityFromText(meant, kSizeUnits))
            return meant;
    }
    return {};
}

bool isSchemeName(QByteArrayView scheme)
{
    const auto isLetter = [](char byte) { return byte >= 'a' && byte <= 'z'; };
    return !scheme.isEmpty() && isLetter(scheme.front())
           && std::all_of(scheme.begin(), scheme.end(), [isLetter](char byte) {
                  return isLetter(byte) || (byte >= '0' && byte <= '9') || byte == '+'
                         || byte == '-' || byte == '.';
              });
}

/// What is between the brackets of \a text, or \a text when it has none.
QByteArrayView withoutBrackets(QByteArrayView text)
{
    if (text.size() < 2 || !text.startsWith('[') || !text.endsWith(']'))
        return text;
    return text.sliced(1).chopped(1);
}

bool isIpv6(const QHostAddress &address)
{
    return address.protocol() == QAbstractSocket::IPv6Protocol;
}

bool isHost(QByteArrayView host)
{
    if (host.startsWith('['))
        return isIpv6(QHostAddress(QString::fromUtf8(withoutBrackets(host))));
    return !host.isEmpty() && std::all_of(host.begin(), host.end(), [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-'
               || byte == '.' || byte == '_';
    });
}

/// The origin that \a text (in lower case) is, as a browser sends it, or nothing.
std::optional<QByteArray> normalOrigin(QByteArrayView text)
{
    const qsizetype colon = text.indexOf("://");
    if (colon < 0)
        return std::nullopt;
    const QByteArrayView scheme = text.first(colon);
    QByteArrayView host = text.sliced(colon + 3);
    QByteArray port;
    // A colon inside brackets belongs to an IPv6 address.
    if (const qsizetype at = host.lastIndexOf(':'); at > host.lastIndexOf(']')) {
        const auto number = decimalFromText(host.sliced(at + 1));
        if (!number || *number == 0 || *number > 65535)
            return std::nullopt;
        const bool isDefault
            = (scheme == "http" && *number == 80) || (scheme == "https" && *number == 443);
        if (!isDefault)
            port = ':' + QByteArray::number(*number);
        host = host.first(at);
    }
    if (!isSchemeName(scheme) || !isHost(host))
        return std::nullopt;
    return text.first(colon + 3).toByteArray() + host.toByteArray() + port;
}

Result<QByteArray> originFromText(QByteArrayView text)
{
    if (text == "*")
        return text.toByteArray();
    const QByteArray lower = text.toByteArray().toLower();
    if (const auto origin = normalOrigin(lower))
        return *origin;
    // The common slip: an address copied from the browser's address bar.
    const qsizetype path = lower.indexOf('/', lower.indexOf("://") + 3);
    if (path >= 0) {
        if (const auto origin = normalOrigin(lower.first(path)))
            return badValue(text, "is not an origin; leave out the path: " + *origin);
    }
    return badValue(text, "is not an origin; give * or scheme, host and port, such as "
                          "https://app.example:8443");
}

} // namespace

Result<QHostAddress> addressFromText(QByteArrayView text)
{
    if (text == "localhost")
        return QHostAddress(QHostAddress::LocalHost);
    const QHostAddress address(QString::fromUtf8(withoutBrackets(text)));
    // QHostAddress also takes the old short and octal forms of IPv4: 127.1, 010.0.0.1.
    const bool isIpv4 = address.protocol() == QAbstractSocket::IPv4Protocol
                        && address.toString().toLatin1() == text;
    if (!isIpv4 && !isIpv6(address))
        return badValue(text, "is not an address; give an IPv4 or IPv6 address, such as 127.0.0.1, "
                              "0.0.0.0 or ::1, or localhost");
    return address;
}

Result<quint16> portFromText(QByteArrayView text)
{
    const auto number = decimalFromText(text);
    if (!number || *number > 65535)
        return badValue(text, "is not a port; give a number from 0 to 65535 (0 picks a free one)");
    return static_cast<quint16>(*number);
}

Result<qint64> numberFromText(QByteArrayView text, qint64 least, qint64 most)
{
    const auto number = decimalFromText(text);
    if (!number || *number < static_cast<quint64>(least) || *number > static_cast<quint64>(most))
        return badValue(text, "is not possible; give a number from " + QByteArray::number(least)
                                  + " to " + QByteArray::number(most));
    return static_cast<qint64>(*number);
}

Result<qint64> sizeFromText(QByteArrayView text, qint64 least, qint64 most)
{
    const auto size = quantityFromText(text, kSizeUnits);
    const QByteArray range
        = "from " + quantityToText(least, kSizeUnits) + " to " + quantityToText(most, kSizeUnits);
    if (!size) {
        if (const QByteArray meant = meantSize(text); !meant.isEmpty())
            return badValue(text, "is not a size; write " + meant + " (1KiB is 1024 bytes)");
        return badValue(text,
                        "is not a size; give bytes, or a number with KiB, MiB or GiB, " + range);
    }
    if (*size < least || *size > most)
        return badValue(text, "is out of range; give a size " + range);
    return *size;
}

Result<std::chrono::seconds> durationFromText(QByteArrayView text, std::chrono::seconds least,
                                              std::chrono::seconds most)
{
    const auto seconds = quantityFromText(text, kTimeUnits);
    const QByteArray range = "from " + quantityToText(least.count(), kTimeUnits) + " to "
                             + quantityToText(most.count(), kTimeUnits);
    if (!seconds)
        return badValue(text,
                        "is not a duration; give seconds, or a number with s, m or h, " + range);
    if (*seconds < least.count() || *seconds > most.count())
        return badValue(text, "is out of range; give a duration " + range);
    return std::chrono::seconds(*seconds);
}

Result<QList<QByteArray>> originsFromText(QByteArrayView text)
{
    QList<QByteArray> origins;
    const QList<QByteArray> items = text.toByteArray().split(',');
    for (const QByteArray &item : items) {
        auto origin = originFromText(item.trimmed());
        if (!origin)
            return origin.error();
        origins.append(*std::move(origin));
    }
    return origins;
}

Error badValue(QByteArrayView text, QByteArrayView complaint)
{
    const QByteArray quoted = '\'' + printable(QString::fromUtf8(text)) + "' ";
    return {ErrorCode::InvalidArgument, quoted + complaint.toByteArray()};
}

Error orWord(Error error, QByteArrayView word)
{
    error.detail += ", or ";
    error.detail += word;
    return error;
}

} // namespace memorykv
