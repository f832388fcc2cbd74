// SPDX-License-Identifier: GPL-3.0-only
#include "shared/eventjson.h"

#include "shared/bytes.h"
#include "shared/eventfields.h"
#include "shared/jsonreader.h"
#include "shared/timetext.h"

#include <QByteArrayView>

#include <limits>

namespace memorykv {

namespace {

/// The members of the text, before it is known which of them apply.
struct Members
{
    std::optional<quint64> seq;
    std::optional<quint64> epoch;
    std::optional<qint64> time;
    std::optional<Op> op;
    std::optional<QByteArray> key;
    std::optional<QByteArray> prefix;
    std::optional<QByteArray> value;
    std::optional<QByteArray> valueBase64;
    std::optional<quint64> size;
    std::optional<QByteArray> type;
    std::optional<qint64> ttl;
    std::optional<bool> found;
    std::optional<bool> initial;
    std::optional<QByteArray> peer;
    std::optional<quint64> from;
    std::optional<quint64> to;
};

Error invalid(QByteArrayView what)
{
    return {ErrorCode::InvalidArgument, "event: " + what.toByteArray()};
}

std::optional<qint64> readTime(JsonReader &reader)
{
    const auto text = reader.string();
    const auto time = text ? timeFromText(*text) : std::nullopt;
    if (!time)
        reader.fail("a time such as 2026-11-23T18:52:44.123Z is expected");
    return time;
}

std::optional<Op> readOp(JsonReader &reader)
{
    const auto name = reader.string();
    const auto op = name ? opFromName(*name) : std::nullopt;
    if (!op)
        reader.fail("an unknown op");
    return op;
}

std::optional<qint64> readTtl(JsonReader &reader)
{
    const auto number = reader.wholeNumber();
    if (number && *number > static_cast<quint64>(std::numeric_limits<qint64>::max()))
        reader.fail("too many seconds");
    return number ? std::optional(static_cast<qint64>(*number)) : std::nullopt;
}

template <typename T, typename Read>
void readOnce(std::optional<T> &member, JsonReader &reader, Read read)
{
    if (member)
        reader.fail("a member comes twice");
    member = read(reader);
}

/// Reads the value of the member \a name, or passes over it and returns false when the name is not
/// known.
bool readMember(QByteArrayView name, JsonReader &reader, Members &members)
{
    const auto number = [](JsonReader &from) { return from.wholeNumber(); };
    const auto string = [](JsonReader &from) { return from.string(); };
    const auto base64 = [](JsonReader &from) { return from.base64(); };
    const auto boolean = [](JsonReader &from) { return from.boolean(); };
    if (name == "seq")
        readOnce(members.seq, reader, number);
    else if (name == "epoch")
        readOnce(members.epoch, reader, number);
    else if (name == "time")
        readOnce(members.time, reader, readTime);
    else if (name == "op")
        readOnce(members.op, reader, readOp);
    else if (name == "key")
        readOnce(members.key, reader, string);
    else if (name == "prefix")
        readOnce(members.prefix, reader, string);
    else if (name == "value")
        readOnce(members.value, reader, string);
    else if (name == "value_base64")
        readOnce(members.valueBase64, reader, base64);
    else if (name == "size")
        readOnce(members.size, reader, number);
    else if (name == "type")
        readOnce(members.type, reader, string);
    else if (name == "ttl")
        readOnce(members.ttl, reader, readTtl);
    else if (name == "found")
        readOnce(members.found, reader, boolean);
    else if (name == "initial")
        readOnce(members.initial, reader, boolean);
    else if (name == "peer")
        readOnce(members.peer, reader, string);
    else if (name == "from")
        readOnce(members.from, reader, number);
    else if (name == "to")
        readOnce(members.to, reader, number);
    else {
        reader.skip();
        return false;
    }
    return true;
}

Result<Members> readMembers(QByteArrayView json)
{
    JsonReader reader(json);
    Members members;
    if (reader.enterObject()) {
        while (const auto name = reader.nextMember()) {
            if (readMember(*name, reader, members) && reader.failed())
                return invalid("member \"" + name->toByteArray() + "\", " + reader.errorText());
        }
    }
    if (!reader.finish())
        return invalid(reader.errorText());
    return members;
}

/// Moves members into an event and keeps the name of the first one that is missing.
class Taker
{
public:
    template <typename T>
    void take(std::optional<T> &member, QByteArrayView name, T &to)
    {
        if (member)
            to = *std::move(member);
        else if (m_missing.isEmpty())
            m_missing = name;
    }
    QByteArrayView missing() const { return m_missing; }

private:
    QByteArrayView m_missing;
};

void takeCommon(Members &members, Event &event, Taker &taker)
{
    if (event.op == Op::Gap) {
        taker.take(members.from, "from", event.gapFrom);
        taker.take(members.to, "to", event.seq);
    } else {
        taker.take(members.seq, "seq", event.seq);
    }
    taker.take(members.epoch, "epoch", event.epoch);
    taker.take(members.time, "time", event.timeMs);
    if (hasKey(event.op))
        taker.take(members.key, "key", event.key);
    if (hasPrefix(event.op))
        taker.take(members.prefix, "prefix", event.key);
    if (event.op == Op::Touch)
        taker.take(members.ttl, "ttl", event.ttlSeconds);
    if (event.op == Op::Read)
        taker.take(members.found, "found", event.found);
    if (event.op == Op::Heartbeat)
        taker.take(members.peer, "peer", event.peer);
}

void takeInsert(Members &members, Event &event, Taker &taker)
{
    if (members.valueBase64)
        event.value = *std::move(members.valueBase64);
    else
        taker.take(members.value, "value", event.value);
    event.type = std::move(members.type).value_or(QByteArray());
    event.initial = members.initial.value_or(false);
    event.ttlSeconds = members.ttl.value_or(0);
}

/// What is wrong with members that are all there, or nothing.
QByteArrayView contradiction(const Members &members, const Event &event)
{
    // From 1 to 0 is what a server tells that has begun anew and has no change yet.
    const bool isEmptyGap = event.gapFrom == 1 && event.seq == 0;
    if (event.op == Op::Gap && event.gapFrom > event.seq && !isEmptyGap)
        return "\"from\" is above \"to\"";
    if (event.op != Op::Insert)
        return {};
    if (members.value && members.valueBase64)
        return "both \"value\" and \"value_base64\"";
    if (members.size && *members.size != static_cast<quint64>(event.value.size()))
        return "\"size\" is not the size of the value";
    return {};
}

} // namespace

Result<Event> eventFromJson(QByteArrayView json)
{
    auto read = readMembers(json);
    if (!read)
        return read.error();
    Members &members = *read;
    if (!members.op)
        return invalid("member \"op\" is missing");

    Event event;
    event.op = *members.op;
    Taker taker;
    takeCommon(members, event, taker);
    if (event.op == Op::Insert)
        takeInsert(members, event, taker);
    if (!taker.missing().isEmpty())
        return invalid("member \"" + taker.missing().toByteArray() + "\" is missing");
    if (const QByteArrayView what = contradiction(members, event); !what.isEmpty())
        return invalid(what);
    return event;
}

} // namespace memorykv
