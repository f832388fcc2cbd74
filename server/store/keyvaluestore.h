// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/log.h"
#include "server/store/expiryqueue.h"
#include "server/store/keyindex.h"
#include "server/store/operation.h"
#include "server/store/slottable.h"
#include "server/store/storelock.h"
#include "server/store/undohistory.h"
#include "shared/result.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <span>

namespace memorykv {

class Snapshot;

/// The keys and their values. Every change is decided, given its seq, applied and appended to the
/// log under one write lock, so the log's order is the order in which things happened; everything
/// seen is seen under the read lock.
///
/// Each answer carries a seq. A reply that shows the answer must not leave the server before the
/// log is durable up to that seq.
///
/// Thread-safe. Locks are held for one operation on one key, for one slice of at most
/// kSliceSize keys of a listing or kExpirySliceSize keys that expire, or for one batch or range
/// removal.
class KeyValueStore
{
public:
    /// Milliseconds since 1970-01-01 UTC.
    using Clock = std::function<qint64()>;

    static constexpr size_t kSliceSize = 1000;
    static constexpr size_t kExpirySliceSize = 250; ///< a removal takes longer than a look

    /// \a log must outlive the store. \a maxMemory limits memoryUsed(), 0 for no limit.
    KeyValueStore(Log &log, qint64 maxMemory, Clock clock);
    ~KeyValueStore();

    /// The time by the store's clock.
    qint64 nowMs() const { return m_clock(); }

    struct Lookup
    {
        EntryPtr entry; ///< null when there is no such key
        quint64 seq = 0;
    };
    /// The entry of \a key. Makes a Read event.
    Lookup get(const QByteArray &key) const;

    /// Applies one operation. PreconditionFailed when its condition does not hold, OutOfMemory when
    /// a Put would exceed the memory limit, the log's failure() when it has failed. A Delete or
    /// Touch of a key that is not there is no error: the outcome has applied == false.
    Result<Outcome> apply(const Operation &operation);

    /// What came of a batch: the outcomes in order, or the error and which operation had it.
    struct BatchResult
    {
        std::vector<Outcome> outcomes;
        size_t failedIndex = 0;
        std::optional<Error> error;
        quint64 seq = 0; ///< everything in the answer was seen at or below this seq
    };
    /// Applies all of \a operations in order, each seeing those before it, or none of them. Their
    /// mutations have consecutive seqs. Errors as for apply().
    BatchResult applyBatch(const std::vector<Operation> &operations);

    struct Listing
    {
        std::vector<EntryPtr> entries;
        bool more = false; ///< there are more than the limit
        quint64 seq = 0;
    };
    /// Up to \a limit entries whose key begins with \a prefix and is above \a after, in byte order
    /// of the keys, all as of one seq. Makes a List or ListPrefix event.
    Listing list(const QByteArray &prefix, const QByteArray &after, size_t limit);

    struct Count
    {
        size_t keys = 0;
        quint64 seq = 0;
    };
    /// The number of keys that begin with \a prefix. Makes a List or ListPrefix event.
    Count count(const QByteArray &prefix) const;

    struct Removal
    {
        std::vector<EntryPtr> entries; ///< what was removed, in byte order of the keys
        quint64 seq = 0;
    };
    /// Removes all keys that begin with \a prefix, all keys when it is empty: one mutation, or
    /// none when there are no such keys. The log's failure() when it has failed.
    Result<Removal> removePrefix(const QByteArray &prefix);

    /// Removes up to kExpirySliceSize entries that are due, each with an Expire of its own. Returns
    /// when the next one is due, 0 for never; a time in the past means there are more. Does nothing
    /// once the log has failed.
    qint64 expireDue();

    /// Whether threads wait to get at the store. Between two slices they would not get there by
    /// themselves, as those who are woken come too late.
    bool isWaitedFor() const { return m_lock.isWaitedFor(); }

    /// Takes back every mutation that is not durable, last first, and makes no event of it. To be
    /// called when the log has failed, which refuses all mutations from then on.
    void rollBack();

    /// Sets what is called, on the thread of the writer and without a lock, when an entry is due
    /// earlier than all others so far. Set it before the store is used by several threads.
    void setEarlierExpiryListener(std::function<void()> listener);

