// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/log.h"

#include <atomic>
#include <mutex>
#include <vector>

namespace memorykv::test {

/// A log the test looks into and decides for: what is durable, what is still held, when records
/// are published. It has no thread. All functions are thread-safe, as those of Log are.
class TestLog final : public Log
{
    Q_OBJECT

public:
    explicit TestLog(quint64 epoch = 77, quint64 lastSeq = 0);

    RecordGroup append(RecordGroup group) override;
    void announce(Record record) override;
    quint64 epoch() const override { return m_epoch; }
    quint64 lastSeq() const override { return m_lastSeq; }
    quint64 durableSeq() const override;
    bool hasFailed() const override { return m_hasFailed; }
    Error failure() const override;
    bool canFail() const override { return m_canFail; }
    qint64 waitingBytes() const override { return m_waitingBytes; }
    Range read(quint64 after, qsizetype maxBytes) const override;
    quint64 addWatcher() override;
    void removeWatcher() override;
    bool isWatched() const override { return m_watchers > 0; }

    /// From now on mutations become durable only by setDurableSeq().
    void holdDurable();
    /// Says that all up to \a seq is durable, and tells so by durable().
    void setDurableSeq(quint64 seq);

    /// Says that it takes \a bytes to keep what is not durable.
    void setWaitingBytes(qint64 bytes) { m_waitingBytes = bytes; }

    /// From now on the log can fail: the store is to keep what it needs to take mutations back.
    void letFail() { m_canFail = true; }
    /// Fails, with \a error: what is not durable is lost. Tells so by failed().
    void fail(const Error &error);

    /// Forgets the mutations before \a seq: read() begins there at the earliest.
    void forgetBefore(quint64 seq);

    /// The mutations in the order of append(), and in the groups they came in.
    std::vector<Record> appended() const;
    std::vector<std::vector<Record>> groups() const;
    /// The records of announce().
    std::vector<Record> announced() const;
    int watchers() const { return m_watchers; }

    /// What came while somebody watched and has not been taken yet, in order.
    RecordBatchPtr takeBatch();

private:
    const quint64 m_epoch;
    std::atomic<quint64> m_lastSeq;
    std::atomic<quint64> m_durableSeq = 0;
    std::atomic<bool> m_holding = false;
    std::atomic<bool> m_canFail = false;
    std::atomic<bool> m_hasFailed = false;
    std::atomic<qint64> m_waitingBytes = 0;
    std::atomic<int> m_watchers = 0;

    mutable std::mutex m_mutex; ///< guards what follows
    std::vector<std::vector<Record>> m_groups;
    std::vector<Record> m_announced;
    std::vector<Record> m_queue;
    quint64 m_firstHeld = 1;
    Error m_failure;
};

} // namespace memorykv::test
