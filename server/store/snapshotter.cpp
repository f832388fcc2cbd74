// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/snapshotter.h"

#include "server/log/datadirectory.h"
#include "server/log/snapshotfile.h"
#include "server/store/snapshot.h"
#include "shared/logcategories.h"

namespace memorykv {

static constexpr qsizetype kWriteSize = 1 << 20;

Snapshotter::Snapshotter(KeyValueStore &store, DiskLog &log)
    : m_store(store)
    , m_log(log)
    , m_thread([this] { run(); })
{
    m_wanted = connect(
        &m_log, &DiskLog::snapshotWanted, &m_log, [request = m_request] { request->make(); },
        Qt::DirectConnection);
    if (m_log.isSnapshotWanted()) // since before there was anyone to hear of it
        m_request->make();
}

Snapshotter::~Snapshotter()
{
    disconnect(m_wanted);
    m_stopping = true;
    m_request->make();
    m_thread.join();
}

void Snapshotter::Request::make()
{
    {
        const std::lock_guard lock(mutex);
        isMade = true;
    }
    wake.notify_one();
}

void Snapshotter::Request::wait()
{
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return isMade; });
    isMade = false;
}

void Snapshotter::run()
{
    for (;;) {
        m_request->wait();
        if (m_stopping)
            return;
        const auto taken = take();
        if (taken || m_stopping)
            continue;
        qCWarning(lcLog).noquote() << "no snapshot was made:" << taken.error().detail;
        m_log.snapshotFailed();
    }
}

Result<Done> Snapshotter::take()
{
    Snapshot snapshot(m_store, {});
    const QByteArray name = snapshotName(snapshot.seq());
    const QByteArray path = m_log.directory() + '/' + unfinishedName(name);
    FileSystem &files = m_log.fileSystem();
    auto file = files.open(path, FileSystem::OpenMode::Create);
    if (!file)
        return file.error();
    const auto size = write(**file, snapshot);
    // A snapshot must not hold what the log does not: it would outlive what a crash takes back.
    auto done = size ? m_log.makeDurable(snapshot.seq()) : Result<Done>(size.error());
    if (done)
        done = publish(files, m_log.directory(), name, **file);
    if (!done) {
        (void)files.remove(path);
        return done;
    }
    removeOthers(name);
    m_log.snapshotTaken(snapshot.seq(), *size);
    qCInfo(lcLog).noquote() << "snapshot of seq" << snapshot.seq() << "written," << *size
                            << "bytes";
    return Done{};
}

Result<qint64> Snapshotter::write(File &file, Snapshot &snapshot)
{
    SnapshotEncoder encoder({m_log.epoch(), snapshot.seq(), m_store.nowMs()});
    QByteArray bytes;
    qint64 size = 0;
    encoder.begin(bytes);
    while (!snapshot.atEnd()) {
        if (m_stopping)
            return Error{ErrorCode::Unavailable, "the server is stopping"};
        encoder.add(snapshot.next(KeyValueStore::kSliceSize), bytes);
        if (snapshot.atEnd())
            encoder.end(bytes);
        else if (bytes.size() < kWriteSize)
            continue;
        auto done = writeAll(file, bytes);
        if (!done)
            return done.error();
        size += bytes.size();
        bytes.resize(0);
    }
    return size;
}

void Snapshotter::removeOthers(const QByteArray &name)
{
    FileSystem &files = m_log.fileSystem();
    const auto directory = DataDirectory::list(files, m_log.directory());
    if (!directory)
        return;
    for (const NumberedFile &other : directory->snapshots) {
        if (other.name < name && !files.remove(m_log.directory() + '/' + other.name))
            qCWarning(lcLog).noquote() << "cannot remove" << other.name;
    }
}

} // namespace memorykv
