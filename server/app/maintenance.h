// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

namespace memorykv {

/// --check: reads all of the data directory \a directory, which no server may be using, and returns
/// what it holds, in lines for a human. Changes nothing. Damaged with the file and offset when a
/// server would not start with it; StorageFailed when it cannot be read or is in use.
Result<QByteArray> checkDataDirectory(const QByteArray &directory);

/// --repair: makes a damaged data directory one that a server starts with, and returns what was
/// done and lost, in lines for a human. Files with damaged content are kept under another name.
Result<QByteArray> repairDataDirectory(const QByteArray &directory);

} // namespace memorykv
