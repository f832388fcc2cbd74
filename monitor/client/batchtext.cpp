// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/batchtext.h"

#include "shared/bytes.h"
#include "shared/decimal.h"
#include "shared/jsonreader.h"
#include "shared/jsonstring.h"

namespace memorykv {

namespace {

void appendCondition(const Condition &condition, QByteArray &out)
{
    switch (condition.kind) {
    case Condition::Kind::None:
        break;
    case Condition::Kind::Revision:
        out += ",\"if_match\":";
        appendDecimal(condition.revision, out);
        break;
    case Condition::Kind::Exists:
        out += ",\"if_match\":\"*\"";
        break;
    case Condition::Kind::Missing:
        out += ",\"if_none_match\":\"*\"";
        break;
    }
}

void appendPut(const PutRequest &put, QByteArray &out)
{
    if (put.value.isValidUtf8()) {
        out += ",\"value\":";
        appendJsonString(put.value, out);
    } else {
        appendAll({",\"value_base64\":\"", put.value.toBase64(), "\""}, out);
    }
    if (!put.type.isEmpty()) {
        out += ",\"type\":";
        appendJsonString(put.type, out);
    }
    if (put.ttlSeconds > 0) {
        out += ",\"ttl\":";
        appendDecimal(static_cast<quint64>(put.ttlSeconds), out);
    }
}

BatchResult readResult(JsonReader &reader)
{
    BatchResult result;
    reader.enterObject();
    while (const auto name = reader.nextMember()) {
        if (*name == "status")
            result.status = static_cast<int>(reader.wholeNumber().value_or(0));
        else if (*name == "seq")
            result.seq = reader.wholeNumber().value_or(0);
        else if (*name == "revision")
            result.revision = reader.wholeNumber().value_or(0);
        else
            reader.skip();
    }
    return result;
}

} // namespace

QByteArray batchJson(const QList<BatchOperation> &operations)
{
    QByteArray out = "{\"operations\":[";
    for (const BatchOperation &operation : operations) {
        const bool isPut = operation.kind == BatchOperation::Kind::Put;
        if (!out.endsWith('['))
            out += ',';
        appendAll({"{\"op\":\"", isPut ? "put" : "delete", "\",\"key\":"}, out);
        appendJsonString(operation.put.key, out);
        if (isPut)
            appendPut(operation.put, out);
        appendCondition(operation.put.condition, out);
        out += '}';
    }
    return out + "]}";
}

Result<QList<BatchResult>> batchResults(QByteArrayView json)
{
    QList<BatchResult> results;
    JsonReader reader(json);
    reader.enterObject();
    while (const auto name = reader.nextMember()) {
        if (*name != "results") {
            reader.skip();
            continue;
        }
        reader.enterArray();
        while (reader.nextElement())
            results.append(readResult(reader));
    }
    if (!reader.finish())
        return Error{ErrorCode::InvalidArgument, reader.errorText()};
    return results;
}

} // namespace memorykv
