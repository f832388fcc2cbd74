// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/snapshotfile.h"

namespace memorykv {

void SnapshotEncoder::begin(QByteArray &out)
{
    out += wal::encode(m_header, m_checksum);
}

void SnapshotEncoder::add(const std::vector<EntryPtr> &entries, QByteArray &out)
{
    if (entries.empty()) // a block without entries is the end
        return;
    m_checksum = wal::appendBlock(entries, m_count, m_checksum, out);
    m_count += entries.size();
}

void SnapshotEncoder::end(QByteArray &out)
{
    m_checksum = wal::appendBlock({}, m_count, m_checksum, out);
}

SnapshotReader::SnapshotReader(const File &file)
    : m_file(file)
{ }

Error SnapshotReader::damaged(const char *problem) const
{
    return {ErrorCode::Damaged,
            "offset " + QByteArray::number(m_offset) + ": " + QByteArray(problem)};
}

// The next bytes of the file, which takes them from there: fewer are an end too soon.
Result<QByteArrayView> SnapshotReader::read(qsizetype size)
{
    const auto fileSize = m_file.size();
    if (!fileSize)
        return fileSize.error();
    if (size > *fileSize - m_offset)
        return damaged("the file ends too soon: part of it is missing");
    m_buffer.resize(size);
    const auto got = m_file.readAt(m_offset, m_buffer.data(), size);
    if (!got)
        return got.error();
    if (*got < size)
        return damaged("the file ends too soon: part of it is missing");
    return QByteArrayView(m_buffer);
}

Result<wal::SnapshotHeader> SnapshotReader::readHeader()
{
    const auto bytes = read(wal::SnapshotHeader::kSize);
    if (!bytes)
        return bytes.error();
    const auto header = wal::decodeSnapshotHeader(*bytes, m_checksum);
    if (!header)
        return damaged("this is not the header of a snapshot of this version");
    m_offset += bytes->size();
    m_seq = header->seq;
    return *header;
}

Result<std::vector<EntryPtr>> SnapshotReader::next()
{
    auto bytes = read(wal::BlockHeader::kSize);
    if (!bytes)
        return bytes.error();
    const wal::BlockHeader header = wal::decodeBlockHeader(*bytes);
    bytes = read(wal::BlockHeader::kSize + qsizetype(header.size));
    if (!bytes)
        return bytes.error();
    if (!wal::isBlockIntact(*bytes, header))
        return damaged("a block does not have its checksum");
    if (header.previous != m_checksum || header.total != m_count)
        return damaged("a block does not follow the one before it");

    std::vector<EntryPtr> entries;
    entries.reserve(std::min<size_t>(header.count, header.size / wal::kEntryHeaderSize));
    QByteArrayView content = bytes->sliced(wal::BlockHeader::kSize);
    for (quint32 i = 0; i < header.count; ++i) {
        EntryPtr entry = wal::takeEntry(content);
        if (!entry || entry->revision() > m_seq)
            return damaged("a block has its checksum, but does not hold entries");
        const bool isInOrder = entries.empty() ? QByteArrayView(m_lastKey) < entry->key()
                                               : entries.back()->key() < entry->key();
        if (!isInOrder)
            return damaged("the keys are not in order");
        entries.push_back(std::move(entry));
    }
    if (!content.isEmpty())
        return damaged("a block is longer than its entries");
    m_offset += bytes->size();
    m_checksum = header.checksum;
    m_count += header.count;
    if (!entries.empty()) {
        m_lastKey = entries.back()->key().toByteArray();
        return entries;
    }
    const auto size = m_file.size();
    if (!size)
        return size.error();
    if (*size != m_offset)
        return damaged("there is more behind the end of the snapshot");
    return entries;
}

} // namespace memorykv
