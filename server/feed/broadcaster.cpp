// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/broadcaster.h"

namespace memorykv {

Broadcaster::Broadcaster(Log &log, FeedCounters &counters)
    : m_counters(counters)
{
    connect(&log, &Log::published, this, &Broadcaster::publish, Qt::DirectConnection);
}

void Broadcaster::publish(const RecordBatchPtr &batch)
{
    for (const Record &record : batch->records)
        m_counters.events[size_t(record.op)].fetch_add(1, std::memory_order_relaxed);
    Q_EMIT broadcast(std::make_shared<EncodedBatch>(batch));
}

} // namespace memorykv
