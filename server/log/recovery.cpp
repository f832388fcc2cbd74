// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/recovery.h"

#include "server/log/segmentreader.h"
#include "server/log/snapshotfile.h"

namespace memorykv {

// The segment that holds \a wanted, or the first one when none does; 0 when there is none.
static qsizetype firstNeeded(const QList<NumberedFile> &segments, quint64 wanted)
{
    qsizetype first = std::max<qsizetype>(0, segments.size() - 1);
    while (first > 0 && segments[first].seq > wanted)
        --first;
    return first;
}

Recovery::Recovery(FileSystem &files, QByteArray directory, Segments &segments, RecoverySink &sink,
                   OnProgress onProgress)
    : m_files(files)
    , m_directory(std::move(directory))
    , m_segments(segments)
    , m_sink(sink)
    , m_onProgress(std::move(onProgress))
{ }

Result<Recovered> Recovery::run()
{
    const auto directory = DataDirectory::list(m_files, m_directory);
    if (!directory)
        return directory.error();
    m_found.segments = int(directory->segments.size());
    auto done = measure(*directory);
    if (done && !directory->snapshots.isEmpty())
        done = readSnapshot(directory->snapshots.last());
    if (done)
        done = readSegments(directory->segments);
    if (!done)
        return done.error();
    return m_found;
}

// The total, before anything is read.
Result<Done> Recovery::measure(const DataDirectory &directory)
{
    QList<QByteArray> names;
    quint64 held = 0;
    if (!directory.snapshots.isEmpty()) {
        names.append(directory.snapshots.last().name);
        held = directory.snapshots.last().seq;
    }
    for (qsizetype i = firstNeeded(directory.segments, held + 1); i < directory.segments.size();
         ++i)
        names.append(directory.segments[i].name);
    for (const QByteArray &name : names) {
        qint64 size = 0;
        const auto file = open(name, size);
        if (!file)
            return file.error();
        m_progress.bytesTotal += size;
    }
    return Done{};
}

Result<std::unique_ptr<File>> Recovery::open(const QByteArray &name, qint64 &size)
{
    auto file = m_files.open(m_directory + '/' + name, FileSystem::OpenMode::Read);
    if (!file)
        return file;
    const auto found = (*file)->size();
    if (!found)
        return found.error();
    size = *found;
    return file;
}

Result<Done> Recovery::progress(qint64 bytes)
{
    m_progress.bytesDone += bytes;
    if (m_onProgress && !m_onProgress(m_progress))
        return Error{ErrorCode::Unavailable, "recovery was given up"};
    return Done{};
}

Error Recovery::damaged(const QByteArray &name, qint64 offset, const QByteArray &problem)
{
    m_damage = Damage{name, offset, m_found.tail.nextSeq, problem};
    return {ErrorCode::Damaged,
            m_directory + '/' + name + ", offset " + QByteArray::number(offset) + ": " + problem};
}

// What cannot be read is not damaged: a repair must not cut it.
Result<wal::SegmentHeader> Recovery::readHeader(SegmentReader &reader, const NumberedFile &segment)
{
    auto header = reader.readHeader();
    if (header || header.error().code != ErrorCode::Damaged)
        return header;
    return damaged(segment.name, 0, header.error().detail);
}

Result<Done> Recovery::readSnapshot(const NumberedFile &snapshot)
{
    const auto file = open(snapshot.name, m_found.snapshotBytes);
    if (!file)
        return file.error();
    SnapshotReader reader(**file);
    const QByteArray path = m_directory + '/' + snapshot.name;
    const auto failure = [&](const Error &error) {
        return Error{error.code, path + ", " + error.detail};
    };
    const auto header = reader.readHeader();
    if (!header)
        return failure(header.error());
    if (header->seq != snapshot.seq)
        return Error{ErrorCode::Damaged, path + ": its name does not tell the seq that it holds"};
    for (qint64 before = 0;;) {
        const auto entries = reader.next();
        if (!entries)
            return failure(entries.error());
        if (entries->empty())
            break;
        m_sink.restore(*entries);
        auto goesOn = progress(reader.offset() - before);
        if (!goesOn)
            return goesOn;
        before = reader.offset();
    }
    m_found.snapshotSeq = header->seq;
    m_found.tail.epoch = header->epoch;
    m_found.tail.nextSeq = header->seq + 1;
    return Done{};
}

Result<Done> Recovery::readSegments(const QList<NumberedFile> &segments)
{
    if (segments.isEmpty())
        return Done{};
    const quint64 wanted = m_found.snapshotSeq + 1;
    const qsizetype first = firstNeeded(segments, wanted);
    if (segments[first].seq > wanted) {
        return damaged(segments[first].name, 0,
                       "the records from seq " + QByteArray::number(wanted) + " to "
                           + QByteArray::number(segments[first].seq - 1)
                           + " are missing: the file that had them is gone");
    }
    for (qsizetype i = 0; i < segments.size(); ++i) {
        auto done = i < first ? skipSegment(segments[i])
                              : readSegment(segments[i], i == first, i == segments.size() - 1);
        if (!done)
            return done;
    }
    if (m_found.tail.nextSeq <= m_found.snapshotSeq) {
        return damaged(segments.last().name, 0,
                       "the log ends at seq " + QByteArray::number(m_found.tail.nextSeq - 1)
                           + ", before the snapshot of seq "
                           + QByteArray::number(m_found.snapshotSeq));
    }
    return Done{};
}

// What it holds is in the snapshot; it is kept to be read back.
Result<Done> Recovery::skipSegment(const NumberedFile &segment)
{
    qint64 size = 0;
    const auto file = open(segment.name, size);
    if (!file)
        return file.error();
    SegmentReader reader(**file, size);
    const auto header = readHeader(reader, segment);
    if (!header)
        return header.error();
    m_segments.begin(segment.seq);
    m_segments.setEnd(size);
    return Done{};
}

Result<Done> Recovery::readSegment(const NumberedFile &segment, bool isFirst, bool isLast)
{
    qint64 size = 0;
    const auto file = open(segment.name, size);
    if (!file)
        return file.error();
    SegmentReader reader(**file, size);
    const auto header = readHeader(reader, segment);
    if (!header)
        return header.error();
    if (header->firstSeq != segment.seq)
        return damaged(segment.name, 0, "its name does not tell the seq that it begins at");
    if (!isFirst && header->firstSeq != m_found.tail.nextSeq) {
        return damaged(segment.name, 0,
                       "the records from seq " + QByteArray::number(m_found.tail.nextSeq) + " to "
                           + QByteArray::number(header->firstSeq - 1)
                           + " are missing at the end of the segment before it");
    }
    if (!isFirst && header->previous != m_found.tail.previous)
        return damaged(segment.name, 0, "it does not follow the segment before it");

    m_segments.begin(segment.seq);
    m_found.stoppedInOrder = false;
    m_found.tail.header = *header;
    m_found.tail.epoch = header->epoch;
    m_found.tail.segment = segment.name;
    m_found.tail.nextSeq = header->firstSeq;
    m_found.tail.previous = header->previous;
    m_found.tail.offset = reader.offset();
    m_found.tail.isDurable = false;
    return readGroups(reader, segment, isLast);
}

Result<Done> Recovery::readGroups(SegmentReader &reader, const NumberedFile &segment, bool isLast)
{
    for (;;) {
        const auto status = reader.next();
        if (!status)
            return status.error();
        if (*status == SegmentReader::Status::Group) {
            const std::vector<Record> &records = reader.records();
            m_found.stoppedInOrder = records.empty();
            if (!records.empty() && records.back().seq > m_found.snapshotSeq) {
                m_sink.replay(records);
                m_found.records += records.size();
            }
            m_segments.note(reader.group().firstSeq, reader.groupOffset(), reader.offset());
            m_found.tail.nextSeq = reader.nextSeq();
            m_found.tail.previous = reader.checksum();
            m_found.tail.offset = reader.offset();
            m_found.tail.isDurable = records.empty();
            auto goesOn = progress(reader.offset() - reader.groupOffset());
            if (!goesOn)
                return goesOn;
            continue;
        }
        const QByteArray where = m_directory + '/' + segment.name + ", offset "
                                 + QByteArray::number(reader.offset()) + ": ";
        if (*status == SegmentReader::Status::End) {
            // Under "always" it is the room that the writer had made; what was written was synced.
            const bool isRoom
                = (m_found.tail.header.flags & wal::SegmentHeader::kAlwaysSynced) != 0;
            if (isLast && !isRoom && reader.offset() < reader.end()) {
                m_found.tornTail = where + QByteArray::number(reader.end() - reader.offset())
                                   + " bytes were never written";
            }
            return Done{};
        }
        if (!isLast)
            return damaged(segment.name, reader.offset(), reader.problem());
        const auto wasDurable = reader.wasDurableBeyond();
        if (!wasDurable)
            return wasDurable.error();
        if (*wasDurable) {
            return damaged(segment.name, reader.offset(),
                           reader.problem() + ", and what follows shows that it had been durable");
        }
        m_found.tornTail = where + reader.problem();
        return Done{};
    }
}

} // namespace memorykv
