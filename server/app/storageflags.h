// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/options.h"

namespace memorykv {

/// What the flags of the group Storage set, as Flag::apply.
Result<Done> applyDataDir(QByteArrayView value, Options &options);
Result<Done> applyFsync(QByteArrayView value, Options &options);
Result<Done> applySegmentSize(QByteArrayView value, Options &options);
Result<Done> applySnapshotSize(QByteArrayView value, Options &options);
Result<Done> applyRestore(QByteArrayView value, Options &options);

/// InvalidArgument when flags were given that only make sense with others.
Result<Done> checkStorage(const StorageOptions &storage);

} // namespace memorykv
