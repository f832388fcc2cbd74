// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/fsyncpolicy.h"

#include <QByteArray>

namespace memorykv {

/// Where and how the data is kept.
struct StorageOptions
{
    QByteArray dataDir; ///< the directory of the log; empty: the data is in memory alone
    FsyncPolicy fsync = FsyncPolicy::Always;
    qint64 segmentSize = 16 << 20;  ///< bytes of log in one file
    qint64 snapshotSize = 64 << 20; ///< bytes of log from one snapshot to the next, at least
    QByteArray restore;             ///< a snapshot to fill an empty dataDir with; empty for none

    friend bool operator==(const StorageOptions &, const StorageOptions &) = default;
};

} // namespace memorykv
