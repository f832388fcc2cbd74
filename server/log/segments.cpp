// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/segments.h"

#include "server/log/datadirectory.h"
#include "server/log/segmentreader.h"

#include <algorithm>

namespace memorykv {

static constexpr qint64 kBytesBetweenMarks = 256 << 10;

Segments::Segments(FileSystem &files, QByteArray directory)
    : m_files(files)
    , m_directory(std::move(directory))
{ }

void Segments::begin(quint64 firstSeq)
{
    const std::lock_guard lock(m_mutex);
    if (!m_segments.empty() && m_segments.back().firstSeq == firstSeq)
        m_segments.pop_back();
    m_segments.push_back({firstSeq, wal::SegmentHeader::kSize, {}});
}

void Segments::note(quint64 seq, qint64 offset, qint64 end)
{
    const std::lock_guard lock(m_mutex);
    Segment &segment = m_segments.back();
    segment.end = end;
    if (segment.marks.empty() || offset - segment.marks.back().offset >= kBytesBetweenMarks)
        segment.marks.push_back({seq, offset});
}

void Segments::setEnd(qint64 end)
{
    const std::lock_guard lock(m_mutex);
    m_segments.back().end = end;
}

Result<Done> Segments::removeUpTo(quint64 seq, qint64 keepBytes)
{
    std::vector<quint64> removed;
    {
        const std::lock_guard lock(m_mutex);
        qint64 kept = 0;
        size_t at = m_segments.empty() ? 0 : m_segments.size() - 1;
        for (; at > 0; --at) {
            const bool isCovered = m_segments[at].firstSeq <= seq + 1;
            kept += isCovered ? m_segments[at - 1].end : 0;
            if (isCovered && kept > keepBytes)
                break;
        }
        for (size_t i = 0; i < at; ++i)
            removed.push_back(m_segments[i].firstSeq);
        m_segments.erase(m_segments.begin(), m_segments.begin() + qsizetype(at));
    }
    // The oldest first, each for good before the next: what is left has no hole, whenever this is
    // interrupted.
    for (const quint64 firstSeq : removed) {
        auto done = m_files.remove(m_directory + '/' + segmentName(firstSeq));
        if (done)
            done = m_files.syncDirectory(m_directory);
        if (!done)
            return done;
    }
    return Done{};
}

std::optional<Segments::Place> Segments::find(quint64 seq) const
{
    const std::lock_guard lock(m_mutex);
    const auto above = std::upper_bound(
        m_segments.begin(), m_segments.end(), seq,
        [](quint64 value, const Segment &segment) { return value < segment.firstSeq; });
    if (above == m_segments.begin())
        return std::nullopt;
    const Segment &segment = *std::prev(above);
    Mark from{segment.firstSeq, wal::SegmentHeader::kSize};
    const auto mark
        = std::upper_bound(segment.marks.begin(), segment.marks.end(), seq,
                           [](quint64 value, const Mark &known) { return value < known.seq; });
    if (mark != segment.marks.begin())
        from = *std::prev(mark);
    const bool isLast = above == m_segments.end();
    return Place{m_directory + '/' + segmentName(segment.firstSeq), segment.end, from, isLast,
                 isLast ? 0 : above->firstSeq};
}

/// What is being read back, and how far it has come.
struct Segments::Reading
{
    Log::Range range;
    quint64 next; ///< the next seq that is wanted
    const quint64 last;
    const qsizetype maxBytes;
    qsizetype bytes = 0;
    bool isAtEnd = false; ///< the log has no more

    bool wantsMore() const
    {
        return !isAtEnd && next <= last && (range.records.empty() || bytes < maxBytes);
    }
    void take(std::vector<Record> &records)
    {
        for (Record &record : records) {
            if (record.seq < next || record.seq > last)
                continue;
            next = record.seq + 1;
            bytes += record.memorySize();
            range.records.push_back(std::move(record));
        }
    }
};

Result<Log::Range> Segments::read(quint64 after, quint64 last, qsizetype maxBytes) const
{
    const quint64 firstHeld = firstSeq(last + 1);
    Reading reading{{}, std::max(after + 1, firstHeld), last, maxBytes};
    reading.range.firstHeld = firstHeld;
    while (reading.wantsMore()) {
        const auto place = find(reading.next);
        if (!place)
            return read(after, last, maxBytes); // it was removed since: begin behind it
        const auto file = m_files.open(place->path, FileSystem::OpenMode::Read);
        if (!file) {
            if (firstSeq(last + 1) > reading.next)
                return read(after, last, maxBytes);
            return file.error();
        }
        auto done = readSegment(*place, **file, reading);
        if (!done)
            return done.error();
    }
    return std::move(reading.range);
}

Result<Done> Segments::readSegment(const Place &place, const File &file, Reading &reading)
{
    SegmentReader reader(file, place.end);
    reader.seek(place.from.offset, place.from.seq);
    while (reading.wantsMore()) {
        const auto status = reader.next();
        if (!status)
            return status.error();
        if (*status == SegmentReader::Status::Bad)
            return Error{ErrorCode::Damaged, place.path + ": " + reader.problem()};
        if (*status == SegmentReader::Status::Group) {
            reading.take(reader.records());
            continue;
        }
        reading.isAtEnd = place.isLast;
        if (!place.isLast && reader.nextSeq() != place.nextFirstSeq) {
            return Error{ErrorCode::Damaged, place.path + ": the records from seq "
                                                 + QByteArray::number(reader.nextSeq()) + " to "
                                                 + QByteArray::number(place.nextFirstSeq - 1)
                                                 + " are missing behind it"};
        }
        reading.next = std::max(reading.next, place.nextFirstSeq);
        break;
    }
    return Done{};
}

quint64 Segments::firstSeq(quint64 none) const
{
    const std::lock_guard lock(m_mutex);
    return m_segments.empty() ? none : m_segments.front().firstSeq;
}

qint64 Segments::bytes() const
{
    const std::lock_guard lock(m_mutex);
    qint64 total = 0;
    for (const Segment &segment : m_segments)
        total += segment.end;
    return total;
}

} // namespace memorykv
