// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/memorylog.h"

#include "server/log/epoch.h"

namespace memorykv {

MemoryLog::MemoryLog(qsizetype historyBytes, QObject *parent)
    : Log(parent)
    , m_epoch(newEpoch())
    , m_history(historyBytes)
    , m_thread([this] { run(); })
{ }

MemoryLog::~MemoryLog()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void MemoryLog::append(RecordGroup group)
{
    // Freed after the lock is released: a large value takes its time to go.
    std::vector<Record> evicted;
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        for (const Record &record : group)
            m_history.append(record, evicted);
        m_lastSeq.store(group.back().seq, std::memory_order_release);
        if (isWatched()) {
            for (Record &record : group)
                wake |= enqueue(std::move(record));
        }
    }
    if (wake)
        m_wake.notify_one();
}

void MemoryLog::announce(Record record)
{
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        record.seq = lastSeq();
        wake = enqueue(std::move(record));
    }
    if (wake)
        m_wake.notify_one();
}

// Whether the thread sleeps on an empty queue and has to be woken.
bool MemoryLog::enqueue(Record record)
{
    const bool wasEmpty = m_queue.empty();
    m_queue.push_back(std::move(record));
    return wasEmpty;
}

Log::Range MemoryLog::read(quint64 after, qsizetype maxBytes) const
{
    const std::lock_guard lock(m_mutex);
    return m_history.read(after, maxBytes);
}

quint64 MemoryLog::addWatcher()
{
    const std::lock_guard lock(m_mutex);
    m_watchers.fetch_add(1, std::memory_order_relaxed);
    return lastSeq();
}

void MemoryLog::removeWatcher()
{
    const std::lock_guard lock(m_mutex);
    m_watchers.fetch_sub(1, std::memory_order_relaxed);
}

void MemoryLog::run()
{
    for (;;) {
        auto batch = std::make_shared<RecordBatch>();
        batch->epoch = m_epoch;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stopping || !m_queue.empty(); });
            if (m_queue.empty())
                return;
            batch->records.swap(m_queue);
        }
        Q_EMIT published(std::move(batch));
    }
}

} // namespace memorykv
