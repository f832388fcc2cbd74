// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/filesystem.h"
#include "server/log/walformat.h"

namespace memorykv {

/// Puts a snapshot's entries into bytes, for a file or for the network.
class SnapshotEncoder
{
public:
    explicit SnapshotEncoder(const wal::SnapshotHeader &header)
        : m_header(header)
    { }

    /// Appends the file's header to \a out. Once, first.
    void begin(QByteArray &out);
    /// Appends \a entries, in key order and behind those before them, to \a out.
    void add(const std::vector<EntryPtr> &entries, QByteArray &out);
    /// Appends what tells that nothing is missing to \a out. Once, last.
    void end(QByteArray &out);

    quint64 count() const { return m_count; }

private:
    const wal::SnapshotHeader m_header;
    quint64 m_checksum = 0;
    quint64 m_count = 0;
};

/// Reads a snapshot from front to back and checks all of it. Used by one thread.
class SnapshotReader
{
public:
    /// Of \a file, which must outlive the reader.
    explicit SnapshotReader(const File &file);

    /// Damaged, with the offset, when the file does not begin as a snapshot does; StorageFailed
    /// when it cannot be read.
    Result<wal::SnapshotHeader> readHeader();

    /// The next entries; none at the end, which the file has said to be its end. Damaged, with the
    /// offset, when a block is not what was written, is out of order, or the file ends too soon.
    Result<std::vector<EntryPtr>> next();

    /// Bytes read so far, and in all.
    qint64 offset() const { return m_offset; }
    quint64 count() const { return m_count; }

private:
    Result<QByteArrayView> read(qsizetype size);
    Error damaged(const char *problem) const;

    const File &m_file;
    QByteArray m_buffer;
    QByteArray m_lastKey;
    qint64 m_offset = 0;
    quint64 m_seq = 0;
    quint64 m_checksum = 0;
    quint64 m_count = 0;
};

} // namespace memorykv
