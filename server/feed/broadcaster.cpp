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
    std::array<quint64, kOpCount> events{};
    for (const Record &record : batch->records)
        ++events[size_t(record.op)];
    for (size_t op = 0; op < events.size(); ++op) {
        if (events[op] > 0)
            m_counters.events[op].fetch_add(events[op], std::memory_order_relaxed);
    }
    Q_EMIT broadcast(std::make_shared<EncodedBatch>(batch));
}

} // namespace memorykv
