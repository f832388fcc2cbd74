// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/repair.h"

#include "server/log/epoch.h"
#include "server/log/recovery.h"
#include "server/log/snapshotfile.h"

namespace memorykv {

namespace {

class NoSink final : public RecoverySink
{
public:
    void restore(const std::vector<EntryPtr> &) override { }
    void replay(const std::vector<Record> &) override { }
};

Result<Done> copyAside(FileSystem &files, const QByteArray &path, const QByteArray &aside)
{
    const auto source = files.open(path, FileSystem::OpenMode::Read);
    if (!source)
        return source.error();
    const auto target = files.open(aside, FileSystem::OpenMode::Create);
    if (!target)
        return target.error();
    QByteArray buffer(1 << 20, Qt::Uninitialized);
    for (qint64 offset = 0;;) {
        const auto got = (*source)->readAt(offset, buffer.data(), buffer.size());
        if (!got)
            return got.error();
        if (*got == 0)
            return (*target)->sync();
        auto done = writeAll(**target, QByteArrayView(buffer).first(*got));
        if (!done)
            return done;
        offset += *got;
    }
}

Result<Done> cut(FileSystem &files, const QByteArray &path, qint64 size)
{
    const auto file = files.open(path, FileSystem::OpenMode::Append);
    if (!file)
        return file.error();
    auto done = (*file)->truncate(size);
    return done ? (*file)->sync() : done;
}

// One repair: where the damage is, and what was done about it.
class Repair
{
public:
    Repair(FileSystem &files, QByteArray directory)
        : m_files(files)
        , m_directory(std::move(directory))
    { }

    // Damage is taken away a place at a time until there is none that recovery stops at.
    Result<RepairReport> run()
    {
        const auto directory = DataDirectory::list(m_files, m_directory);
        if (!directory)
            return directory.error();
        m_isMarked = directory->isInRepair;
        if (m_isMarked)
            m_report.append("went on with a repair that was interrupted");
        for (;;) {
            Segments segments(m_files, m_directory);
            NoSink sink;
            Recovery recovery(m_files, m_directory, segments, sink);
            const auto found = recovery.run();
            if (found)
                return m_isMarked ? beginNewHistory(segments, found->tail) : m_report;
            if (found.error().code != ErrorCode::Damaged)
                return found.error();
            auto done = mark();
            if (!done)
                return done.error();
            done = recovery.damage() ? repairSegment(*recovery.damage())
                                     : setSnapshotAside(found.error());
            if (done)
                done = m_files.syncDirectory(m_directory);
            if (!done)
                return done.error();
        }
    }

private:
    // Once something is cut a server could start, in the history that there was: it must not until
    // the new one has been begun.
    Result<Done> mark()
    {
        if (m_isMarked)
            return Done{};
        const auto file
            = createWhole(m_files, m_directory, DataDirectory::kRepairMark.toByteArray(), {});
        if (!file)
            return file.error();
        m_isMarked = true;
        return Done{};
    }

    // What was lost had been shown to clients, and its seqs are going to be used again: positions
    // in the old history must not be taken for positions in what follows.
    Result<RepairReport> beginNewHistory(Segments &segments, const WalTail &tail)
    {
        WalWriter::Options options;
        options.epoch = newEpoch(tail.epoch);
        auto done = WalWriter(m_files, m_directory, segments, options, tail).open();
        if (done)
            done = m_files.remove(m_directory + '/' + DataDirectory::kRepairMark.toByteArray());
        if (done)
            done = m_files.syncDirectory(m_directory);
        if (!done)
            return done.error();
        return m_report;
    }

    // A name that is free: what an earlier repair has put aside stays.
    Result<QByteArray> asidePath(const QByteArray &name)
    {
        const auto names = m_files.list(m_directory);
        if (!names)
            return names.error();
        QByteArray aside = name + ".damaged";
        for (int i = 2; names->contains(aside); ++i)
            aside = name + ".damaged-" + QByteArray::number(i);
        return m_directory + '/' + aside;
    }

