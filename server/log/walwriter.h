// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/segments.h"
#include "server/log/walformat.h"

#include <span>

namespace memorykv {

/// The end of the log, as recovery has found it; at first the end of an empty one.
struct WalTail
{
    quint64 epoch = 0;
    quint64 nextSeq = 1;
    quint64 previous = 0;      ///< checksum of the last group
    QByteArray segment;        ///< the name of the last segment; empty when there is none
    qint64 offset = 0;         ///< where its last group ends
    wal::SegmentHeader header; ///< of the last segment
    bool isDurable = false;    ///< all before the offset is known to be: it was stopped in order
};

/// Writes groups into segments. Used by the log's thread alone. After an error nothing more can be
/// written: what the file holds is not known.
///
/// With room ahead, a small write changes neither the size of the file nor where on the disk it
/// lies: a sync costs one write to the disk, without another to the file system's journal.
class WalWriter
{
public:
    struct Options
    {
        quint64 epoch = 0;             ///< of what is written from now on
        qint64 segmentSize = 16 << 20; ///< bytes after which a new segment is begun
        quint32 flags = 0;             ///< of the segments, as wal::SegmentHeader
        qint64 room = 0;               ///< bytes of zeros to write ahead of small writes
    };

    /// \a segments is told of what is written; both references must outlive the writer.
    WalWriter(FileSystem &files, QByteArray directory, Segments &segments, Options options,
              WalTail tail);

    /// Cuts off what is behind the tail, makes all before it durable, and begins a new segment
    /// unless the last one can be gone on with. Errors of the file system, as for all of the
    /// following.
    Result<Done> open();

    /// Puts \a records, which belong together, behind those before. They reach the file with
    /// write() at the latest.
    Result<Done> append(std::span<const Record> records);

    /// Hands all that was appended to the file.
    Result<Done> write();

    /// Makes all that was written durable.
    Result<Done> sync();

    /// Writes and syncs all and marks that it ends in good order.
    Result<Done> close();

    /// Bytes written since the writer was made.
    quint64 bytesWritten() const { return m_bytesWritten; }

private:
    Result<Done> cutTail();
    Result<Done> copyTail();
    Result<Done> rotate();
    Result<Done> createSegment();
    void makeRoom(qint64 written);
    Result<Done> giveRoomBack();

    FileSystem &m_files;
    const QByteArray m_directory;
    Segments &m_segments;
    const Options m_options;
    WalTail m_tail;
    std::unique_ptr<File> m_file;
    QByteArray m_buffer;
    struct Mark
    {
        quint64 seq;
        qint64 offset;
        qint64 end;
    };
    std::vector<Mark> m_marks; ///< of the groups in the buffer
    qint64 m_synced = 0;
    qint64 m_roomEnd = 0; ///< of the zeros ahead of the tail; before it when there are none
    quint64 m_bytesWritten = 0;
};

} // namespace memorykv
