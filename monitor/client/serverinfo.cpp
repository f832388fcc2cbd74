// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/serverinfo.h"

#include "shared/jsonreader.h"

namespace memorykv {

namespace {

/// The members of the answer that count here.
struct Members
{
    std::optional<QByteArray> name;
    std::optional<QByteArray> version;
    std::optional<quint64> epoch;
    std::optional<quint64> seq;
    quint64 durableSeq = 0;
    quint64 keys = 0;
    quint64 storedBytes = 0;
    quint64 maxKeySize = 0;
    quint64 maxValueSize = 0;
    bool tokenRequired = false;
    QByteArray role;
    QByteArray prefix;
};

void readLimits(JsonReader &reader, Members &members)
{
    reader.enterObject();
    while (const auto name = reader.nextMember()) {
        if (*name == "max_key")
            members.maxKeySize = reader.wholeNumber().value_or(0);
        else if (*name == "max_value")
            members.maxValueSize = reader.wholeNumber().value_or(0);
        else
            reader.skip();
    }
}

void readAuth(JsonReader &reader, Members &members)
{
    reader.enterObject();
    while (const auto name = reader.nextMember()) {
        if (*name == "required")
            members.tokenRequired = reader.boolean().value_or(false);
        else if (*name == "role")
            members.role = reader.string().value_or(QByteArray());
        else if (*name == "prefix")
            members.prefix = reader.string().value_or(QByteArray());
        else
            reader.skip();
    }
}

void readMember(QByteArrayView name, JsonReader &reader, Members &members)
{
    if (name == "name")
        members.name = reader.string();
    else if (name == "version")
        members.version = reader.string();
    else if (name == "epoch")
        members.epoch = reader.wholeNumber();
    else if (name == "seq")
        members.seq = reader.wholeNumber();
    else if (name == "durable_seq")
        members.durableSeq = reader.wholeNumber().value_or(0);
    else if (name == "keys")
        members.keys = reader.wholeNumber().value_or(0);
    else if (name == "stored_bytes")
        members.storedBytes = reader.wholeNumber().value_or(0);
    else if (name == "limits")
        readLimits(reader, members);
    else if (name == "auth")
        readAuth(reader, members);
    else
        reader.skip();
}

} // namespace

ServerKind readServerInfo(QByteArrayView json, ServerInfo &info)
{
    JsonReader reader(json);
    Members members;
    if (reader.enterObject()) {
        while (const auto name = reader.nextMember())
            readMember(*name, reader, members);
    }
    if (!reader.finish() || members.name != QByteArray("MemoryKV"))
        return ServerKind::NotMemoryKv;
    if (!members.epoch && members.tokenRequired)
        return ServerKind::TokenNeeded;
    // What the feed needs to resume came with the first version that has a position.
    if (!members.version || !members.epoch || !members.seq)
        return ServerKind::TooOld;
    info.version = *members.version;
    info.position = {*members.epoch, *members.seq};
    info.durableSeq = members.durableSeq;
    info.keys = members.keys;
    info.storedBytes = members.storedBytes;
    info.maxKeySize = members.maxKeySize;
    info.maxValueSize = members.maxValueSize;
    info.role = members.role;
    info.prefix = members.prefix;
    return ServerKind::Supported;
}

} // namespace memorykv
