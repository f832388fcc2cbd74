// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/keyheads.h"
#include "server/store/slot.h"

#include <array>
#include <span>

namespace memorykv {

/// A leaf of the ordered index: slots in the order of their keys. Not thread-safe.
class KeyBlock
{
public:
    static constexpr size_t kCapacity = 192;

    KeyBlock() = default;
    /// Of \a slots, which are in order, at most kCapacity and at least one.
    explicit KeyBlock(std::span<Slot *const> slots);

    size_t size() const { return m_size; }
    bool isFull() const { return m_size == kCapacity; }
    Slot *at(size_t place) const { return m_slots[place]; }
    QByteArrayView keyAt(size_t place) const { return m_slots[place]->entry->key(); }
    /// Tells the processor that the slots behind \a place are going to be looked at, one after the
    /// other. They and their entries are anywhere in memory.
    void fetchAhead(size_t place) const
    {
        if (place + 2 * kAhead < m_size)
            __builtin_prefetch(m_slots[place + 2 * kAhead]);
        if (place + kAhead < m_size)
            __builtin_prefetch(m_slots[place + kAhead]->entry.data());
    }
    /// What a search looks at.
    keyheads::Memory searched() const { return std::as_bytes(std::span(this, 1)).first(kSearched); }
    /// The slots at \a place and behind it.
    keyheads::Memory movedFrom(size_t place) const;
    QByteArrayView lastKey() const { return keyAt(m_size - 1); }

    /// The place where a search for \a wanted ends; size() when that is behind all keys.
    size_t find(QByteArrayView wanted, keyheads::Bound bound) const;

    /// Adds \a slot, whose key is not there yet. There must be room.
    void insert(Slot *slot);

    /// Removes \a count slots from \a place on.
    void remove(size_t place, size_t count);

    /// Moves the slots from \a place on, at least one, to \a upper, which is empty.
    void split(size_t place, KeyBlock &upper);

private:
    Q_DISABLE_COPY_MOVE(KeyBlock)

    static constexpr size_t kAhead = 12; ///< places; far enough for memory to answer meanwhile

    void shortenPrefix(qsizetype size);
    void sharpen();
    void makeHeads();

    quint32 m_size = 0;
    QByteArray m_prefix; ///< what all keys begin with, or a part of it
    std::array<keyheads::Head, kCapacity> m_heads;
    std::array<Slot *, kCapacity> m_slots;

    static constexpr size_t kSearched = sizeof(m_size) + sizeof(m_prefix) + sizeof(m_heads);
};

} // namespace memorykv
