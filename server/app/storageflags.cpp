// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/storageflags.h"

#include "server/app/flagvalues.h"

namespace memorykv {

static constexpr qint64 kKiB = 1 << 10;
static constexpr qint64 kGiB = 1 << 30;
static constexpr qint64 kMostSnapshotSize = 1024 * kGiB;

// "off" for nothing, or a path; "off" itself is "./off".
static Result<Done> applyPath(QByteArrayView value, QByteArray &path)
{
    if (value.contains('\0'))
        return badValue(value, "is not a path");
    path = value == "off" ? QByteArray() : value.toByteArray();
    return Done{};
}

Result<Done> applyDataDir(QByteArrayView value, Options &options)
{
    return applyPath(value, options.storage.dataDir);
}

Result<Done> applyFsync(QByteArrayView value, Options &options)
{
    if (value == "always")
        options.storage.fsync = FsyncPolicy::Always;
    else if (value == "interval")
        options.storage.fsync = FsyncPolicy::Interval;
    else if (value == "never")
        options.storage.fsync = FsyncPolicy::Never;
    else
        return badValue(value, "is not a policy; give always, interval or never");
    return Done{};
}

static Result<Done> applySize(QByteArrayView value, qint64 least, qint64 most, qint64 &member)
{
    const auto size = sizeFromText(value, least, most);
    if (!size)
        return size.error();
    member = *size;
    return Done{};
}

Result<Done> applySegmentSize(QByteArrayView value, Options &options)
{
    return applySize(value, kKiB, kGiB, options.storage.segmentSize);
}

Result<Done> applySnapshotSize(QByteArrayView value, Options &options)
{
    return applySize(value, kKiB, kMostSnapshotSize, options.storage.snapshotSize);
}

Result<Done> applyRestore(QByteArrayView value, Options &options)
{
    return applyPath(value, options.storage.restore);
}

Result<Done> checkStorage(const StorageOptions &storage)
{
    if (!storage.restore.isEmpty() && storage.dataDir.isEmpty()) {
        return Error{ErrorCode::InvalidArgument,
                     "--restore: needs --data-dir, the empty directory to restore into"};
    }
    return Done{};
}

} // namespace memorykv
