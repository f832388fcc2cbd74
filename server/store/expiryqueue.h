// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/slot.h"

#include <deque>

namespace memorykv {

/// When which slot is due: a binary heap by time, so that the next expiry is known without looking
/// at the keys. An item is never searched for; when its key was written anew or removed it is
/// stale, which shows when it comes up (the slot's entry has another expiry or none). While more
/// than half may be stale, each item that comes has a few looked at and the stale ones removed, so
/// that there is never a pause for all of them.
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

    static constexpr size_t kSwept = 4;    ///< items looked at for one that comes
    static constexpr size_t kSpare = 1024; ///< items that may be stale without a look at any

    void remove(size_t place);
    void rise(size_t place);
    void sink(size_t place);
    void sweep();

    std::deque<Item> m_heap; ///< in blocks: growing moves no items
    size_t m_live = 0;       ///< entries that have an expiry
    size_t m_sweepAt = 0;    ///< the place in the heap that is looked at next
};

} // namespace memorykv
