// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/record.h"
#include "shared/result.h"

#include <QObject>

#include <optional>

namespace memorykv {

/// The history of the store: one sequence of records, in the order in which the store applied
/// them. The store appends, replies wait for the durable position, the feed gets what is published
/// and reads back what it missed. The store's state depends on this sequence alone, so another
/// implementation (on disk, replicated) can take this one's place.
///
/// All functions are thread-safe. Signals come from the log's own thread: connect to them with
/// queued connections, or directly with a slot that is thread-safe itself.
class Log : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Appends mutations that belong together. Called with the store's write lock held, so that
    /// the order of calls is the order of seq; does no I/O. Seqs go on from lastSeq() without hole.
    /// Returns records that had to give way, to be destroyed where no lock is held: each may be
    /// the last to hold a large value.
    virtual RecordGroup append(RecordGroup group) = 0;

    /// Passes on a record that is not a mutation, in order with the mutations around it, to those
    /// who watch, with the seq of the last mutation before it. It is never stored. Callers skip it
    /// when isWatched() says nobody would see it.
    virtual void announce(Record record) = 0;

    /// Names this history: positions of another epoch mean nothing here.
    virtual quint64 epoch() const = 0;

    /// The seq of the last mutation appended, 0 when there is none. Lock-free.
    virtual quint64 lastSeq() const = 0;

    /// All mutations up to this seq survive what the log promises to survive. Never decreases.
    /// A reply leaves the server only when all it wrote or saw is at or below it. Lock-free.
    virtual quint64 durableSeq() const = 0;

    /// Whether nothing can be appended any more, for good: what was appended after durableSeq() is
    /// lost, and so is what is appended from now on. Lock-free; a log without a file never fails.
    virtual bool hasFailed() const { return false; }
    /// After hasFailed(): what to tell those who wanted to write.
    virtual Error failure() const { return {}; }
    /// Whether it may fail one day, so that what is not durable must be kept undoable.
    virtual bool canFail() const { return false; }

    /// Bytes it takes to keep what was appended and is not durable yet. Lock-free; 0 for a log
    /// without a file.
    virtual qint64 waitingBytes() const { return 0; }

    /// What read() found.
    struct Range
    {
        std::vector<Record> records; ///< consecutive, durable; empty when there are none after it
        quint64 firstHeld = 1; ///< the oldest seq that can be read; the next one when none can
    };

    /// The mutations after the seq \a after, the oldest first, about \a maxBytes of them (at least
    /// one when there is one). When firstHeld is over after + 1, those between are no longer held
    /// and the records begin at firstHeld.
    virtual Range read(quint64 after, qsizetype maxBytes) const = 0;

    /// Begins to publish to one more watcher. Returns the seq after which nothing will be missed:
    /// every mutation over it is going to be published.
    virtual quint64 addWatcher() = 0;
    virtual void removeWatcher() = 0;

    /// Whether anyone watches. One relaxed atomic load.
    virtual bool isWatched() const = 0;

    /// Does what there is to do and ends the log's own thread, so that no signal comes any more and
    /// who is connected directly may go: disconnecting does not wait for a slot that is being
    /// called. Nothing may be appended after it. Not thread-safe.
    virtual void stop() { }

Q_SIGNALS:
    /// The next records for all watchers: durable, and in order across calls.
    void published(const memorykv::RecordBatchPtr &batch);

    /// durableSeq() has grown to \a seq. Not emitted by a log in which every mutation is durable
    /// as soon as it is appended.
    void durable(quint64 seq);

    /// hasFailed() has become true. The one who applies records connects directly and takes back
    /// what was not durable; those who hold replies connect queued, and so hear of it later.
    void failed();
};

} // namespace memorykv
