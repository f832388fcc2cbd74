// SPDX-License-Identifier: GPL-3.0-only
//
// What looks at the store and changes nothing.
#include "server/store/keyvaluestore.h"
#include "server/store/snapshot.h"

#include <algorithm>

namespace memorykv {

KeyValueStore::Lookup KeyValueStore::get(const QByteArray &key) const
{
    const qint64 now = m_clock();
    const SlotTable::Sought sought = m_slots.seek(key);
    const std::shared_lock locker(m_lock);
    Lookup lookup;
    const Entry *entry = m_slots.entryOf(sought);
    if (entry && !entry->isExpiredAt(now)) {
        lookup.entry = EntryPtr(entry);
        lookup.seq = std::max(lookup.entry->revision(), m_lastTouchSeq);
    } else {
        lookup.seq = m_lastRemovalSeq;
    }
    if (m_log.isWatched())
        announce(Op::Read, key, bool(lookup.entry));
    return lookup;
}

KeyValueStore::Listing KeyValueStore::list(const QByteArray &prefix, const QByteArray &after,
                                           size_t limit)
{
    const qint64 now = m_clock();
    Listing listing;
    const auto add = [&](const EntryPtr &entry) {
        if (entry->isExpiredAt(now))
            return;
        if (listing.entries.size() < limit)
            listing.entries.push_back(entry);
        else
            listing.more = true;
    };
    if (limit < kSliceSize) {
        const std::shared_lock locker(m_lock);
        announceList(prefix);
        listing.seq = m_seq;
        auto [at, end] = rangeOf(prefix, after);
        for (; at != end && !listing.more; at = m_index.next(at))
            add(m_index.at(at)->entry);
        return listing;
    }
    Snapshot snapshot(*this, prefix, after);
    listing.seq = snapshot.seq();
    while (!snapshot.atEnd() && !listing.more) {
        for (const EntryPtr &entry : snapshot.next(kSliceSize))
            add(entry);
    }
    const std::shared_lock locker(m_lock);
    announceList(prefix);
    return listing;
}

KeyValueStore::Count KeyValueStore::count(const QByteArray &prefix) const
{
    const std::shared_lock locker(m_lock);
    announceList(prefix);
    return {m_index.count(m_index.lowerBound(prefix), m_index.prefixEnd(prefix)), m_seq};
}

void KeyValueStore::announce(Op op, const QByteArray &key, bool found) const
{
    m_log.announce(
        {.op = op, .found = found, .seq = m_seq, .timeMs = m_clock(), .entry = {}, .key = key});
}

void KeyValueStore::announceList(const QByteArray &prefix) const
{
    if (m_log.isWatched())
        announce(prefix.isEmpty() ? Op::List : Op::ListPrefix, prefix);
}

// The keys that begin with the prefix and are above the key after, which may be outside of them.
KeyValueStore::Range KeyValueStore::rangeOf(const QByteArray &prefix, const QByteArray &after) const
{
    const auto end = m_index.prefixEnd(prefix);
    const auto begin = after < prefix ? m_index.lowerBound(prefix) : m_index.upperBound(after);
    return {std::min(begin, end), end};
}

} // namespace memorykv
