// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/disklog.h"

#include "server/log/epoch.h"
#include "shared/logcategories.h"

#include <limits>
#include <utility>

namespace memorykv {

using std::chrono::steady_clock;

static constexpr std::chrono::seconds kSyncInterval{1};
// What was written most recently is held in memory, since most who read back want that.
static constexpr qint64 kMaxRecentBytes = 8 << 20;
// The longest that a batch waits for writers that are expected.
static constexpr std::chrono::milliseconds kMaxGathering{2};
// Zeros ahead of what is synced before each answer.
static constexpr qint64 kRoom = 1 << 20;
static constexpr quint64 kNoSnapshot = std::numeric_limits<quint64>::max();

DiskLog::DiskLog(FileSystem &files, QByteArray directory, Options options)
    : m_files(files)
    , m_directory(std::move(directory))
    , m_options(options)
    , m_segments(files, m_directory)
    , m_recent(0)
{ }

DiskLog::~DiskLog()
{
    stop();
}

void DiskLog::stop()
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

Result<Recovered> DiskLog::open(RecoverySink &sink, const Recovery::OnProgress &onProgress)
{
    const auto directory = DataDirectory::list(m_files, m_directory);
    if (!directory)
        return directory.error();
    if (directory->isInRepair)
        return DataDirectory::interruptedRepair(m_directory);
    auto found = Recovery(m_files, m_directory, m_segments, sink, onProgress).run();
    if (!found)
        return found;
    const bool isAlways = m_options.fsync == FsyncPolicy::Always;
    const WalTail &tail = found->tail;
    // Without a sync before each answer, a crash may have taken what was shown already, and the
    // same seqs are going to be used again. A stop in good order, or the sync, rules that out.
    const bool mayHaveLost = tail.header.flags != wal::SegmentHeader::kAlwaysSynced
                             && !found->stoppedInOrder && !tail.segment.isEmpty();
    WalWriter::Options options;
    options.epoch = tail.epoch == 0 || mayHaveLost ? newEpoch(tail.epoch) : tail.epoch;
    options.segmentSize = m_options.segmentSize;
    options.flags = isAlways ? wal::SegmentHeader::kAlwaysSynced : 0;
    options.room = isAlways ? kRoom : 0;
    m_writer = std::make_unique<WalWriter>(m_files, m_directory, m_segments, options, tail);
    auto opened = m_writer->open();
    if (!opened)
        return opened.error();
    removeUnfinished();

    found->tail.epoch = options.epoch;
    m_epoch = options.epoch;
    m_writtenSeq = tail.nextSeq - 1;
    m_lastSeq = m_writtenSeq;
    m_durableSeq = m_writtenSeq;
    m_publishedSeq = m_writtenSeq;
    m_syncedSeq = m_writtenSeq;
    m_recent = History(std::min(m_options.historyBytes, kMaxRecentBytes), tail.nextSeq);
    m_snapshotGrowth = std::max(m_options.snapshotBytes, found->snapshotBytes);
    m_snapshotDue = quint64(std::max<qint64>(0, m_snapshotGrowth - m_segments.bytes()));
    m_lastSync = steady_clock::now();
    m_thread = std::thread([this] { run(); });
    return found;
}

// What was being made when the server ended would take up room for ever.
void DiskLog::removeUnfinished()
{
    const auto directory = DataDirectory::list(m_files, m_directory);
    for (const QByteArray &name : directory ? directory->unfinished : QList<QByteArray>()) {
        auto removed = m_files.remove(m_directory + '/' + name);
        if (!removed)
            qCWarning(lcLog).noquote() << removed.error().detail;
    }
}

// Each record is kept twice for a while: as it is, and as it is written.
static qint64 bytesToKeep(const RecordGroup &group)
{
    qint64 bytes = 0;
    for (const Record &record : group)
        bytes += 2 * record.memorySize();
    return bytes;
}

RecordGroup DiskLog::append(RecordGroup group)
{
    const qint64 bytes = bytesToKeep(group);
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        if (m_failed.load(std::memory_order_relaxed))
            return {};
        wake = m_queue.records.empty() || m_queue.groupSizes.size() + 1 == m_gatherUpTo;
        m_lastSeq.store(group.back().seq, std::memory_order_release);
        m_queue.groupSizes.push_back(size_t(group.size()));
        m_queue.bytes += bytes;
        m_waitingBytes.fetch_add(bytes, std::memory_order_relaxed);
        for (Record &record : group)
            m_queue.records.push_back(std::move(record));
    }
    if (wake)
        m_wake.notify_one();
    return {};
}