    Result<Done> setAside(const QByteArray &name)
    {
        const QByteArray path = m_directory + '/' + name;
        const auto aside = asidePath(name);
        if (!aside)
            return aside.error();
        m_report.append("moved " + path + " to " + *aside);
        return m_files.rename(path, *aside);
    }

    Result<Done> setSnapshotAside(const Error &error)
    {
        const auto directory = DataDirectory::list(m_files, m_directory);
        if (!directory)
            return directory.error();
        m_report.append(error.detail);
        return setAside(directory->snapshots.last().name);
    }

    Result<Done> repairSegment(const Damage &damage)
    {
        const QByteArray path = m_directory + '/' + damage.segment;
        m_report.append(path + ", offset " + QByteArray::number(damage.offset) + ": "
                        + damage.problem);
        m_report.append("lost: all that was written from seq " + QByteArray::number(damage.nextSeq)
                        + " on");
        auto done = setLaterSegmentsAside(damage.segment);
        if (!done)
            return done;
        if (damage.offset == 0) // nothing of it is left to go on with
            return setAside(damage.segment);
        const auto aside = asidePath(damage.segment);
        if (!aside)
            return aside.error();
        done = copyAside(m_files, path, *aside);
        if (done)
            done = m_files.syncDirectory(m_directory); // the copy is there before it is needed
        if (done)
            done = cut(m_files, path, damage.offset);
        m_report.append("copied " + path + " to " + *aside + " and cut it at offset "
                        + QByteArray::number(damage.offset));
        return done;
    }

    Result<Done> setLaterSegmentsAside(const QByteArray &name)
    {
        const auto directory = DataDirectory::list(m_files, m_directory);
        if (!directory)
            return directory.error();
        // The last first, so that an interruption leaves no hole.
        for (qsizetype i = directory->segments.size() - 1; i >= 0; --i) {
            if (directory->segments[i].name <= name)
                break;
            auto done = setAside(directory->segments[i].name);
            if (!done)
                return done;
        }
        return Done{};
    }

    FileSystem &m_files;
    const QByteArray m_directory;
    RepairReport m_report;
    bool m_isMarked = false;
};

} // namespace

Result<RepairReport> repair(FileSystem &files, const QByteArray &directory)
{
    return Repair(files, directory).run();
}

Result<Done> restoreSnapshot(FileSystem &files, const QByteArray &snapshot,
                             const QByteArray &directory, quint64 epoch)
{
    const auto found = DataDirectory::list(files, directory);
    if (!found)
        return found.error();
    if (!found->isEmpty()) {
        return Error{ErrorCode::InvalidArgument,
                     "the data directory " + directory
                         + " is not empty; a snapshot is restored into an empty one"};
    }
    const auto source = files.open(snapshot, FileSystem::OpenMode::Read);
    if (!source)
        return source.error();
    const auto failure = [&](const Error &error) {
        return Error{error.code, snapshot + ", " + error.detail};
    };
    SnapshotReader reader(**source);
    const auto header = reader.readHeader();
    if (!header)
        return failure(header.error());

    const QByteArray name = snapshotName(header->seq);
    const auto target
        = files.open(directory + '/' + unfinishedName(name), FileSystem::OpenMode::Create);
    if (!target)
        return target.error();
    SnapshotEncoder encoder({epoch, header->seq, header->timeMs});
    QByteArray bytes;
    encoder.begin(bytes);
    for (bool more = true; more; bytes.resize(0)) {
        const auto entries = reader.next();
        if (!entries)
            return failure(entries.error());
        more = !entries->empty();
        if (more)
            encoder.add(*entries, bytes);
        else
            encoder.end(bytes);
        auto done = writeAll(**target, bytes);
        if (!done)
            return done;
    }
    return publish(files, directory, name, **target);
}

} // namespace memorykv
