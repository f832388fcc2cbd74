// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/filesystem.h"
#include "server/log/log.h"

#include <mutex>
#include <vector>

namespace memorykv {

/// The segments of a log that can be read back, and where in them a seq is to be found. The log's
/// thread adds to it as it writes; any thread reads. The files are read without a lock; a segment
/// that was removed meanwhile counts as no longer held.
class Segments
{
public:
    Segments(FileSystem &files, QByteArray directory);

    /// A segment that begins at \a firstSeq, the newest from now on. It takes the place of one
    /// without records that began there.
    void begin(quint64 firstSeq);

    /// The newest segment has grown: a group whose first record is \a seq begins at \a offset, and
    /// \a end is where it ends. What lies behind the last end told is not read.
    void note(quint64 seq, qint64 offset, qint64 end);

    /// Where the newest segment ends, which is not written any more (or is found so at the start).
    void setEnd(qint64 end);

    /// Forgets and removes the segments all of whose records are at or below \a seq, but for the
    /// newest of these as long as they are \a keepBytes in all. The newest segment always stays.
    Result<Done> removeUpTo(quint64 seq, qint64 keepBytes);

    /// The records after \a after, up to the seq \a last; else as Log::read(). Records are read
    /// from the file; the reader blocks for it.
    Result<Log::Range> read(quint64 after, quint64 last, qsizetype maxBytes) const;

    /// The first seq that can be read, or \a none when there are no segments.
    quint64 firstSeq(quint64 none) const;
    qint64 bytes() const;

private:
    struct Mark
    {
        quint64 seq;
        qint64 offset;
    };
    struct Segment
    {
        quint64 firstSeq;
        qint64 end;
        std::vector<Mark> marks; ///< a group now and then, so that a reader need not start in front
    };
    struct Place
    {
        QByteArray path;
        qint64 end;
        Mark from;
        bool isLast;
        quint64 nextFirstSeq;
    };
    struct Reading;
    std::optional<Place> find(quint64 seq) const;
    static Result<Done> readSegment(const Place &place, const File &file, Reading &reading);

    FileSystem &m_files;
    const QByteArray m_directory;
    mutable std::mutex m_mutex; ///< guards m_segments; held for a few instructions
    std::vector<Segment> m_segments;
};

} // namespace memorykv
