// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/fsyncpolicy.h"
#include "server/log/history.h"
#include "server/log/log.h"
#include "server/log/recovery.h"
#include "server/log/walstats.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace memorykv {

/// A log in files of a data directory. Its own thread takes what was appended since the last time,
/// writes it, makes it durable with one sync for all (group commit), and publishes it.
///
/// Used in this order: made, open(), then the functions of Log.
class DiskLog final : public Log
{
    Q_OBJECT

public:
    struct Options
    {
        FsyncPolicy fsync = FsyncPolicy::Always;
        qint64 historyBytes = 32 << 20; ///< of segments kept for read() behind the snapshot
        qint64 segmentSize = 16 << 20;
        qint64 snapshotBytes = 64 << 20; ///< of log after which a snapshot is wanted, at least
    };

    /// \a files must outlive the log. The caller holds the lock of \a directory.
    DiskLog(FileSystem &files, QByteArray directory, Options options);

    /// As stop().
    ~DiskLog() override;

    /// Writes what was appended so far and marks that it ended in good order, then ends the thread.
    void stop() override;

    /// Reads what the directory holds into \a sink and begins to log behind it. Blocks. Errors as
    /// Recovery::run(), and those of the file system.
    Result<Recovered> open(RecoverySink &sink, const Recovery::OnProgress &onProgress = {});

    RecordGroup append(RecordGroup group) override;
    void announce(Record record) override;
    quint64 epoch() const override { return m_epoch.load(std::memory_order_relaxed); }
    quint64 lastSeq() const override { return m_lastSeq.load(std::memory_order_acquire); }
    quint64 durableSeq() const override { return m_durableSeq.load(std::memory_order_acquire); }
    Range read(quint64 after, qsizetype maxBytes) const override;
    quint64 addWatcher() override;
    void removeWatcher() override;
    bool isWatched() const override { return m_watchers.load(std::memory_order_relaxed) > 0; }
    bool hasFailed() const override { return m_failed.load(std::memory_order_acquire); }
    Error failure() const override;
    bool canFail() const override { return true; }
    qint64 waitingBytes() const override { return m_waitingBytes.load(std::memory_order_relaxed); }

    /// Returns once all up to \a seq is on stable storage, whatever the policy. The failure when it
    /// cannot be.
    Result<Done> makeDurable(quint64 seq);

    /// Whether snapshotWanted() was emitted and nobody has answered yet.
    bool isSnapshotWanted() const;
    /// A snapshot up to \a seq of \a bytes is in its place: removes what it makes superfluous.
    /// Blocks for the file system.
    void snapshotTaken(quint64 seq, qint64 bytes);
    /// No snapshot could be made: another one is wanted after as much log as before.
    void snapshotFailed();

    /// Snapshots taken since the log was opened.
    quint64 snapshotCount() const { return m_snapshotCount.load(std::memory_order_relaxed); }

    const WalStats &stats() const { return m_stats; }
    const QByteArray &directory() const { return m_directory; }
    FileSystem &fileSystem() const { return m_files; }

Q_SIGNALS:
    /// The log has become long enough for a snapshot to be worth it. Once until it is told what
    /// became of it.
    void snapshotWanted();

private:
    /// What is to be written and published, in order.
    struct Queue
    {
        std::vector<Record> records;
        std::vector<size_t> groupSizes; ///< of the mutations among them, in order
        qint64 bytes = 0;               ///< of waitingBytes()
    };

    void removeUnfinished();
    void run();
    bool takeQueue(Queue &queue);
    void gather(std::unique_lock<std::mutex> &lock);
    void process(Queue &queue);
    Result<Done> writeGroups(const Queue &queue);
    Result<Done> syncIfDue(size_t groups);
    void commit(Queue &queue, quint64 lastSeq);
    void publish(Queue &queue);
    void fail(const Error &error);
    void wantSnapshotIfDue();

    FileSystem &m_files;
    const QByteArray m_directory;
    const Options m_options;
    Segments m_segments;
    WalStats m_stats;
    std::atomic<quint64> m_epoch = 0;
    std::atomic<quint64> m_lastSeq = 0;
    std::atomic<quint64> m_durableSeq = 0;
    std::atomic<qint64> m_waitingBytes = 0;
    std::atomic<int> m_watchers = 0;
    std::atomic<bool> m_failed = false;
    std::atomic<quint64> m_snapshotCount = 0;

    mutable std::mutex m_mutex; ///< guards what follows; held for a few instructions
    std::condition_variable m_wake;
    std::condition_variable m_synced;
    History m_recent;
    Queue m_queue;
    Error m_failure;
    quint64 m_publishedSeq = 0;
    quint64 m_syncedSeq = 0;
    quint64 m_syncWanted = 0;    ///< the highest seq makeDurable() waits for
    quint64 m_snapshotDue = 0;   ///< bytes written at which a snapshot is wanted
    qint64 m_snapshotGrowth = 0; ///< bytes written from one snapshot to the next
    size_t m_gatherUpTo = 0;     ///< groups in the queue at which gather() is woken
    bool m_stopping = false;

    // The log's thread alone, once it runs.
    std::unique_ptr<WalWriter> m_writer;
    std::chrono::steady_clock::time_point m_lastSync;
    std::chrono::steady_clock::duration m_syncTime{}; ///< of the last sync
    size_t m_writers = 0; ///< writes that the last sync was for or that came while it ran
    quint64 m_writtenSeq = 0;
    bool m_unsynced = false;

    std::thread m_thread;
};

} // namespace memorykv
