// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/slot.h"

#include <QSet>

#include <array>

namespace memorykv {

/// The slots by their keys: a hash table in parts. A QSet that grows moves all it holds at once,
/// and whoever waits for the store's lock waits for that; a part has a thousandth of the keys, and
/// the parts grow one at a time. Not thread-safe: the store locks.
class SlotTable
{
public:
    /// The slot of \a key, or null.
    Slot *find(QByteArrayView key) const
    {
        const SlotKey wanted(key);
        const QSet<SlotKey> &part = m_parts[partOf(wanted)];
        const auto found = part.constFind(wanted);
        return found == part.constEnd() ? nullptr : found->slot();
    }

    /// Adds \a slot unless the key of its entry has one already. Returns the one it has now.
    Slot *insert(Slot *slot)
    {
        const SlotKey key(slot);
        return m_parts[partOf(key)].insert(key)->slot();
    }

    /// Removes \a slot, which still holds its entry.
    void remove(Slot *slot)
    {
        const SlotKey key(slot);
        m_parts[partOf(key)].remove(key);
    }

    size_t size() const
    {
        size_t total = 0;
        for (const QSet<SlotKey> &part : m_parts)
            total += size_t(part.size());
        return total;
    }

    /// Calls \a visit with each slot, in no order.
    template <typename Visit>
    void forEach(Visit visit) const
    {
        for (const QSet<SlotKey> &part : m_parts) {
            for (const SlotKey &key : part)
                visit(key.slot());
        }
    }

private:
    static constexpr int kPartBits = 10;

    // QSet goes by the lowest bits of the hash, so the highest are left to tell the parts.
    static size_t partOf(const SlotKey &key) { return key.hash() >> (32 - kPartBits); }

    std::array<QSet<SlotKey>, 1 << kPartBits> m_parts;
};

} // namespace memorykv
