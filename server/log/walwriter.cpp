// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/walwriter.h"

#include "server/log/datadirectory.h"

namespace memorykv {

static constexpr qsizetype kBufferSize = 1 << 20;
// A larger write costs the disk enough by itself.
static constexpr qint64 kSmallWrite = 64 << 10;

WalWriter::WalWriter(FileSystem &files, QByteArray directory, Segments &segments, Options options,
                     WalTail tail)
    : m_files(files)
    , m_directory(std::move(directory))
    , m_segments(segments)
    , m_options(options)
    , m_tail(std::move(tail))
{ }

Result<Done> WalWriter::open()
{
    if (m_tail.segment.isEmpty())
        return createSegment();
    // What was recovered is going to be shown, and what is shown has to last.
    auto done = m_tail.isDurable ? cutTail() : copyTail();
    m_synced = m_tail.offset;
    // Where a crash may take what was shown, the mark of the orderly stop before must not be the
    // end of the log any more: it would say that nothing came after it.
    const bool goesOn = m_tail.epoch == m_options.epoch && m_tail.header.flags == m_options.flags
                        && (m_options.flags & wal::SegmentHeader::kAlwaysSynced) != 0;
    return done && !goesOn ? createSegment() : done;
}

Result<Done> WalWriter::cutTail()
{
    auto file = m_files.open(m_directory + '/' + m_tail.segment, FileSystem::OpenMode::Append);
    if (!file)
        return file.error();
    m_file = std::move(*file);
    auto done = m_file->truncate(m_tail.offset);
    return done ? m_file->sync() : done;
}

// A sync of the file as it is would prove nothing. Should one have failed before, what was read may
// be in the system's memory alone, and count as written (see docs/wal.md); and the file may have
// been given its name without the directory having been synced. A copy is free of the past.
Result<Done> WalWriter::copyTail()
{
    const QByteArray path = m_directory + '/' + m_tail.segment;
    const auto source = m_files.open(path, FileSystem::OpenMode::Read);
    if (!source)
        return source.error();
    auto target = m_files.open(unfinishedName(path), FileSystem::OpenMode::Create);
    if (!target)
        return target.error();
    QByteArray bytes(std::min<qint64>(m_tail.offset, kBufferSize), Qt::Uninitialized);
    for (qint64 offset = 0; offset < m_tail.offset;) {
        const auto got = (*source)->readAt(offset, bytes.data(),
                                           std::min(bytes.size(), m_tail.offset - offset));
        if (!got)
            return got.error();
        if (*got == 0)
            return Error{ErrorCode::StorageFailed, path + " became shorter while it was read"};
        auto done = writeAll(**target, QByteArrayView(bytes).first(*got));
        if (!done)
            return done;
        offset += *got;
    }
    m_file = std::move(*target);
    return publish(m_files, m_directory, m_tail.segment, *m_file);
}

Result<Done> WalWriter::createSegment()
{
    // One without records gives way to the new one, which has the same name.
    const bool replaces = m_tail.header.firstSeq == m_tail.nextSeq;
    const quint64 previous = replaces ? m_tail.header.previous : m_tail.previous;
    m_tail.header = {m_options.flags, m_options.epoch, m_tail.nextSeq, previous};
    m_tail.segment = segmentName(m_tail.nextSeq);
    auto file = createWhole(m_files, m_directory, m_tail.segment, wal::encode(m_tail.header));
    if (!file)
        return file.error();
    m_file = std::move(*file);
    m_tail.epoch = m_options.epoch;
    m_tail.previous = previous;
    m_tail.offset = wal::SegmentHeader::kSize;
    m_synced = m_tail.offset;
    m_roomEnd = 0;
    m_bytesWritten += quint64(m_tail.offset);
    m_segments.begin(m_tail.nextSeq);
    return Done{};
}

// The next segment says that this one is whole, so it has to be.
Result<Done> WalWriter::rotate()
{
    auto done = write();
    if (done)
        done = giveRoomBack();
    if (done)
        done = sync();
    if (done)
        done = createSegment();
    return done;
}

// Called when all that was appended is in the file.
void WalWriter::makeRoom(qint64 written)
{
    const bool isSmall = written > 0 && written <= kSmallWrite;
    if (m_options.room == 0 || !isSmall || m_tail.offset <= m_roomEnd)
        return;
    m_roomEnd = std::min(m_tail.offset + m_options.room, m_options.segmentSize);
    // An error says nothing about what was written: the disk may have room left for that, and the
    // sync tells whether it is durable.
    (void)m_file->extend(m_roomEnd);
}

Result<Done> WalWriter::giveRoomBack()
{
    if (m_roomEnd <= m_tail.offset)
        return Done{};
    m_roomEnd = 0;
    return m_file->truncate(m_tail.offset);
}

Result<Done> WalWriter::append(std::span<const Record> records)
{
    if (m_tail.offset >= m_options.segmentSize) {
        auto rotated = rotate();
        if (!rotated)
            return rotated;
    }
    const qint64 offset = m_tail.offset;
    const qsizetype before = m_buffer.size();
    m_tail.previous = wal::appendGroup(records.data(), records.size(), m_tail.nextSeq,
                                       quint64(m_synced), m_tail.previous, m_buffer);
    m_tail.offset += m_buffer.size() - before;
    m_marks.push_back({m_tail.nextSeq, offset, m_tail.offset});
    m_tail.nextSeq += records.size();
    if (m_buffer.size() >= kBufferSize)
        return write();
    return Done{};
}

Result<Done> WalWriter::write()
{
    auto done = writeAll(*m_file, m_buffer);
    if (!done)
        return done;
    const qint64 written = m_buffer.size();
    m_bytesWritten += quint64(written);
    for (const Mark &mark : m_marks)
        m_segments.note(mark.seq, mark.offset, mark.end);
    m_marks.clear();
    // Kept for the next time, unless a large value has blown it up.
    if (m_buffer.capacity() > 2 * kBufferSize)
        m_buffer = QByteArray();
    else
        m_buffer.resize(0);
    makeRoom(written);
    return Done{};
}

Result<Done> WalWriter::sync()
{
    auto done = m_file->sync();
    if (done)
        m_synced = m_tail.offset - m_buffer.size();
    return done;
}

// The mark tells that all before it is durable, so it must not come first.
Result<Done> WalWriter::close()
{
    auto done = write();
    if (done)
        done = sync();
    if (done)
        done = append({});
    if (done)
        done = write();
    if (done)
        done = giveRoomBack();
    if (!done)
        return done;
    done = sync();
    // The mark may be seen at the next start without being there for good.
    if (!done)
        (void)m_file->truncate(m_synced);
    return done;
}

} // namespace memorykv
