// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/filesystem.h"

#include <QByteArray>
#include <QList>

namespace memorykv {

/// A file of the log, named for a seq.
struct NumberedFile
{
    QByteArray name; ///< within the directory
    quint64 seq = 0; ///< a segment's first, or what a snapshot holds up to

    friend bool operator==(const NumberedFile &, const NumberedFile &) = default;
};

/// What a data directory holds, by the names of its files.
struct DataDirectory
{
    QList<NumberedFile> segments;  ///< wal-<first seq>.log, in the order of their seqs
    QList<NumberedFile> snapshots; ///< snapshot-<seq>, in the order of their seqs
    QList<QByteArray> unfinished;  ///< files that were being made when the server ended
    QList<QByteArray> others;      ///< anything else but the lock
    bool isInRepair = false;       ///< a repair was begun and has not come to its end

    /// The file that is there while a repair is under way.
    static constexpr QByteArrayView kRepairMark = "repairing";

    bool isEmpty() const
    {
        return segments.isEmpty() && snapshots.isEmpty() && others.isEmpty() && !isInRepair;
    }

    /// Why nobody may rely on \a directory while it isInRepair: Damaged.
    static Error interruptedRepair(const QByteArray &directory);

    /// StorageFailed when \a directory is missing or cannot be read.
    static Result<DataDirectory> list(FileSystem &files, const QByteArray &directory);
};

/// "wal-00000000000000000042.log": twenty digits, so that the order of names is that of seqs.
QByteArray segmentName(quint64 firstSeq);
/// "snapshot-00000000000000000041".
QByteArray snapshotName(quint64 seq);
/// What a file is called until it is whole: \a name with ".tmp".
QByteArray unfinishedName(const QByteArray &name);

/// Puts \a content, which is not to be seen in part, under \a name in \a directory: written to the
/// unfinished name, synced, renamed, directory synced. Returns the file, open for appending.
Result<std::unique_ptr<File>> createWhole(FileSystem &files, const QByteArray &directory,
                                          const QByteArray &name, QByteArrayView content);

/// Gives \a file, written under the unfinished name, its \a name, durably.
Result<Done> publish(FileSystem &files, const QByteArray &directory, const QByteArray &name,
                     File &file);

} // namespace memorykv
