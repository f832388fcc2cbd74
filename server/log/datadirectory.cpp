// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/datadirectory.h"

#include <optional>

#include <algorithm>

namespace memorykv {

static constexpr QByteArrayView kSegmentPrefix = "wal-";
static constexpr QByteArrayView kSegmentSuffix = ".log";
static constexpr QByteArrayView kSnapshotPrefix = "snapshot-";
static constexpr QByteArrayView kUnfinishedSuffix = ".tmp";
static constexpr qsizetype kDigits = 20;

static QByteArray numbered(QByteArrayView prefix, quint64 seq, QByteArrayView suffix)
{
    return prefix.toByteArray() + QByteArray::number(seq).rightJustified(kDigits, '0')
           + suffix.toByteArray();
}

// The number in a name of the form, or nothing.
static std::optional<quint64> numberIn(const QByteArray &name, QByteArrayView prefix,
                                       QByteArrayView suffix)
{
    if (name.size() != prefix.size() + kDigits + suffix.size() || !name.startsWith(prefix)
        || !name.endsWith(suffix))
        return std::nullopt;
    bool ok = false;
    const quint64 number = name.sliced(prefix.size(), kDigits).toULongLong(&ok);
    return ok && numbered(prefix, number, suffix) == name ? std::optional(number) : std::nullopt;
}

QByteArray segmentName(quint64 firstSeq)
{
    return numbered(kSegmentPrefix, firstSeq, kSegmentSuffix);
}

QByteArray snapshotName(quint64 seq)
{
    return numbered(kSnapshotPrefix, seq, {});
}

QByteArray unfinishedName(const QByteArray &name)
{
    return name + kUnfinishedSuffix.toByteArray();
}

static bool isUnfinished(const QByteArray &name)
{
    if (!name.endsWith(kUnfinishedSuffix))
        return false;
    const QByteArray whole = name.chopped(kUnfinishedSuffix.size());
    return whole == DataDirectory::kRepairMark || numberIn(whole, kSnapshotPrefix, {})
           || numberIn(whole, kSegmentPrefix, kSegmentSuffix);
}

Error DataDirectory::interruptedRepair(const QByteArray &directory)
{
    return {ErrorCode::Damaged, directory + ": a repair was interrupted, and has to be done again"};
}

Result<DataDirectory> DataDirectory::list(FileSystem &files, const QByteArray &directory)
{
    const auto names = files.list(directory);
    if (!names)
        return names.error();
    DataDirectory found;
    for (const QByteArray &name : *names) {
        if (const auto segment = numberIn(name, kSegmentPrefix, kSegmentSuffix))
            found.segments.append({name, *segment});
        else if (const auto snapshot = numberIn(name, kSnapshotPrefix, {}))
            found.snapshots.append({name, *snapshot});
        else if (isUnfinished(name))
            found.unfinished.append(name);
        else if (name == kRepairMark)
            found.isInRepair = true;
        else if (name != "lock")
            found.others.append(name);
    }
    return found;
}

Result<Done> publish(FileSystem &files, const QByteArray &directory, const QByteArray &name,
                     File &file)
{
    auto done = file.sync();
    if (done)
        done = files.rename(directory + '/' + unfinishedName(name), directory + '/' + name);
    if (done)
        done = files.syncDirectory(directory);
    return done;
}

Result<std::unique_ptr<File>> createWhole(FileSystem &files, const QByteArray &directory,
                                          const QByteArray &name, QByteArrayView content)
{
    auto file = files.open(directory + '/' + unfinishedName(name), FileSystem::OpenMode::Create);
    if (!file)
        return file;
    auto done = writeAll(**file, content);
    if (done)
        done = publish(files, directory, name, **file);
    if (!done)
        return done.error();
    return file;
}

} // namespace memorykv
