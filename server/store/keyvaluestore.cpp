// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/keyvaluestore.h"

#include "server/store/snapshot.h"

#include <QHash>

#include <algorithm>

namespace memorykv {

// What the slot, the table and the index take for a key beside its entry, and the allocator for the
// entry: measured (bench/memory).
static constexpr qint64 kOverheadPerKey = 105;

static qint64 memoryOf(const Entry *entry)
{
    return entry ? entry->allocatedSize() + kOverheadPerKey : 0;
}

static Record recordOf(Op op, quint64 seq, qint64 timeMs)
{
    Record record;
    record.op = op;
    record.seq = seq;
    record.timeMs = timeMs;
    return record;
}

KeyValueStore::KeyValueStore(Log &log, qint64 maxMemory, Clock clock)
    : m_log(log)
    , m_keepsUndo(log.canFail())
    , m_maxMemory(maxMemory)
    , m_clock(std::move(clock))
    , m_seq(log.lastSeq())
{ }

KeyValueStore::~KeyValueStore() = default;

void KeyValueStore::setEarlierExpiryListener(std::function<void()> listener)
{
    m_earlierExpiryListener = std::move(listener);
}

quint64 KeyValueStore::memoryUsed() const
{
    return quint64(m_allocatedBytes.load(std::memory_order_relaxed));
}

Result<Outcome> KeyValueStore::apply(const Operation &operation)
{
    const qint64 now = m_clock();
    Outcome outcome;
    bool dueEarlier = false;
    Freed freed;
    const SlotTable::Sought sought = m_slots.seek(operation.key);
    Prepared prepared = prepare(operation, sought);
    {
        const std::unique_lock locker(m_lock);
        if (m_log.hasFailed())
            return m_log.failure();
        forgetDurable(freed);
        Slot *slot = findAlive(sought, now, freed);
        const Entry *current = slot ? slot->entry.data() : nullptr;
        const qint64 growth = memoryOf(operation.entry.data()) - memoryOf(current);
        if (auto error = check(operation, current, growth))
            return *std::move(error);
        RecordGroup group;
        outcome = perform(operation, slot, prepared, now, group);
        if (!group.isEmpty())
            append(std::move(group), freed);
        dueEarlier = isDueEarlier();
    }
    if (dueEarlier && m_earlierExpiryListener)
        m_earlierExpiryListener();
    return outcome;
}

template <typename Look>
auto KeyValueStore::locked(Look look) const
{
    const std::shared_lock locker(m_lock);
    return look();
}

// Most of a change is waiting for memory: for the slot and its entry, for the block of the index. A
// look at them beforehand has them in the processor's cache when others are kept out. What is seen
// may have gone when the lock for writing is there, so nothing is decided by it.
KeyValueStore::Prepared KeyValueStore::prepare(const Operation &operation,
                                               const SlotTable::Sought &sought) const
{
    Prepared prepared;
    bool isThere = false;
    {
        const std::shared_lock locker(m_lock);
        const Slot *slot = m_slots.find(sought);
        isThere = slot;
        if (slot && operation.kind == Operation::Kind::Touch)
            prepared.seen = slot->entry;
    }
    if (prepared.seen)
        prepared.extended = Entry::create(*prepared.seen);
    const bool comes = !isThere && operation.kind == Operation::Kind::Put;
    const bool goes = isThere && operation.kind == Operation::Kind::Delete;
    if (comes || goes) {
        keyheads::fetch(locked([&] { return m_index.blockFor(operation.key); }));
        const auto change = locked([&] { return m_index.changeFor(operation.key); });
        for (const keyheads::Memory &memory : change.memory)
            keyheads::fetch(memory);
        if (comes && change.takesBlock)
            prepared.block = std::make_unique<KeyBlock>();
    }
    return prepared;
}

KeyValueStore::BatchResult KeyValueStore::applyBatch(const std::vector<Operation> &operations)
{
    const qint64 now = m_clock();
    BatchResult result;
    bool dueEarlier = false;
    Freed freed;
    std::vector<Planned> planned = stepsOf(operations);
    RecordGroup group;
    group.reserve(qsizetype(operations.size()));
    result.outcomes.reserve(operations.size());
    {
        const std::unique_lock locker(m_lock);
        if (m_log.hasFailed()) {
            result.error = m_log.failure();
            return result;
        }
        forgetDurable(freed);
        for (const Planned &step : planned)
            findAlive(step.sought, now, freed);
        result.seq = m_seq;

        if (auto failure = plan(operations, planned)) {
            result.failedIndex = failure->index;
            result.error = std::move(failure->error);
            return result;
        }

        for (size_t i = 0; i < operations.size(); ++i) {
            Prepared nothing;
            Slot *slot = m_slots.find(planned[i].sought);
            result.outcomes.push_back(perform(operations[i], slot, nothing, now, group));
        }
        if (!group.isEmpty())
            append(std::move(group), freed);
        result.seq = m_seq;
        dueEarlier = isDueEarlier();
    }
    if (dueEarlier && m_earlierExpiryListener)
        m_earlierExpiryListener();
    return result;
}

std::vector<KeyValueStore::Planned>
KeyValueStore::stepsOf(const std::vector<Operation> &operations) const
{
    std::vector<Planned> steps;
    steps.reserve(operations.size());
    QHash<QByteArrayView, const Planned *> last;
    last.reserve(qsizetype(operations.size()));
    for (const Operation &operation : operations) {
        Planned &step = steps.emplace_back(Planned{.sought = m_slots.seek(operation.key)});
        step.earlier = std::exchange(last[operation.key], &step);
    }
    return steps;
}

// A batch on paper: each operation has to see those before it, and none may have happened if a
// later one cannot.
std::optional<KeyValueStore::Failure> KeyValueStore::plan(const std::vector<Operation> &operations,
                                                          std::vector<Planned> &planned)
{
    quint64 seq = m_seq;
    qint64 growth = 0;
    for (size_t i = 0; i < operations.size(); ++i) {
        const Operation &operation = operations[i];
        Planned &step = planned[i];
        const Entry *current = step.earlier ? step.earlier->left : m_slots.entryOf(step.sought);
        const bool isTouch = operation.kind == Operation::Kind::Touch;
        step.left = isTouch ? current : operation.entry.data();
        growth += memoryOf(step.left) - memoryOf(current);
        if (auto error = check(operation, current, growth))
            return Failure{i, *std::move(error)};
        if (current || step.left)
            ++seq;
        // The revision it is going to have, which a later condition may name.
        if (operation.kind == Operation::Kind::Put)
            operation.entry->setRevision(seq);
    }
    return std::nullopt;
}

Result<KeyValueStore::Removal> KeyValueStore::removePrefix(const QByteArray &prefix)
{
    const qint64 now = m_clock();
    Removal removal;
    Freed freed;
    const std::unique_lock locker(m_lock);
    if (m_log.hasFailed())
        return m_log.failure();
    forgetDurable(freed);
    std::vector<EntryPtr> removed = takeRange(prefix);
    removal.entries.reserve(removed.size());
    std::copy_if(removed.begin(), removed.end(), std::back_inserter(removal.entries),
                 [now](const EntryPtr &entry) { return !entry->isExpiredAt(now); });
    if (!removed.empty()) {
        m_lastRemovalSeq = ++m_seq;
        noteUndo({m_seq, {}, {}, std::move(removed)});
        Record record = recordOf(prefix.isEmpty() ? Op::DeleteAll : Op::DeletePrefix, m_seq, now);
        record.key = prefix;
        append({std::move(record)}, freed);
    }
    removal.seq = m_seq;
    return removal;
}

qint64 KeyValueStore::expireDue()
{
    const qint64 now = m_clock();
    std::vector<EntryPtr> expired; // freed after the lock is released
    expired.reserve(kExpirySliceSize);
    Freed freed;
    const std::unique_lock locker(m_lock);
    if (m_log.hasFailed())
        return 0;
    forgetDurable(freed);
    RecordGroup group;
    while (expired.size() < kExpirySliceSize) {
        Slot *slot = m_expiries.takeDue(now);
        if (!slot)
            break;
        EntryPtr entry = take(slot);
        m_lastRemovalSeq = ++m_seq;
        Record record = recordOf(Op::Expire, m_seq, now);
        record.key = entry->key().toByteArray();
        group.append(std::move(record));
        noteUndo({m_seq, entry, {}, {}});
        expired.push_back(std::move(entry));
    }
    if (!group.isEmpty())
        append(std::move(group), freed);
    m_expiredCount.fetch_add(expired.size(), std::memory_order_relaxed);
    m_nextDueMs = m_expiries.nextDue();
    return m_nextDueMs;
}

std::optional<Error> KeyValueStore::check(const Operation &operation, const Entry *current,
                                          qint64 growth) const
{
    if (!operation.condition.holds(current))
        return Error{ErrorCode::PreconditionFailed,
                     "the key's revision does not meet If-Match or If-None-Match"};
    if (m_maxMemory > 0 && operation.kind == Operation::Kind::Put && growth > 0
        && m_allocatedBytes.load(std::memory_order_relaxed) + growth > m_maxMemory)
        return Error{ErrorCode::OutOfMemory,
                     "the store is at its memory limit (--max-memory); delete something first"};
    return std::nullopt;
}

// An entry whose time has come but which the expirer has not reached yet must not be seen by a
// condition, and its end has to stand in the log before what comes next.
Slot *KeyValueStore::findAlive(const SlotTable::Sought &sought, qint64 now, Freed &freed)
{
    Slot *slot = m_slots.find(sought);
    if (!slot || !slot->entry->isExpiredAt(now))
        return slot;
    const EntryPtr entry = take(slot);
    m_lastRemovalSeq = ++m_seq;
    Record record = recordOf(Op::Expire, m_seq, now);
    record.key = entry->key().toByteArray();
    noteUndo({m_seq, entry, {}, {}});
    append({std::move(record)}, freed);
    m_expiredCount.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
}

// The slot is that of the operation's key, null when there is none. What is not needed of what was
// prepared is left where it is, to be freed when the lock is released.
Outcome KeyValueStore::perform(const Operation &operation, Slot *slot, Prepared &prepared,
                               qint64 now, RecordGroup &group)
{
    Outcome outcome;
    if (slot)
        outcome.previous = slot->entry;
    else if (operation.kind != Operation::Kind::Put) {
        outcome.seq = m_lastRemovalSeq;
        return outcome;
    }
    outcome.applied = true;
    outcome.seq = ++m_seq;

    Record record = recordOf(Op::Insert, m_seq, now);
    // From the time of the event, so that whoever adds the two up knows when the key expires.
    const qint64 expiresAtMs = operation.ttlMs != 0 ? now + operation.ttlMs : 0;
    switch (operation.kind) {
    case Operation::Kind::Put:
        operation.entry->setRevision(m_seq);
        operation.entry->setExpiresAtMs(expiresAtMs);
        outcome.current = operation.entry;
        put(slot, outcome.current, std::move(prepared.block));
        record.entry = outcome.current;
        break;
    case Operation::Kind::Touch:
        if (prepared.seen != slot->entry)
            prepared.extended = Entry::create(*slot->entry);
        prepared.extended->setExpiresAtMs(expiresAtMs);
        outcome.current = prepared.extended;
        replace(slot, outcome.current);
        m_lastTouchSeq = m_seq;
        record.op = Op::Touch;
        record.entry = outcome.current;
        break;
    case Operation::Kind::Delete:
        take(slot);
        m_lastRemovalSeq = m_seq;
        record.op = Op::Delete;
        record.key = operation.key;
        break;
    }
    noteUndo({m_seq, outcome.previous, outcome.current, {}});
    group.append(std::move(record));
    return outcome;
}

void KeyValueStore::put(Slot *slot, EntryPtr entry, std::unique_ptr<KeyBlock> spare)
{
    if (slot) {
        replace(slot, std::move(entry));
        return;
    }
    slot = m_slots.insert(std::move(entry));
    m_index.insert(slot, std::move(spare));
    noteArrived(slot);
}

void KeyValueStore::replace(Slot *slot, EntryPtr entry)
{
    noteLeaving(slot->entry);
    m_slots.replace(slot, std::move(entry));
    noteArrived(slot);
}

EntryPtr KeyValueStore::take(Slot *slot)
{
    noteLeaving(slot->entry);
    m_index.remove(slot->entry->key());
    return m_slots.remove(slot);
}

// All entries whose key begins with the prefix, in key order.
std::vector<EntryPtr> KeyValueStore::takeRange(const QByteArray &prefix)
{
    const auto from = m_index.lowerBound(prefix);
    const std::vector<Slot *> slots = m_index.removeRange(from, m_index.prefixEnd(prefix));
    std::vector<EntryPtr> taken;
    taken.reserve(slots.size());
    for (Slot *slot : slots) {
        noteLeaving(slot->entry);
        taken.push_back(m_slots.remove(slot));
    }
    return taken;
}

void KeyValueStore::noteUndo(UndoHistory::Step step)
{
    if (m_keepsUndo)
        m_undo.note(std::move(step));
}

void KeyValueStore::forgetDurable(Freed &freed)
{
    if (m_keepsUndo)
        m_undo.forgetUpTo(m_log.durableSeq(), freed.steps);
}

void KeyValueStore::append(RecordGroup group, Freed &freed)
{
    for (Record &record : m_log.append(std::move(group)))
        freed.records.append(std::move(record));
}

void KeyValueStore::rollBack()
{
    const std::unique_lock locker(m_lock);
    const quint64 durable = m_log.durableSeq();
    UndoHistory::Step step;
    while (m_undo.takeLastAfter(durable, step))
        undo(std::move(step));
    m_seq = durable;
    m_lastRemovalSeq = std::min(m_lastRemovalSeq, durable);
    m_lastTouchSeq = std::min(m_lastTouchSeq, durable);
}

void KeyValueStore::undo(UndoHistory::Step step)
{
    for (EntryPtr &entry : step.removed)
        put(nullptr, std::move(entry));
    if (step.previous) {
        Slot *slot = m_slots.find(m_slots.seek(step.previous->key()));
        put(slot, std::move(step.previous));
    } else if (step.current)
        take(m_slots.find(m_slots.seek(step.current->key())));
}

void KeyValueStore::noteArrived(Slot *slot)
{
    const Entry &entry = *slot->entry;
    m_keyCount.fetch_add(1, std::memory_order_relaxed);
    m_storedBytes.fetch_add(quint64(entry.payloadSize()), std::memory_order_relaxed);
    m_allocatedBytes.fetch_add(memoryOf(&entry), std::memory_order_relaxed);
    if (entry.expiresAtMs() != 0)
        m_expiries.add(slot);
}

void KeyValueStore::noteLeaving(const EntryPtr &entry)
{
    m_keyCount.fetch_sub(1, std::memory_order_relaxed);
    m_storedBytes.fetch_sub(quint64(entry->payloadSize()), std::memory_order_relaxed);
    m_allocatedBytes.fetch_sub(memoryOf(entry.data()), std::memory_order_relaxed);
    if (entry->expiresAtMs() != 0)
        m_expiries.entryLeft();
    for (Snapshot *snapshot : m_snapshots)
        snapshot->keep(entry);
}

bool KeyValueStore::isDueEarlier()
{
    const qint64 due = m_expiries.nextDue();
    if (due == 0 || (m_nextDueMs != 0 && due >= m_nextDueMs))
        return false;
    m_nextDueMs = due;
    return true;
}

} // namespace memorykv
