// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/history.h"
#include "server/log/log.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace memorykv {

/// A log without a file: a mutation is durable as soon as it is appended, since nothing could make
/// it more so, and the history is what fits into a number of bytes. Each MemoryLog is a new epoch.
///
/// A thread of its own publishes, at most once a millisecond, so that writers pay for a push onto a
/// queue and no more; while nobody watches it sleeps.
class MemoryLog final : public Log
{
    Q_OBJECT

public:
    /// \a historyBytes limits what read() can go back to.
    explicit MemoryLog(qsizetype historyBytes, QObject *parent = nullptr);

    /// As stop().
    ~MemoryLog() override;

    /// Publishes what was appended so far, then ends the thread.
    void stop() override;

    RecordGroup append(RecordGroup group) override;
    void announce(Record record) override;
    quint64 epoch() const override { return m_epoch; }
    quint64 lastSeq() const override { return m_lastSeq.load(std::memory_order_acquire); }
    quint64 durableSeq() const override { return lastSeq(); }
    Range read(quint64 after, qsizetype maxBytes) const override;
    quint64 addWatcher() override;
    void removeWatcher() override;
    bool isWatched() const override { return m_watchers.load(std::memory_order_relaxed) > 0; }

private:
    void run();
    bool enqueue(Record record);

    const quint64 m_epoch;
    std::atomic<quint64> m_lastSeq = 0;
    std::atomic<int> m_watchers = 0;

    mutable std::mutex m_mutex; ///< guards what follows; held for a few instructions
    std::condition_variable m_wake;
    History m_history;
    std::vector<Record> m_queue;
    bool m_sleeping = false; ///< the thread has nothing to do until something is queued
    bool m_stopping = false;

    std::thread m_thread;
};

} // namespace memorykv
