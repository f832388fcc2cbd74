// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/preconditions.h"

#include "server/http/httpsyntax.h"
#include "shared/decimal.h"

#include <algorithm>
#include <optional>

namespace memorykv {

static QByteArrayView skipSpace(QByteArrayView text)
{
    while (!text.isEmpty() && (text.front() == ' ' || text.front() == '\t'))
        text = text.sliced(1);
    return text;
}

// The revision in an opaque tag as this server writes it; "012" is another tag than "12".
static std::optional<quint64> revisionOf(QByteArrayView tag)
{
    return tag.size() > 1 && tag.front() == '0' ? std::nullopt : decimalFromText(tag);
}

static bool isOpaqueTag(QByteArrayView tag)
{
    return std::none_of(tag.begin(), tag.end(),
                        [](char byte) { return uchar(byte) <= 0x20 || byte == 0x7f; });
}

Result<RevisionSet> parseEntityTags(QByteArrayView text, bool weakMatches, QByteArrayView field)
{
    const Error malformed{ErrorCode::InvalidArgument,
                          field.toByteArray()
                              + ": must be * or a list of entity tags such as \"12\""};
    RevisionSet set;
    if (text.trimmed() == "*") {
        set.any = true;
        return set;
    }
    bool found = false;
    for (text = skipSpace(text); !text.isEmpty(); text = skipSpace(text)) {
        if (text.front() == ',') { // empty list elements are allowed (RFC 9110 5.6.1.2)
            text = text.sliced(1);
            continue;
        }
        const bool weak = text.startsWith("W/");
        if (weak)
            text = text.sliced(2);
        const qsizetype close = text.startsWith('"') ? text.indexOf('"', 1) : -1;
        if (close < 0)
            return malformed;
        const QByteArrayView tag = text.sliced(1, close - 1);
        if (!isOpaqueTag(tag))
            return malformed;
        const auto revision = revisionOf(tag);
        found = true;
        if (revision && (!weak || weakMatches))
            set.revisions.append(*revision);
        text = skipSpace(text.sliced(close + 1));
        if (!text.isEmpty() && text.front() != ',')
            return malformed;
    }
    if (!found)
        return malformed;
    return set;
}

static Result<bool> readField(const Request &request, QByteArrayView field, bool weakMatches,
                              RevisionSet &set)
{
    const QByteArray value = request.combinedHeader(field);
    if (value.isNull())
        return false;
    auto tags = parseEntityTags(value, weakMatches, field);
    if (!tags)
        return tags.error();
    set = *std::move(tags);
    return true;
}

Result<Condition> conditionOf(const Request &request)
{
    Condition condition;
    const auto ifMatch = readField(request, "If-Match", false, condition.ifMatch);
    if (!ifMatch)
        return ifMatch.error();
    const auto ifNoneMatch = readField(request, "If-None-Match", true, condition.ifNoneMatch);
    if (!ifNoneMatch)
        return ifNoneMatch.error();
    condition.hasIfMatch = *ifMatch;
    condition.hasIfNoneMatch = *ifNoneMatch;
    return condition;
}

// A preference is a name, "=" with or without space around it, a token or quoted string, and
// parameters, which mean nothing here.
static bool isMinimal(QByteArrayView preference)
{
    preference = syntax::withoutParameters(preference);
    const qsizetype equals = preference.indexOf('=');
    if (equals < 0
        || !syntax::equalsIgnoringCase(syntax::trimmed(preference.first(equals)), "return"))
        return false;
    QByteArrayView value = syntax::trimmed(preference.sliced(equals + 1));
    if (value.size() > 1 && value.startsWith('"') && value.endsWith('"'))
        value = value.sliced(1).chopped(1);
    return syntax::equalsIgnoringCase(value, "minimal");
}

bool prefersMinimal(const Request &request)
{
    for (const HeaderField &field : request.fields) {
        if (!syntax::equalsIgnoringCase(field.name, "Prefer"))
            continue;
        for (QByteArrayView rest = field.value; !rest.isNull();) {
            if (isMinimal(syntax::takeListElement(&rest)))
                return true;
        }
    }
    return false;
}

} // namespace memorykv
