// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/entrytext.h"

#include "shared/bytes.h"
#include "shared/decimal.h"
#include "shared/eventjson.h"
#include "shared/jsonstring.h"
#include "shared/limits.h"
#include "shared/timetext.h"

namespace memorykv {

namespace {

void appendNumberMember(QByteArrayView name, quint64 number, QByteArray &out)
{
    appendAll({",\"", name, "\":"}, out);
    appendDecimal(number, out);
}

/// The members of a line, before it is known whether they make an entry.
struct Members
{
    std::optional<QByteArray> key;
    std::optional<QByteArray> value;
    std::optional<QByteArray> valueBase64;
    std::optional<QByteArray> type;
    std::optional<quint64> revision;
    std::optional<quint64> ttl;
};

template <typename T>
void readOnce(std::optional<T> &member, std::optional<T> read, JsonReader &reader)
{
    if (member)
        reader.fail("a member comes twice");
    member = std::move(read);
}

void readMember(QByteArrayView name, JsonReader &reader, Members &members)
{
    if (name == "key")
        readOnce(members.key, reader.string(), reader);
    else if (name == "value")
        readOnce(members.value, reader.string(), reader);
    else if (name == "value_base64")
        readOnce(members.valueBase64, reader.base64(), reader);
    else if (name == "type")
        readOnce(members.type, reader.string(), reader);
    else if (name == "revision")
        readOnce(members.revision, reader.wholeNumber(), reader);
    else if (name == "ttl")
        readOnce(members.ttl, reader.wholeNumber(), reader);
    else
        reader.skip();
}

/// What is wrong with members that were read well; empty when nothing is.
QByteArrayView faultOf(const Members &members)
{
    if (!members.key || members.key->isEmpty())
        return "member \"key\" is missing or empty";
    if (members.key->size() > kMaxKeySize)
        return "the key is over 1,024 bytes";
    if (members.value.has_value() == members.valueBase64.has_value())
        return "exactly one of \"value\" and \"value_base64\" is needed";
    if (members.ttl && *members.ttl > static_cast<quint64>(kMaxTtlSeconds))
        return "member \"ttl\" is over ten years";
    return {};
}

/// The columns of CSV for bytes: as text, or in base64 when they are none.
void appendCsvBytes(QByteArrayView bytes, QByteArray &out)
{
    const bool isText = bytes.isValidUtf8();
    if (isText)
        appendCsvField(bytes, out);
    out += ',';
    if (!isText)
        out += bytes.toByteArray().toBase64();
}

bool tellsTtl(const Event &event)
{
    return event.op == Op::Touch || (event.op == Op::Insert && event.ttlSeconds > 0);
}

} // namespace

void appendEntryJson(const KeyEntry &entry, QByteArray &out)
{
    out += "{\"key\":";
    appendJsonString(entry.key, out);
    if (entry.value.isValidUtf8()) {
        out += ",\"value\":";
        appendJsonString(entry.value, out);
    } else {
        appendAll({",\"value_base64\":\"", entry.value.toBase64(), "\""}, out);
    }
    appendNumberMember("revision", entry.revision, out);
    out += ",\"type\":";
    appendJsonString(entry.type, out);
    if (entry.ttlSeconds > 0)
        appendNumberMember("ttl", static_cast<quint64>(entry.ttlSeconds), out);
    out += '}';
}

bool readEntry(JsonReader &reader, KeyEntry &entry)
{
    Members members;
    reader.enterObject();
    while (const auto name = reader.nextMember())
        readMember(*name, reader, members);
    if (reader.failed())
        return false;
    if (const QByteArrayView fault = faultOf(members); !fault.isEmpty()) {
        reader.fail(fault);
        return false;
    }
    entry.key = *std::move(members.key);
    entry.value = members.value ? *std::move(members.value) : *std::move(members.valueBase64);
    entry.type = std::move(members.type).value_or(QByteArray());
    entry.revision = members.revision.value_or(0);
    entry.ttlSeconds = static_cast<qint64>(members.ttl.value_or(0));
    return true;
}

Result<KeyEntry> entryFromJson(QByteArrayView line)
{
    JsonReader reader(line);
    KeyEntry entry;
    if (!readEntry(reader, entry) || !reader.finish())
        return Error{ErrorCode::InvalidArgument, reader.errorText()};
    return entry;
}

void appendCsvField(QByteArrayView text, QByteArray &out)
{
    const bool plain = !text.contains('"') && !text.contains(',') && !text.contains('\n')
                       && !text.contains('\r');
    if (plain) {
        out += text;
        return;
    }
    out += '"';
    for (const char byte : text) {
        if (byte == '"')
            out += '"';
        out += byte;
    }
    out += '"';
}

QByteArray entryCsvHead()
{
    return "key,value,value_base64,revision,type,ttl\r\n";
}

void appendEntryCsv(const KeyEntry &entry, QByteArray &out)
{
    appendCsvField(entry.key, out);
    out += ',';
    appendCsvBytes(entry.value, out);
    out += ',';
    appendDecimal(entry.revision, out);
    out += ',';
    appendCsvField(entry.type, out);
    out += ',';
    if (entry.ttlSeconds > 0)
        appendDecimal(static_cast<quint64>(entry.ttlSeconds), out);
    out += "\r\n";
}

QByteArray eventCsvHead()
{
    return "epoch,seq,time,op,key,value,value_base64,size,type,ttl,found,peer,gap_from,cut_"
           "from\r\n";
}

void appendExportedJson(const ExportedEvent &exported, QByteArray &out)
{
    appendEventJson(exported.event, out);
    if (exported.cutFrom == 0)
        return;
    out.chop(1);
    out += ",\"cut_from\":";
    appendDecimal(static_cast<quint64>(exported.cutFrom), out);
    out += '}';
}

void appendEventCsv(const ExportedEvent &exported, QByteArray &out)
{
    const Event &event = exported.event;
    const bool isInsert = event.op == Op::Insert;
    appendDecimal(event.epoch, out);
    out += ',';
    appendDecimal(event.seq, out);
    appendAll({",", TimeText(event.timeMs), ",", opName(event.op), ","}, out);
    appendCsvField(event.key, out);
    out += ',';
    if (isInsert)
        appendCsvBytes(event.value, out);
    else
        out += ',';
    out += ',';
    if (isInsert)
        appendDecimal(static_cast<quint64>(event.value.size()), out);
    out += ',';
    appendCsvField(event.type, out);
    out += ',';
    if (tellsTtl(event))
        appendDecimal(static_cast<quint64>(event.ttlSeconds), out);
    out += ',';
    if (event.op == Op::Read)
        out += event.found ? "true" : "false";
    out += ',';
    appendCsvField(event.peer, out);
    out += ',';
    if (event.op == Op::Gap)
        appendDecimal(event.gapFrom, out);
    out += ',';
    if (exported.cutFrom > 0)
        appendDecimal(static_cast<quint64>(exported.cutFrom), out);
    out += "\r\n";
}

} // namespace memorykv
