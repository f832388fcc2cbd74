// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/maintenance.h"

#include "server/log/memorylog.h"
#include "server/log/recovery.h"
#include "server/log/repair.h"
#include "server/store/storereplayer.h"

#include <QDateTime>

namespace memorykv {

static QByteArray line(QByteArrayView name, const QByteArray &text)
{
    return name.toByteArray().leftJustified(12) + text + '\n';
}

static QByteArray describe(const Recovered &found, const KeyValueStore &store,
                           const DataDirectory &directory)
{
    QByteArray text;
    if (found.tail.epoch == 0)
        return "empty: a server would begin a new history here\n";
    text += line("epoch", QByteArray::number(found.tail.epoch));
    text += line("seq", QByteArray::number(found.tail.nextSeq - 1));
    text += line("keys", QByteArray::number(store.keyCount()) + " with "
                             + QByteArray::number(store.storedBytes()) + " bytes");
    text += line("snapshot", found.snapshotSeq == 0
                                 ? QByteArray("none")
                                 : "of seq " + QByteArray::number(found.snapshotSeq) + ", "
                                       + QByteArray::number(found.snapshotBytes) + " bytes");
    text += line("segments", QByteArray::number(found.segments) + ", "
                                 + QByteArray::number(found.records)
                                 + " records behind the snapshot");
    if (!found.tornTail.isEmpty())
        text += line("torn tail", found.tornTail + " (a server cuts it off)");
    else
        text += line("end", found.stoppedInOrder ? "the server stopped in good order"
                                                 : "the server was interrupted");
    for (const QByteArray &name : directory.others)
        text += line("other file", name);
    return text;
}

Result<QByteArray> checkDataDirectory(const QByteArray &directory)
{
    FileSystem &files = posixFileSystem();
    const auto lock = files.lock(directory);
    if (!lock)
        return lock.error();
    const auto listed = DataDirectory::list(files, directory);
    if (!listed)
        return listed.error();
    if (listed->isInRepair)
        return DataDirectory::interruptedRepair(directory);
    MemoryLog log(0);
    KeyValueStore store(log, 0, &QDateTime::currentMSecsSinceEpoch);
    StoreReplayer replayer(store);
    Segments segments(files, directory);
    const auto found = Recovery(files, directory, segments, replayer).run();
    if (!found)
        return found.error();
    return describe(*found, store, *listed);
}

Result<QByteArray> repairDataDirectory(const QByteArray &directory)
{
    FileSystem &files = posixFileSystem();
    const auto lock = files.lock(directory);
    if (!lock)
        return lock.error();
    const auto report = repair(files, directory);
    if (!report)
        return report.error();
    if (report->isEmpty())
        return QByteArray("nothing to repair\n");
    QByteArray text;
    for (const QByteArray &entry : *report)
        text += entry + '\n';
    return text;
}

} // namespace memorykv
