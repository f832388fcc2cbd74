// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/snapshot.h"

#include "server/store/keyvaluestore.h"
#include "shared/limits.h"

#include <algorithm>

namespace memorykv {

Snapshot::Snapshot(KeyValueStore &store, QByteArray prefix, QByteArray after)
    : m_store(store)
    , m_prefix(std::move(prefix))
    , m_after(std::move(after))
{
    const std::unique_lock locker(m_store.m_lock);
    m_seq = m_store.m_seq;
    m_store.m_snapshots.push_back(this);
}

Snapshot::~Snapshot()
{
    const std::unique_lock locker(m_store.m_lock);
    std::erase(m_store.m_snapshots, this);
}

std::vector<EntryPtr> Snapshot::next(size_t maxEntries, qsizetype maxBytes)
{
    // Before the lock is taken: an allocation may take milliseconds where much was freed of late.
    std::vector<EntryPtr> entries;
    entries.reserve(std::min(maxEntries, KeyValueStore::kSliceSize));
    QByteArray after;
    after.reserve(kMaxKeySize);
    qsizetype bytes = 0;
    const auto give = [&](const EntryPtr &entry) {
        entries.push_back(entry);
        bytes += entry->allocatedSize();
    };
    // Writers change what is kept under the write lock, and this is the one thread that reads it.
    const std::shared_lock locker(m_store.m_lock);
    const KeyIndex &index = m_store.m_index;
    auto [at, end] = m_store.rangeOf(m_prefix, m_after);
    auto kept = m_kept.begin();
    QByteArrayView last;
    qint64 taken = 0;
    for (size_t seen = 0; seen < maxEntries && bytes < maxBytes; ++seen) {
        const EntryPtr *present = at != end ? &index.at(at)->entry : nullptr;
        const bool takeKept = kept != m_kept.end()
                              && (!present || QByteArrayView(kept->first) <= (*present)->key());
        if (takeKept) {
            give(kept->second);
            taken += kept->second->allocatedSize();
            last = kept->second->key();
            if (present && (*present)->key() == last)
                at = index.next(at);
            ++kept;
        } else if (present) {
            last = (*present)->key();
            if ((*present)->revision() <= m_seq)
                give(*present);
            at = index.next(at);
        } else {
            m_atEnd = true;
            break;
        }
    }
    if (!last.isNull()) {
        after.append(last);
        m_after.swap(after);
    }
    m_kept.erase(m_kept.begin(), kept);
    m_keptBytes.fetch_sub(taken, std::memory_order_relaxed);
    return entries;
}

void Snapshot::keep(const EntryPtr &entry)
{
    // What came after the snapshot is not part of it; of what was, the first to go is the one.
    if (entry->revision() > m_seq || !isAhead(entry->key()))
        return;
    if (m_kept.try_emplace(entry->key().toByteArray(), entry).second)
        m_keptBytes.fetch_add(entry->allocatedSize(), std::memory_order_relaxed);
}

bool Snapshot::isAhead(QByteArrayView key) const
{
    return !m_atEnd && key > QByteArrayView(m_after) && key.startsWith(m_prefix);
}

} // namespace memorykv
