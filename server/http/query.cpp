// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/query.h"

#include "shared/decimal.h"
#include "shared/percent.h"

#include <algorithm>

namespace memorykv {

static Error invalid(const QByteArray &detail)
{
    return {ErrorCode::InvalidArgument, "query: " + detail};
}

static QByteArray listed(std::initializer_list<QByteArrayView> names)
{
    QByteArray text;
    for (const QByteArrayView name : names)
        text += (text.isEmpty() ? "" : ", ") + name.toByteArray();
    return text.isEmpty() ? QByteArray("no parameters") : text;
}

// Says nothing of what is no mistyped name: it may be a token that somebody has put into a URL, and
// errors are written down in many places.
static QByteArray quoted(const QByteArray &name)
{
    static constexpr qsizetype kLongest = 32;
    return name.size() <= kLongest ? " '" + name + '\'' : QByteArray();
}

Result<Query> Query::parse(QByteArrayView query, std::initializer_list<QByteArrayView> known)
{
    Query parsed;
    while (!query.isEmpty()) {
        const qsizetype ampersand = query.indexOf('&');
        const QByteArrayView part = ampersand < 0 ? query : query.first(ampersand);
        query = ampersand < 0 ? QByteArrayView() : query.sliced(ampersand + 1);
        if (part.isEmpty())
            continue;
        const qsizetype equals = part.indexOf('=');
        auto name = queryDecode(equals < 0 ? part : part.first(equals));
        auto value = queryDecode(equals < 0 ? QByteArrayView() : part.sliced(equals + 1));
        if (!name || !name->isValidUtf8())
            return invalid("the name of a parameter is badly encoded or not UTF-8");
        if (std::find(known.begin(), known.end(), *name) == known.end())
            return invalid("unknown parameter" + quoted(*name) + "; known here: " + listed(known));
        if (!value || !value->isValidUtf8())
            return invalid("parameter '" + *name + "' is badly encoded or not UTF-8");
        if (parsed.has(*name))
            return invalid("parameter '" + *name + "' comes twice");
        parsed.m_parameters.append({*std::move(name), *std::move(value)});
    }
    return parsed;
}

std::optional<QByteArray> Query::value(QByteArrayView name) const
{
    for (const Parameter &parameter : m_parameters) {
        if (parameter.name == name)
            return parameter.value;
    }
    return std::nullopt;
}

Result<qint64> Query::number(QByteArrayView name, qint64 min, qint64 max, qint64 absent) const
{
    const auto text = value(name);
    if (!text)
        return absent;
    const auto number = decimalFromText(*text);
    if (!number || *number < quint64(min) || *number > quint64(max)) {
        return invalid("parameter '" + name.toByteArray() + "' must be a whole number from "
                       + QByteArray::number(min) + " to " + QByteArray::number(max));
    }
    return qint64(*number);
}

Result<bool> Query::flag(QByteArrayView name) const
{
    const auto text = value(name);
    if (!text || *text == "false")
        return false;
    if (*text == "true")
        return true;
    return invalid("parameter '" + name.toByteArray() + "' must be true or false");
}

} // namespace memorykv