    quint64 keyCount() const { return m_keyCount.load(std::memory_order_relaxed); }
    /// Bytes of all keys and values.
    quint64 storedBytes() const { return m_storedBytes.load(std::memory_order_relaxed); }
    /// Bytes the entries take with all that is kept about them, as --max-memory counts them.
    quint64 memoryUsed() const;
    /// Entries removed because their time had come.
    quint64 expiredCount() const { return m_expiredCount.load(std::memory_order_relaxed); }

private:
    friend class Snapshot;
    friend class StoreReplayer;

    /// What goes with a change, to be destroyed when the lock is released.
    struct Freed
    {
        std::vector<UndoHistory::Step> steps;
        RecordGroup records;
    };

    /// What is made of an operation before the lock for writing, which keeps everybody out.
    struct Prepared
    {
        EntryPtr seen;                                ///< Touch: what was there
        QExplicitlySharedDataPointer<Entry> extended; ///< and a copy of it for the new expiry
        std::unique_ptr<KeyBlock> block;              ///< Put: for the index, when it takes one
    };
    Prepared prepare(const Operation &operation, const SlotTable::Sought &sought) const;
    /// What \a look returns, which is called under the lock for reading.
    template <typename Look>
    auto locked(Look look) const;

    /// An operation of a batch, as it is going to be.
    struct Planned
    {
        SlotTable::Sought sought;
        const Planned *earlier = nullptr; ///< the last one before on the same key
        const Entry *left = nullptr;      ///< what is there after it, null for nothing
    };
    std::vector<Planned> stepsOf(const std::vector<Operation> &operations) const;

    // All of these run with the lock held.
    std::optional<Error> check(const Operation &operation, const Entry *current,
                               qint64 growth) const;
    struct Failure
    {
        size_t index;
        Error error;
    };
    std::optional<Failure> plan(const std::vector<Operation> &operations,
                                std::vector<Planned> &planned);
    Slot *findAlive(const SlotTable::Sought &sought, qint64 now, Freed &freed);
    Outcome perform(const Operation &operation, Slot *slot, Prepared &prepared, qint64 now,
                    RecordGroup &group);
    void put(Slot *slot, EntryPtr entry, std::unique_ptr<KeyBlock> spare = {});
    void replace(Slot *slot, EntryPtr entry);
    EntryPtr take(Slot *slot);
    std::vector<EntryPtr> takeRange(const QByteArray &prefix);
    void noteUndo(UndoHistory::Step step);
    void forgetDurable(Freed &freed);
    void append(RecordGroup group, Freed &freed);
    void undo(UndoHistory::Step step);
    void noteArrived(Slot *slot);
    void noteLeaving(const EntryPtr &entry);
    void announce(Op op, const QByteArray &key, bool found = true) const;
    void announceList(const QByteArray &prefix) const;
    struct Range
    {
        KeyIndex::Cursor begin;
        KeyIndex::Cursor end;
    };
    Range rangeOf(const QByteArray &prefix, const QByteArray &after) const;
    bool isDueEarlier();

    Log &m_log;
    const bool m_keepsUndo;
    const qint64 m_maxMemory;
    const Clock m_clock;
    std::function<void()> m_earlierExpiryListener;

    mutable StoreLock m_lock; ///< guards what follows
    SlotTable m_slots;
    KeyIndex m_index;
    ExpiryQueue m_expiries;
    qint64 m_nextDueMs = 0;
    quint64 m_seq = 0;            ///< of the last mutation
    quint64 m_lastRemovalSeq = 0; ///< of the last mutation that removed a key
    quint64 m_lastTouchSeq = 0;   ///< of the last mutation that changed an expiry alone
    std::vector<Snapshot *> m_snapshots;
    UndoHistory m_undo; ///< empty unless the log can fail

    // Written under the lock, read without it.
    std::atomic<quint64> m_keyCount = 0;
    std::atomic<quint64> m_storedBytes = 0;
    std::atomic<qint64> m_allocatedBytes = 0;
    std::atomic<quint64> m_expiredCount = 0;
};

} // namespace memorykv
