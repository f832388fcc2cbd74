// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/filesystem.h"

namespace memorykv {

/// What a repair did, line by line, for whoever asked for it; empty when nothing was to be done.
using RepairReport = QList<QByteArray>;

/// Makes the damaged data directory \a directory one that a server starts with: what lies behind
/// the first damage cannot be relied on, so each file with such content is copied or moved aside
/// (".damaged" is added to its name) and the log is cut there. What was lost is reported. A
/// snapshot that is damaged is moved aside.
///
/// The directory must be locked by the caller. StorageFailed or StorageFull when the files cannot
/// be read or written; Damaged when what is left still cannot be started with.
Result<RepairReport> repair(FileSystem &files, const QByteArray &directory);

/// Makes \a directory, which must hold no data, that of a store with the content of the snapshot
/// file \a snapshot, in a history of its own: \a epoch. All of the file is checked before anything
/// is there to be started with. InvalidArgument when the directory is not empty; Damaged when the
/// file is not a whole snapshot.
Result<Done> restoreSnapshot(FileSystem &files, const QByteArray &snapshot,
                             const QByteArray &directory, quint64 epoch);

} // namespace memorykv
