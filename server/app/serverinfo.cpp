// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/serverinfo.h"

#include "shared/jsonstring.h"
#include "shared/limits.h"
#include "shared/timetext.h"

namespace memorykv {

static void appendNumber(QByteArrayView name, quint64 number, QByteArray &out)
{
    out += '"' + name.toByteArray() + "\":" + QByteArray::number(number) + ',';
}

// What the one asking may do, as clients show it.
static void appendAuth(bool required, const Grant &grant, QByteArray &out)
{
    out += "\"auth\":{\"required\":";
    out += required ? "true" : "false";
    if (grant.known)
        out += ",\"role\":\"" + roleName(grant.role).toByteArray() + '"';
    if (grant.isConfined()) {
        out += ",\"prefix\":";
        appendJsonString(grant.prefix, out);
    }
    out += '}';
}

QByteArray renderServerInfo(const ServerInfo &info, const Grant &grant)
{
    QByteArray json = "{\"name\":\"MemoryKV\",\"version\":\"" MEMORYKV_VERSION "\",";
    if (!grant.known) {
        appendAuth(info.tokensRequired, grant, json);
        return json + '}';
    }
    appendNumber("epoch", info.log.epoch(), json);
    appendNumber("seq", info.log.lastSeq(), json);
    appendNumber("durable_seq", info.log.durableSeq(), json);
    if (!grant.isConfined()) {
        appendNumber("keys", info.store.keyCount(), json);
        appendNumber("stored_bytes", info.store.storedBytes(), json);
    }
    json += "\"started\":\"";
    json += TimeText(info.startedMs);
    json += "\",\"limits\":{";
    appendNumber("max_key", quint64(kMaxKeySize), json);
    appendNumber("max_value", quint64(info.options.maxValueSize), json);
    appendNumber("max_memory", quint64(info.options.maxMemory), json);
    appendNumber("max_batch_operations", quint64(kMaxBatchOperations), json);
    appendNumber("history", quint64(info.options.historySize), json);
    appendNumber("feed_buffer", quint64(info.options.feedBufferSize), json);
    appendNumber("heartbeat", quint64(std::chrono::seconds(info.options.heartbeat).count()), json);
    json.chop(1);
    json += "},";
    appendAuth(info.tokensRequired, grant, json);
    return json + '}';
}

} // namespace memorykv
