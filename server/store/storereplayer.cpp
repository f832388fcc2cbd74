// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/storereplayer.h"

namespace memorykv {

void StoreReplayer::restore(const std::vector<EntryPtr> &entries)
{
    const QWriteLocker locker(&m_store.m_lock);
    for (const EntryPtr &entry : entries)
        m_store.put(nullptr, entry);
}

void StoreReplayer::replay(const std::vector<Record> &records)
{
    const QWriteLocker locker(&m_store.m_lock);
    for (const Record &record : records) {
        if (record.seq > m_store.m_seq)
            replay(record);
    }
}

void StoreReplayer::replay(const Record &record)
{
    switch (record.op) {
    case Op::Insert:
        m_store.put(m_store.find(record.entry->key()), record.entry);
        break;
    case Op::Touch:
        if (Slot *slot = m_store.find(record.entry->key())) {
            const Entry &entry = *slot->entry;
            m_store.replace(slot, Entry::create({entry.key(), entry.value(), entry.type(),
                                                 entry.revision(), record.entry->expiresAtMs()}));
        }
        break;
    case Op::Delete:
    case Op::Expire:
        if (Slot *slot = m_store.find(record.key))
            m_store.take(slot);
        break;
    case Op::DeletePrefix:
    case Op::DeleteAll:
        m_store.takeRange(record.key);
        break;
    default:
        break;
    }
    m_store.m_seq = record.seq;
}

void StoreReplayer::finish(quint64 lastSeq)
{
    bool hasExpiry = false;
    {
        const QWriteLocker locker(&m_store.m_lock);
        m_store.m_seq = lastSeq;
        m_store.m_lastRemovalSeq = lastSeq;
        m_store.m_lastTouchSeq = lastSeq;
        hasExpiry = m_store.isDueEarlier();
    }
    if (hasExpiry && m_store.m_earlierExpiryListener)
        m_store.m_earlierExpiryListener();
}

} // namespace memorykv
