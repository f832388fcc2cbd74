// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/persistence.h"

#include "server/log/epoch.h"
#include "server/log/repair.h"
#include "server/store/storereplayer.h"
#include "shared/logcategories.h"

#include <QElapsedTimer>

namespace memorykv {

static constexpr qint64 kProgressIntervalMs = 1000;

static DiskLog::Options logOptions(const StorageOptions &options, qint64 historySize)
{
    DiskLog::Options result;
    result.fsync = options.fsync;
    result.historyBytes = historySize;
    result.segmentSize = options.segmentSize;
    result.snapshotBytes = options.snapshotSize;
    return result;
}

Persistence::Persistence(const StorageOptions &options, qint64 historySize)
    : m_options(options)
    , m_log(posixFileSystem(), options.dataDir, logOptions(options, historySize))
{ }

Persistence::~Persistence()
{
    stop();
}

void Persistence::stop()
{
    m_snapshotter.reset();
    m_givenUp = true;
    if (m_thread.joinable())
        m_thread.join();
}

Result<Done> Persistence::open()
{
    auto lock = posixFileSystem().lock(m_options.dataDir);
    if (!lock)
        return Error{lock.error().code, "--data-dir: " + lock.error().detail};
    m_lock = std::move(*lock);
    if (m_options.restore.isEmpty())
        return Done{};
    auto done
        = restoreSnapshot(posixFileSystem(), m_options.restore, m_options.dataDir, newEpoch());
    if (!done)
        return Error{done.error().code, "--restore: " + done.error().detail};
    qCInfo(lcLog).noquote() << "restored" << m_options.restore;
    return done;
}

void Persistence::recover(KeyValueStore &store)
{
    m_thread = std::thread([this, &store] {
        QElapsedTimer timer;
        timer.start();
        const auto found = read(store);
        if (!found) {
            QByteArray detail = found.error().detail;
            if (found.error().code == ErrorCode::Damaged) {
                detail += "\n'memorykv-server --check " + m_options.dataDir
                          + "' tells what can be read; '--repair " + m_options.dataDir
                          + "' keeps what is before the damage and sets the rest aside.";
            }
            if (!m_givenUp)
                Q_EMIT failed(detail);
            return;
        }
        // On the main thread, where this object lives and the signals of the log find it.
        QMetaObject::invokeMethod(
            this,
            [this, &store, found = *found, seconds = double(timer.elapsed()) / 1000] {
                report(found, seconds);
                m_snapshotter = std::make_unique<Snapshotter>(store, m_log);
                Q_EMIT recovered();
            },
            Qt::QueuedConnection);
    });
}

Result<Recovered> Persistence::read(KeyValueStore &store)
{
    StoreReplayer replayer(store);
    QElapsedTimer sinceProgress;
    sinceProgress.start();
    auto found = m_log.open(replayer, [&](const RecoveryProgress &progress) {
        if (sinceProgress.elapsed() >= kProgressIntervalMs) {
            sinceProgress.restart();
            qCInfo(lcLog).noquote()
                << "recovering:" << store.keyCount() << "keys," << (progress.bytesDone >> 20)
                << "of" << (progress.bytesTotal >> 20) << "MiB";
        }
        return !m_givenUp;
    });
    if (found)
        replayer.finish(found->tail.nextSeq - 1);
    return found;
}

void Persistence::report(const Recovered &found, double seconds) const
{
    if (!found.tornTail.isEmpty()) {
        const bool wasUntold = found.tail.header.flags == wal::SegmentHeader::kAlwaysSynced;
        qCWarning(lcLog).noquote().nospace()
            << "cut off the end, which a crash had left half written"
            << (wasUntold ? " and nobody had been told is stored: " : ": ") << found.tornTail;
    }
    qCInfo(lcLog).noquote() << "recovered up to seq" << found.tail.nextSeq - 1 << "in" << seconds
                            << "s: snapshot of seq" << found.snapshotSeq << "and" << found.records
                            << "records of the log";
}

} // namespace memorykv
