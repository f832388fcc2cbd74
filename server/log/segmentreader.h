// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/filesystem.h"
#include "server/log/walformat.h"

namespace memorykv {

/// Reads the groups of one segment from front to back, checking each: its checksum, that it follows
/// the one before, that its records are records. Used by one thread at a time.
class SegmentReader
{
public:
    /// Of \a file, which must outlive the reader. \a end limits what is looked at, for a segment
    /// that is still being written.
    SegmentReader(const File &file, qint64 end);

    /// Damaged when the header is not one; StorageFailed when the file cannot be read.
    Result<wal::SegmentHeader> readHeader();

    /// Goes on at a group whose place is known, without checking what it is chained to.
    void seek(qint64 offset, quint64 seq);

    enum class Status {
        Group, ///< there is one: see records() and the rest
        End,   ///< the segment ends here, whole
        Bad,   ///< what follows is not a whole group in its place; see problem()
    };
    /// StorageFailed when the file cannot be read.
    Result<Status> next();

    /// The records of the group, in order; none when it marks the end of an orderly stop.
    std::vector<Record> &records() { return m_records; }
    const wal::GroupHeader &group() const { return m_group; }
    /// Where the group begins.
    qint64 groupOffset() const { return m_groupOffset; }
    /// Where the next group begins, or what is Bad.
    qint64 offset() const { return m_offset; }
    /// What is looked at ends here. After End, all from offset() up to it is zero.
    qint64 end() const { return m_end; }
    /// The seq the next record must have.
    quint64 nextSeq() const { return m_nextSeq; }
    /// The checksum of the last group, which the next one is chained to.
    quint64 checksum() const { return m_previous; }
    /// What is wrong at offset(), in words.
    const QByteArray &problem() const { return m_problem; }

    /// After Bad: whether something behind offset() proves that what was there had been durable, so
    /// that this is damage and not the end of what a crash let be written.
    Result<bool> wasDurableBeyond();

private:
    Result<QByteArrayView> view(qint64 offset, qint64 size);
    bool decode(QByteArrayView group);
    Status bad(const char *problem);
    Result<bool> isZeroFrom(qint64 offset);

    const File &m_file;
    const qint64 m_end;
    QByteArray m_buffer;
    qint64 m_bufferOffset = 0;
    qint64 m_offset = 0;
    qint64 m_groupOffset = 0;
    quint64 m_nextSeq = 0;
    quint64 m_previous = 0;
    bool m_checksChain = true;
    wal::GroupHeader m_group;
    std::vector<Record> m_records;
    QByteArray m_problem;
};

} // namespace memorykv
