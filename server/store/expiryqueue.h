// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/slot.h"

#include <optional>
#include <vector>

namespace memorykv {

/// When which slot is due: a binary heap by time, so that the next expiry is known without looking
/// at the keys. An item is never searched for; when its key was written anew or removed it is
/// stale, which shows when it comes up (the slot's entry has another expiry or none), and when too
/// many are stale the heap is rebuilt without them.
///
/// Not thread-safe: the store locks.
class ExpiryQueue
{
public:
    /// Notes that the entry in \a slot, which has an expiry, has been put there.
    void add(Slot *slot);
    /// Notes that an entry with an expiry has left its slot.
    void entryLeft() { --m_live; }

    /// When the next entry is due, in milliseconds since 1970-01-01 UTC; 0 when none ever is.
    /// Drops stale items from the top.
    qint64 nextDue();

    /// A slot whose entry is due at \a nowMs, or null. The caller removes that entry.
    Slot *takeDue(qint64 nowMs);

private:
    struct Item
    {
        qint64 atMs;
        Slot *slot;

        bool isStale() const { return !slot->entry || slot->entry->expiresAtMs() != atMs; }
    };

    void pop();
    void rebuild();
    static bool isLater(const Item &a, const Item &b) { return a.atMs > b.atMs; }

    std::vector<Item> m_heap;
    size_t m_live = 0;
};

} // namespace memorykv
