// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/datadirectory.h"
#include "server/log/segments.h"
#include "server/log/walwriter.h"

#include <functional>
#include <optional>

namespace memorykv {

class SegmentReader;

/// Where what is recovered goes, in the order in which it has to be taken: first entries in key
/// order, as a snapshot has them, then records in the order of the history.
class RecoverySink
{
public:
    virtual ~RecoverySink() = default;
    virtual void restore(const std::vector<EntryPtr> &entries) = 0;
    virtual void replay(const std::vector<Record> &records) = 0;
};

struct RecoveryProgress
{
    qint64 bytesDone = 0;
    qint64 bytesTotal = 0; ///< of all files that are to be read, from the start on; more than
                           ///< bytesDone ever is, by what files hold beside entries and records
};

/// What was found in a data directory.
struct Recovered
{
    WalTail tail;                ///< where to go on; its epoch is 0 in an empty directory
    quint64 snapshotSeq = 0;     ///< 0 when there is no snapshot
    qint64 snapshotBytes = 0;    ///< size of its file
    quint64 records = 0;         ///< that were replayed
    int segments = 0;            ///< that there are
    bool stoppedInOrder = false; ///< the last thing written says so
    QByteArray tornTail;         ///< what is cut off the end, in words; empty for nothing
};

/// Where a segment is damaged, for a repair.
struct Damage
{
    QByteArray segment;  ///< its name
    qint64 offset = 0;   ///< the first byte that is not what was written
    quint64 nextSeq = 0; ///< the first seq that cannot be read
    QByteArray problem;
};

/// Reads the newest snapshot of a data directory and the segments behind it, and passes on what
/// they hold. Nothing is written: a torn tail is told, and is cut when writing goes on at the tail,
/// so recovery can be interrupted and repeated. Used by one thread.
class Recovery
{
public:
    /// Called now and then. False gives up: run() then ends with Unavailable.
    using OnProgress = std::function<bool(const RecoveryProgress &)>;

    /// \a segments is told of what can be read back. All references must outlive the recovery.
    Recovery(FileSystem &files, QByteArray directory, Segments &segments, RecoverySink &sink,
             OnProgress onProgress = {});

    /// Once. Damaged when what was durable is not what was written, with the file, the offset and
    /// what to do about it; StorageFailed when a file cannot be read. The sink then has a part.
    Result<Recovered> run();

    /// After Damaged: where, if it is a segment that is.
    const std::optional<Damage> &damage() const { return m_damage; }

private:
    Result<Done> measure(const DataDirectory &directory);
    Result<Done> readSnapshot(const NumberedFile &snapshot);
    Result<Done> readSegments(const QList<NumberedFile> &segments);
    Result<Done> skipSegment(const NumberedFile &segment);
    Result<Done> readSegment(const NumberedFile &segment, bool isFirst, bool isLast);
    Result<wal::SegmentHeader> readHeader(SegmentReader &reader, const NumberedFile &segment);
    Result<Done> readGroups(SegmentReader &reader, const NumberedFile &segment, bool isLast);
    Result<std::unique_ptr<File>> open(const QByteArray &name, qint64 &size);
    Error damaged(const QByteArray &name, qint64 offset, const QByteArray &problem);
    Result<Done> progress(qint64 bytes);

    FileSystem &m_files;
    const QByteArray m_directory;
    Segments &m_segments;
    RecoverySink &m_sink;
    const OnProgress m_onProgress;
    Recovered m_found;
    RecoveryProgress m_progress;
    std::optional<Damage> m_damage;
};

} // namespace memorykv
