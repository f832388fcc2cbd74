// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/segmentreader.h"

#include <algorithm>

namespace memorykv {

static constexpr qint64 kReadAhead = 1 << 20;

SegmentReader::SegmentReader(const File &file, qint64 end)
    : m_file(file)
    , m_end(end)
{ }

Result<wal::SegmentHeader> SegmentReader::readHeader()
{
    const auto bytes = view(0, std::min<qint64>(m_end, wal::SegmentHeader::kSize));
    if (!bytes)
        return bytes.error();
    const auto header = wal::decodeSegmentHeader(*bytes);
    if (!header)
        return Error{ErrorCode::Damaged, "its header is not that of a segment of this version"};
    m_offset = wal::SegmentHeader::kSize;
    m_nextSeq = header->firstSeq;
    m_previous = header->previous;
    return *header;
}

void SegmentReader::seek(qint64 offset, quint64 seq)
{
    m_offset = offset;
    m_nextSeq = seq;
    m_checksChain = false;
}

Result<SegmentReader::Status> SegmentReader::next()
{
    m_records.clear();
    if (m_offset == m_end)
        return Status::End;
    if (m_end - m_offset < wal::GroupHeader::kSize) {
        const auto zero = isZeroFrom(m_offset);
        if (!zero)
            return zero.error();
        return *zero ? Status::End : bad("the file ends within the head of a group");
    }
    auto bytes = view(m_offset, wal::GroupHeader::kSize);
    if (!bytes)
        return bytes.error();
    m_group = wal::decodeGroupHeader(*bytes);
    if (m_group.checksum == 0 && m_group.firstSeq == 0) {
        const auto zero = isZeroFrom(m_offset); // room the file system gave that was not written
        if (!zero)
            return zero.error();
        if (*zero)
            return Status::End;
    }
    if (m_group.size > m_end - m_offset - wal::GroupHeader::kSize)
        return bad("the file ends within a group, or the group's size is wrong");
    bytes = view(m_offset, wal::GroupHeader::kSize + qint64(m_group.size));
    if (!bytes)
        return bytes.error();
    if (!wal::isGroupIntact(*bytes, m_group))
        return bad("a group does not have its checksum");
    if (m_group.firstSeq != m_nextSeq || (m_checksChain && m_group.previous != m_previous))
        return bad("a group does not follow the one before it");
    if (!decode(bytes->sliced(wal::GroupHeader::kSize)))
        return bad("a group has its checksum, but does not hold records");
    m_groupOffset = m_offset;
    m_offset += bytes->size();
    m_nextSeq += m_group.count;
    m_previous = m_group.checksum;
    m_checksChain = true;
    return Status::Group;
}

SegmentReader::Status SegmentReader::bad(const char *problem)
{
    m_records.clear();
    m_problem = problem;
    return Status::Bad;
}

bool SegmentReader::decode(QByteArrayView group)
{
    m_records.reserve(std::min<size_t>(m_group.count, size_t(group.size())));
    for (quint32 i = 0; i < m_group.count; ++i) {
        auto record = wal::takeRecord(group, m_group.firstSeq + i);
        if (!record)
            return false;
        m_records.push_back(*std::move(record));
    }
    return group.isEmpty();
}

// The bytes, in the buffer; they are there, as the caller has compared with m_end.
Result<QByteArrayView> SegmentReader::view(qint64 offset, qint64 size)
{
    const bool isBuffered
        = offset >= m_bufferOffset && offset + size <= m_bufferOffset + m_buffer.size();
    if (!isBuffered) {
        m_buffer.resize(std::max(size, std::min(kReadAhead, m_end - offset)));
        m_bufferOffset = offset;
        const auto got = m_file.readAt(offset, m_buffer.data(), m_buffer.size());
        if (!got)
            return got.error();
        if (*got < size)
            return Error{ErrorCode::StorageFailed, "the file became shorter while it was read"};
        m_buffer.truncate(*got);
    }
    return QByteArrayView(m_buffer).sliced(offset - m_bufferOffset, size);
}

Result<bool> SegmentReader::isZeroFrom(qint64 offset)
{
    while (offset < m_end) {
        const auto bytes = view(offset, std::min(kReadAhead, m_end - offset));
        if (!bytes)
            return bytes.error();
        if (std::any_of(bytes->begin(), bytes->end(), [](char byte) { return byte != 0; }))
            return false;
        offset += bytes->size();
    }
    return true;
}

// Each group tells how much of the file had been synced before it was written. An intact one that
// was written after the bytes at m_offset had been synced is proof; where it begins is not known,
// as the size of what is bad cannot be trusted, so all places are tried. The seq a group there
// could have leaves next to none of them to be hashed.
Result<bool> SegmentReader::wasDurableBeyond()
{
    for (qint64 at = m_offset; at + wal::GroupHeader::kSize <= m_end; ++at) {
        auto bytes = view(at, wal::GroupHeader::kSize);
        if (!bytes)
            return bytes.error();
        const wal::GroupHeader header = wal::decodeGroupHeader(*bytes);
        const quint64 room = quint64(m_end - m_offset) / wal::kRecordHeaderSize;
        const bool isPossible = header.firstSeq >= m_nextSeq && header.firstSeq <= m_nextSeq + room
                                && header.size <= m_end - at - wal::GroupHeader::kSize
                                && header.synced > quint64(m_offset)
                                && header.synced <= quint64(at);
        if (!isPossible)
            continue;
        bytes = view(at, wal::GroupHeader::kSize + qint64(header.size));
        if (!bytes)
            return bytes.error();
        if (wal::isGroupIntact(*bytes, header))
            return true;
    }
    return false;
}

} // namespace memorykv