void DiskLog::announce(Record record)
{
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        record.seq = lastSeq();
        wake = m_queue.records.empty();
        m_queue.records.push_back(std::move(record));
    }
    if (wake)
        m_wake.notify_one();
}

Log::Range DiskLog::read(quint64 after, qsizetype maxBytes) const
{
    Range recent;
    quint64 last = 0;
    {
        const std::lock_guard lock(m_mutex);
        recent = m_recent.read(after, maxBytes);
        last = m_publishedSeq;
    }
    if (recent.firstHeld <= after + 1 || m_options.historyBytes == 0)
        return recent;
    auto stored = m_segments.read(after, last, maxBytes);
    if (stored)
        return *std::move(stored);
    qCWarning(lcLog).noquote() << "cannot read the history back:" << stored.error().detail;
    return recent;
}

quint64 DiskLog::addWatcher()
{
    const std::lock_guard lock(m_mutex);
    m_watchers.fetch_add(1, std::memory_order_relaxed);
    return m_publishedSeq;
}

void DiskLog::removeWatcher()
{
    const std::lock_guard lock(m_mutex);
    m_watchers.fetch_sub(1, std::memory_order_relaxed);
}

Error DiskLog::failure() const
{
    const std::lock_guard lock(m_mutex);
    return m_failure;
}

Result<Done> DiskLog::makeDurable(quint64 seq)
{
    std::unique_lock lock(m_mutex);
    m_syncWanted = std::max(m_syncWanted, seq);
    m_wake.notify_one();
    m_synced.wait(lock, [&] { return m_syncedSeq >= seq || m_failed; });
    return m_syncedSeq >= seq ? Result<Done>(Done{}) : m_failure;
}

bool DiskLog::isSnapshotWanted() const
{
    const std::lock_guard lock(m_mutex);
    return m_snapshotDue == kNoSnapshot;
}

void DiskLog::snapshotTaken(quint64 seq, qint64 bytes)
{
    auto removed = m_segments.removeUpTo(seq, m_options.historyBytes);
    if (!removed)
        qCWarning(lcLog).noquote() << removed.error().detail;
    m_snapshotCount.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(m_mutex);
    m_snapshotGrowth = std::max(m_options.snapshotBytes, bytes);
    m_snapshotDue = m_stats.bytes.load(std::memory_order_relaxed) + quint64(m_snapshotGrowth);
}

void DiskLog::snapshotFailed()
{
    const std::lock_guard lock(m_mutex);
    m_snapshotDue = m_stats.bytes.load(std::memory_order_relaxed) + quint64(m_snapshotGrowth);
}

void DiskLog::run()
{
    Queue queue;
    while (takeQueue(queue)) {
        process(queue);
        queue.records.clear();
        queue.groupSizes.clear();
        m_waitingBytes.fetch_sub(std::exchange(queue.bytes, 0), std::memory_order_relaxed);
    }
    if (m_failed)
        return;
    auto closed = m_writer->close();
    if (!closed)
        qCCritical(lcLog).noquote() << closed.error().detail;
}

// Waits for something to do. False when the log is to end and all was done.
bool DiskLog::takeQueue(Queue &queue)
{
    std::unique_lock lock(m_mutex);
    const auto hasWork = [this] {
        return m_stopping || !m_queue.records.empty() || (m_syncWanted > m_syncedSeq && m_unsynced);
    };
    if (m_unsynced && m_options.fsync == FsyncPolicy::Interval)
        m_wake.wait_until(lock, m_lastSync + kSyncInterval, hasWork);
    else
        m_wake.wait(lock, hasWork);
    if (m_options.fsync == FsyncPolicy::Always && !m_queue.groupSizes.empty())
        gather(lock);
    std::swap(queue, m_queue);
    return !m_stopping || !queue.records.empty();
}

// Clients that were just answered are about to write again. If the log synced at once, they would
// miss this sync and those that wait now the next one: two halves that take turns, each with half
// of the syncs there are. So it waits for as many as there were, as long as a sync takes at most:
// less is too short for them to come where syncs are quick. A single writer is never waited for.
void DiskLog::gather(std::unique_lock<std::mutex> &lock)
{
    m_gatherUpTo = m_writers;
    m_wake.wait_for(lock, std::min<steady_clock::duration>(m_syncTime, kMaxGathering), [this] {
        return m_stopping || m_syncWanted > m_syncedSeq || m_queue.groupSizes.size() >= m_writers;
    });
    m_gatherUpTo = 0;
}

