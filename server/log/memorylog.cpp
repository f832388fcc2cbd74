// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/memorylog.h"

#include "server/log/epoch.h"

#include <chrono>
#include <utility>

namespace memorykv {

// From one batch to the next. An event after a pause goes out at once; in a stream of them, waking
// the thread for each one would cost the writers more than the writes.
static constexpr std::chrono::milliseconds kPublishInterval{1};

MemoryLog::MemoryLog(qsizetype historyBytes, QObject *parent)
    : Log(parent)
    , m_epoch(newEpoch())
    , m_history(historyBytes)
    , m_thread([this] { run(); })
{ }

MemoryLog::~MemoryLog()
{
    stop();
}

void MemoryLog::stop()
{
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

RecordGroup MemoryLog::append(RecordGroup group)
{
    RecordGroup evicted;
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
    return evicted;
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

// Whether the thread sleeps until there is something, and has to be woken.
bool MemoryLog::enqueue(Record record)
{
    m_queue.push_back(std::move(record));
    return std::exchange(m_sleeping, false);
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
    std::chrono::steady_clock::time_point next;
    for (;;) {
        auto batch = std::make_shared<RecordBatch>();
        batch->epoch = m_epoch;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait_until(lock, next, [this] { return m_stopping; });
            m_sleeping = m_queue.empty();
            m_wake.wait(lock, [this] { return m_stopping || !m_queue.empty(); });
            m_sleeping = false;
            if (m_queue.empty())
                return;
            batch->records.swap(m_queue);
        }
        Q_EMIT published(std::move(batch));
        next = std::chrono::steady_clock::now() + kPublishInterval;
    }
}

} // namespace memorykv
