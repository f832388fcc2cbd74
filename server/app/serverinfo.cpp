// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/serverinfo.h"

#include "shared/limits.h"
#include "shared/timetext.h"

namespace memorykv {

static void appendNumber(QByteArrayView name, quint64 number, QByteArray &out)
{
    out += '"' + name.toByteArray() + "\":" + QByteArray::number(number) + ',';
}

QByteArray renderServerInfo(const ServerInfo &info)
{
    QByteArray json = "{\"name\":\"MemoryKV\",\"version\":\"" MEMORYKV_VERSION "\",";
    appendNumber("epoch", info.log.epoch(), json);
    appendNumber("seq", info.log.lastSeq(), json);
    appendNumber("durable_seq", info.log.durableSeq(), json);
    appendNumber("keys", info.store.keyCount(), json);
    appendNumber("stored_bytes", info.store.storedBytes(), json);
    json += "\"started\":\"";
    json += TimeText(info.startedMs);
    json += "\",\"limits\":{";
    appendNumber("max_key", quint64(kMaxKeySize), json);
    appendNumber("max_value", quint64(info.options.maxValueSize), json);
    appendNumber("max_memory", quint64(info.options.maxMemory), json);
    appendNumber("max_batch_operations", quint64(kMaxBatchOperations), json);
    appendNumber("history", quint64(info.options.historySize), json);
    appendNumber("feed_buffer", quint64(info.options.feedBufferSize), json);
    json.chop(1);
    json += "}}";
    return json;
}

} // namespace memorykv
