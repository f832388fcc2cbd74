// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/slot.h"

#include <compare>
#include <vector>

namespace memorykv {

/// The keys in byte order: sorted blocks of slots, and the blocks in order, a B+ tree of two
/// levels. A block splits in half when it is full, so blocks are about two thirds full.
///
/// Lookups take O(log n) comparisons. Not thread-safe: the store locks.
class KeyIndex
{
public:
    /// A place in the index. Valid until the index changes.
    struct Cursor
    {
        size_t block = 0;
        size_t offset = 0;

        friend auto operator<=>(const Cursor &, const Cursor &) = default;
    };

    /// Adds \a slot, whose key must not be there yet.
    void insert(Slot *slot);

    /// Makes this the index of \a slots, of which no two have the same key, in any order. Faster
    /// than insert() for each.
    void build(const std::vector<Slot *> &slots);

    /// Removes \a key, which must be there.
    void remove(QByteArrayView key);

    /// Removes the keys in [\a from, \a to) and returns their slots in order.
    std::vector<Slot *> removeRange(Cursor from, Cursor to);

    /// The first key that is not below \a key.
    Cursor lowerBound(QByteArrayView key) const;
    /// The first key that is above \a key.
    Cursor upperBound(QByteArrayView key) const;
    /// The first key above all that begin with \a prefix.
    Cursor prefixEnd(QByteArrayView prefix) const;
    Cursor begin() const { return {}; }
    Cursor end() const { return {m_blocks.size(), 0}; }

    /// The slot at \a cursor, which must not be end().
    Slot *at(Cursor cursor) const { return m_blocks[cursor.block].slots[cursor.offset]; }
    Cursor next(Cursor cursor) const;

    /// The number of keys in [\a from, \a to).
    size_t count(Cursor from, Cursor to) const;

private:
    static constexpr size_t kMaxBlockSize = 256;
    static constexpr size_t kBuiltBlockSize = kMaxBlockSize * 2 / 3; ///< room for keys to come

    struct Block
    {
        std::vector<Slot *> slots; ///< never empty

        QByteArrayView firstKey() const { return slots.front()->entry->key(); }
    };

    template <typename IsBefore>
    Cursor partitionPoint(IsBefore isBefore) const;
    size_t blockFor(QByteArrayView key) const;

    std::vector<Block> m_blocks;
};

} // namespace memorykv