void DiskLog::process(Queue &queue)
{
    if (!m_failed) {
        auto done = writeGroups(queue);
        if (done)
            done = syncIfDue(queue.groupSizes.size());
        if (done) {
            commit(queue, m_writtenSeq);
            wantSnapshotIfDue();
            return;
        }
        fail(done.error());
    }
    // What the failure took never was; what was seen before it still can be told.
    std::erase_if(queue.records, [this](const Record &record) {
        return isMutation(record.op) || record.seq > durableSeq();
    });
    publish(queue);
}

Result<Done> DiskLog::writeGroups(const Queue &queue)
{
    auto group = queue.groupSizes.begin();
    for (size_t i = 0; i < queue.records.size();) {
        if (!isMutation(queue.records[i].op)) {
            ++i;
            continue;
        }
        auto done = m_writer->append({&queue.records[i], *group});
        if (!done)
            return done;
        i += *group++;
        m_writtenSeq = queue.records[i - 1].seq;
    }
    auto done = m_writer->write();
    m_stats.bytes.store(m_writer->bytesWritten(), std::memory_order_relaxed);
    return done;
}

Result<Done> DiskLog::syncIfDue(size_t groups)
{
    m_unsynced |= groups > 0;
    const auto now = steady_clock::now();
    bool isWanted = false;
    {
        const std::lock_guard lock(m_mutex);
        isWanted = m_syncWanted > m_syncedSeq;
    }
    const bool isDue
        = m_options.fsync == FsyncPolicy::Always || isWanted
          || (m_options.fsync == FsyncPolicy::Interval && now - m_lastSync >= kSyncInterval);
    if (!m_unsynced || !isDue)
        return Done{};
    auto done = m_writer->sync();
    if (!done)
        return done;
    m_lastSync = steady_clock::now();
    m_syncTime = m_lastSync - now;
    m_stats.noteSync(std::chrono::duration<double>(m_syncTime).count());
    m_unsynced = false;
    {
        const std::lock_guard lock(m_mutex);
        m_syncedSeq = m_writtenSeq;
        m_writers = groups + m_queue.groupSizes.size();
    }
    m_synced.notify_all();
    return done;
}

// First what was written can be read back, then it is published, then replies may leave: who has
// seen a reply finds all of it in the feed.
void DiskLog::commit(Queue &queue, quint64 lastSeq)
{
    RecordGroup evicted; // freed where no lock is held
    {
        const std::lock_guard lock(m_mutex);
        for (const Record &record : queue.records) {
            if (isMutation(record.op))
                m_recent.append(record, evicted);
        }
        m_publishedSeq = lastSeq;
    }
    publish(queue);
    if (lastSeq == durableSeq())
        return;
    m_durableSeq.store(lastSeq, std::memory_order_release);
    Q_EMIT durable(lastSeq);
}

void DiskLog::publish(Queue &queue)
{
    if (queue.records.empty() || !isWatched())
        return;
    auto batch = std::make_shared<RecordBatch>();
    batch->epoch = epoch();
    batch->records = std::move(queue.records);
    Q_EMIT published(std::move(batch));
}

// A failed sync is not tried again: the kernel may have dropped what it could not write, and then
// says that all is well (see docs/wal.md).
void DiskLog::fail(const Error &error)
{
    qCCritical(lcLog).noquote() << error.detail
                                << "- nothing more is stored until the server is started again";
    {
        const std::lock_guard lock(m_mutex);
        m_failure = {error.code, error.code == ErrorCode::StorageFull
                                     ? "there is no room left for the write-ahead log; nothing is "
                                       "stored until the server is started again"
                                     : "the write-ahead log cannot be written; nothing is stored "
                                       "until the server is started again"};
        m_lastSeq.store(durableSeq(), std::memory_order_release);
        m_failed.store(true, std::memory_order_release);
        std::erase_if(m_queue.records, [](const Record &record) { return isMutation(record.op); });
        m_queue.groupSizes.clear();
    }
    m_synced.notify_all();
    Q_EMIT failed();
}

void DiskLog::wantSnapshotIfDue()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stats.bytes.load(std::memory_order_relaxed) < m_snapshotDue)
            return;
        m_snapshotDue = kNoSnapshot;
    }
    Q_EMIT snapshotWanted();
}

} // namespace memorykv
