// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/keyblock.h"
#include "server/store/keydirectory.h"

#include <compare>
#include <vector>

namespace memorykv {

/// The keys in byte order, a B+ tree of three levels: groups, the blocks of a group, the slots of a
/// block. A block splits in half when it is full, so blocks are about two thirds full; so do
/// groups.
///
/// A lookup compares heads of keys (keyheads.h) and looks at few keys themselves. A change moves
/// what is behind it in one block, at times in one group. Not thread-safe: the store locks.
class KeyIndex
{
public:
    /// A place in the index. Valid until the index changes.
    struct Cursor
    {
        size_t group = 0;
        size_t block = 0;
        size_t offset = 0;
        const KeyBlock *leaf = nullptr; ///< that block; null at the end

        friend auto operator<=>(const Cursor &, const Cursor &) = default;
    };

    /// Adds \a slot, whose key must not be there yet. It may take a block more, which is \a spare
    /// if there is one.
    void insert(Slot *slot, std::unique_ptr<KeyBlock> spare = {});

    /// Where insert() or remove() of \a key is going to search; nowhere in an empty index. To be
    /// fetched (keyheads::fetch()), which needs no lock.
    keyheads::Memory blockFor(QByteArrayView key) const;
    /// What comes of a change.
    struct Change
    {
        bool takesBlock = false;                     ///< insert() takes a block more
        std::array<keyheads::Memory, 4> memory = {}; ///< that is changed, to be fetched likewise
    };
    /// What insert() or remove() of \a key is going to do.
    Change changeFor(QByteArrayView key) const;

    /// Makes this the index of \a slots, of which no two have the same key, in any order. Faster
    /// than insert() for each.
    void build(const std::vector<Slot *> &slots);

    /// Removes \a key, which must be there.
    void remove(QByteArrayView key);

    /// Removes the keys in [\a from, \a to) and returns their slots in order.
    std::vector<Slot *> removeRange(Cursor from, Cursor to);

    /// The first key that is not below \a key.
    Cursor lowerBound(QByteArrayView key) const { return find(key, keyheads::Bound::Lower); }
    /// The first key that is above \a key.
    Cursor upperBound(QByteArrayView key) const { return find(key, keyheads::Bound::Upper); }
    /// The first key above all that begin with \a prefix.
    Cursor prefixEnd(QByteArrayView prefix) const { return find(prefix, keyheads::Bound::Prefix); }
    Cursor begin() const { return place(0, 0, 0); }
    Cursor end() const { return place(m_groups.size(), 0, 0); }

    /// The slot at \a cursor, which must not be end().
    Slot *at(const Cursor &cursor) const { return cursor.leaf->at(cursor.offset); }
    /// The place behind \a cursor, which must not be end(). What follows is fetched ahead.
    Cursor next(Cursor cursor) const
    {
        if (++cursor.offset < cursor.leaf->size()) {
            cursor.leaf->fetchAhead(cursor.offset);
            return cursor;
        }
        return normalized(cursor);
    }

    /// The number of keys in [\a from, \a to).
    size_t count(Cursor from, Cursor to) const;

private:
    static constexpr size_t kMaxBlocks = 128; ///< of a group
    static constexpr size_t kSplitAt = KeyBlock::kCapacity / 2;
    // What build() leaves room for keys to come with.
    static constexpr size_t kBuiltBlockSize = KeyBlock::kCapacity * 2 / 3;
    static constexpr size_t kBuiltBlocks = kMaxBlocks * 2 / 3;

    struct Group
    {
        KeyDirectory<KeyBlock> blocks; ///< never empty, and no block is
        size_t keys = 0;
    };

    /// A group and one of its blocks.
    struct Path
    {
        const Group *group;
        const KeyBlock *block;
    };
    Path pathTo(QByteArrayView key) const;
    Cursor find(QByteArrayView wanted, keyheads::Bound bound) const;
    KeyBlock &blockAt(const Cursor &cursor) const
    {
        return m_groups.at(cursor.group).blocks.at(cursor.block);
    }
    Cursor place(size_t group, size_t block, size_t offset) const
    {
        const bool isEnd = group == m_groups.size();
        return {group, block, offset, isEnd ? nullptr : &m_groups.at(group).blocks.at(block)};
    }
    Cursor normalized(const Cursor &cursor) const;
    void append(const std::vector<Slot *> &slots);
    Cursor makeRoom(Cursor at, QByteArrayView key, std::unique_ptr<KeyBlock> fresh);
    void splitGroup(size_t group);
    void remove(Cursor from, size_t count);

    KeyDirectory<Group> m_groups; ///< no group is empty
};

} // namespace memorykv
