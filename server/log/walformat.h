// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/record.h"

#include <QByteArrayView>

#include <optional>

/// The bytes of the log's files, for writer and reader alike; docs/wal-format.md tells the same in
/// words, with an example. All numbers are little-endian. Checksums are XXH3, 64 bits, seed 0.
namespace memorykv::wal {

inline constexpr quint32 kVersion = 1;

/// What a segment file begins with.
struct SegmentHeader
{
    static constexpr QByteArrayView kMagic = "MKVWAL\r\n";
    static constexpr qsizetype kSize = 48;
    /// Flag: written under --fsync always, so whatever the feed showed of it was durable.
    static constexpr quint32 kAlwaysSynced = 1;

    quint32 flags = 0;
    quint64 epoch = 0;
    quint64 firstSeq = 0; ///< of the first record in the segment
    quint64 previous = 0; ///< checksum of the last group of the segment before, 0 when none was
};

/// What stands before the records of a group. A group is recovered whole or not at all.
struct GroupHeader
{
    static constexpr qsizetype kSize = 40;

    quint64 checksum = 0; ///< of all that follows it, up to the end of the records
    quint32 size = 0;     ///< bytes of the records
    quint32 count = 0;    ///< how many records; none marks that the server stopped in good order
    quint64 firstSeq = 0; ///< of the first record; the others follow without hole
    quint64 synced = 0;   ///< bytes at the start of this file known to be durable before this group
    quint64 previous = 0; ///< checksum of the group before it, which chains them
};

/// What stands before the key, type and value of a record.
inline constexpr qsizetype kRecordHeaderSize = 28;

/// What a snapshot file begins with.
struct SnapshotHeader
{
    static constexpr QByteArrayView kMagic = "MKVSNP\r\n";
    static constexpr qsizetype kSize = 48;

    quint64 epoch = 0;
    quint64 seq = 0;   ///< the snapshot holds the effect of all records up to this one
    qint64 timeMs = 0; ///< when it was begun, milliseconds since 1970-01-01 UTC
};

/// What stands before the entries of a block of a snapshot. The last block has no entries, and
/// tells how many there were in all.
struct BlockHeader
{
    static constexpr qsizetype kSize = 32;

    quint64 checksum = 0; ///< of all that follows it, up to the end of the entries
    quint32 size = 0;     ///< bytes of the entries
    quint32 count = 0;    ///< how many entries; none ends the file
    quint64 total = 0;    ///< entries in the blocks before this one
    quint64 previous = 0; ///< checksum of the block before it, or of the file's header
};
inline constexpr qsizetype kEntryHeaderSize = 24;

QByteArray encode(const SegmentHeader &header);
/// Nothing when \a bytes do not begin with an intact header of this version.
std::optional<SegmentHeader> decodeSegmentHeader(QByteArrayView bytes);

/// Appends the group of \a records (consecutive mutations; may be empty) to \a out and returns its
/// checksum. \a nextSeq is the seq of the first record.
quint64 appendGroup(const Record *records, size_t count, quint64 nextSeq, quint64 synced,
                    quint64 previous, QByteArray &out);
/// The fields, unchecked. \a bytes holds at least GroupHeader::kSize.
GroupHeader decodeGroupHeader(QByteArrayView bytes);
/// Whether \a group (header and records) has the checksum its header tells.
bool isGroupIntact(QByteArrayView group, const GroupHeader &header);
/// Takes one record off the front of \a bytes; nothing when they are not a record. Its Entry, for
/// an Insert or a Touch, is new; a Touch has key and expiry alone.
std::optional<Record> takeRecord(QByteArrayView &bytes, quint64 seq);

/// The header and, through \a checksum, what its first block is chained to.
QByteArray encode(const SnapshotHeader &header, quint64 &checksum);
std::optional<SnapshotHeader> decodeSnapshotHeader(QByteArrayView bytes, quint64 &checksum);
/// Appends a block of \a entries, or the end of the file when there are none, to \a out and
/// returns its checksum.
quint64 appendBlock(const std::vector<EntryPtr> &entries, quint64 total, quint64 previous,
                    QByteArray &out);
BlockHeader decodeBlockHeader(QByteArrayView bytes);
bool isBlockIntact(QByteArrayView block, const BlockHeader &header);
/// Takes one entry off the front of \a bytes; null when they are not an entry.
EntryPtr takeEntry(QByteArrayView &bytes);

} // namespace memorykv::wal
