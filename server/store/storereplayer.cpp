// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/storereplayer.h"

namespace memorykv {

void StoreReplayer::restore(const std::vector<EntryPtr> &entries)
{
    const std::unique_lock locker(m_store.m_lock);
    for (const EntryPtr &entry : entries)
        put(entry);
}

void StoreReplayer::replay(const std::vector<Record> &records)
{
    const std::unique_lock locker(m_store.m_lock);
    for (const Record &record : records) {
        if (record.seq > m_store.m_seq)
            replay(record);
    }
}

void StoreReplayer::replay(const Record &record)
{
    switch (record.op) {
    case Op::Insert:
        put(record.entry);
        break;
    case Op::Touch:
        if (Slot *slot = find(record.entry->key())) {
            const Entry &entry = *slot->entry;
            m_store.replace(slot, Entry::create({entry.key(), entry.value(), entry.type(),
                                                 entry.revision(), record.entry->expiresAtMs()}));
        }
        break;
    case Op::Delete:
    case Op::Expire:
        if (Slot *slot = find(record.key))
            take(slot);
        break;
    case Op::DeletePrefix:
    case Op::DeleteAll:
        buildIndex();
        m_store.takeRange(record.key);
        break;
    default:
        break;
    }
    m_store.m_seq = record.seq;
}

Slot *StoreReplayer::find(QByteArrayView key) const
{
    return m_store.m_slots.find(m_store.m_slots.seek(key));
}

void StoreReplayer::put(const EntryPtr &entry)
{
    if (Slot *slot = m_store.m_slots.find({entry->key(), entry->keyHash()})) {
        m_store.replace(slot, entry);
        return;
    }
    Slot *slot = m_store.m_slots.insert(entry);
    if (m_hasIndex)
        m_store.m_index.insert(slot);
    m_store.noteArrived(slot);
}

void StoreReplayer::take(Slot *slot)
{
    if (m_hasIndex) {
        m_store.take(slot);
        return;
    }
    m_store.noteLeaving(slot->entry);
    m_store.m_slots.remove(slot);
}

void StoreReplayer::buildIndex()
{
    if (m_hasIndex)
        return;
    std::vector<Slot *> slots;
    slots.reserve(m_store.m_slots.size());
    m_store.m_slots.forEach([&slots](Slot *slot) { slots.push_back(slot); });
    m_store.m_index.build(slots);
    m_hasIndex = true;
}

void StoreReplayer::finish(quint64 lastSeq)
{
    bool hasExpiry = false;
    {
        const std::unique_lock locker(m_store.m_lock);
        buildIndex();
        m_store.m_seq = lastSeq;
        m_store.m_lastRemovalSeq = lastSeq;
        m_store.m_lastTouchSeq = lastSeq;
        hasExpiry = m_store.isDueEarlier();
    }
    if (hasExpiry && m_store.m_earlierExpiryListener)
        m_store.m_earlierExpiryListener();
}

} // namespace memorykv
