// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/keyindex.h"

#include <algorithm>

namespace memorykv {

using keyheads::Bound;
using keyheads::commonSize;
using keyheads::headOf;

KeyIndex::Cursor KeyIndex::find(QByteArrayView wanted, Bound bound) const
{
    if (m_groups.isEmpty())
        return end();
    const size_t group = m_groups.find(wanted, bound);
    const size_t block = m_groups.at(group).blocks.find(wanted, bound);
    const size_t offset = m_groups.at(group).blocks.at(block).find(wanted, bound);
    return normalized(place(group, block, offset));
}

// A place behind the last key of a block is that of the first key of the next one.
KeyIndex::Cursor KeyIndex::normalized(const Cursor &cursor) const
{
    if (cursor.offset < cursor.leaf->size())
        return cursor;
    if (cursor.block + 1 < m_groups.at(cursor.group).blocks.size())
        return place(cursor.group, cursor.block + 1, 0);
    return place(cursor.group + 1, 0, 0);
}

void KeyIndex::insert(Slot *slot, std::unique_ptr<KeyBlock> spare)
{
    const QByteArrayView key = slot->entry->key();
    if (m_groups.isEmpty()) {
        append({slot});
        return;
    }
    const size_t group = m_groups.find(key, Bound::Lower);
    Cursor at = place(group, m_groups.at(group).blocks.find(key, Bound::Lower), 0);
    if (blockAt(at).isFull())
        at = makeRoom(at, key, spare ? std::move(spare) : std::make_unique<KeyBlock>());
    blockAt(at).insert(slot);
    ++m_groups.at(at.group).keys;
}

KeyIndex::Path KeyIndex::pathTo(QByteArrayView key) const
{
    const Group &group = m_groups.at(m_groups.find(key, Bound::Lower));
    return {&group, &group.blocks.at(group.blocks.find(key, Bound::Lower))};
}

keyheads::Memory KeyIndex::blockFor(QByteArrayView key) const
{
    return m_groups.isEmpty() ? keyheads::Memory() : pathTo(key).block->searched();
}

KeyIndex::Change KeyIndex::changeFor(QByteArrayView key) const
{
    if (m_groups.isEmpty())
        return {.takesBlock = true};
    const auto [group, block] = pathTo(key);
    if (!block->isFull())
        return {.memory = {block->movedFrom(block->find(key, Bound::Lower))}};
    const QByteArrayView separator = block->keyAt(kSplitAt);
    return {.takesBlock = true,
            .memory = {block->movedFrom(0), std::as_bytes(std::span(separator)),
                       group->blocks.headMemory(), group->blocks.childMemory()}};
}

// Splits the block, and its group before if that is full. Returns the block the key belongs to.
KeyIndex::Cursor KeyIndex::makeRoom(Cursor at, QByteArrayView key, std::unique_ptr<KeyBlock> fresh)
{
    Group *group = &m_groups.at(at.group);
    if (group->blocks.size() == kMaxBlocks) {
        splitGroup(at.group);
        const size_t lower = m_groups.at(at.group).blocks.size();
        if (at.block >= lower)
            at = place(at.group + 1, at.block - lower, 0);
        group = &m_groups.at(at.group);
    }
    KeyBlock &full = group->blocks.at(at.block);
    // Keys that come in ascending order would leave every block half empty if split evenly.
    const bool isLast = at.group + 1 == m_groups.size() && at.block + 1 == group->blocks.size();
    if (isLast && full.lastKey() < key) {
        group->blocks.insert(at.block + 1, key.toByteArray(), std::move(fresh));
        return place(at.group, at.block + 1, 0);
    }
    full.split(kSplitAt, *fresh);
    QByteArray separator = fresh->keyAt(0).toByteArray();
    const bool intoUpper = separator < key;
    group->blocks.insert(at.block + 1, std::move(separator), std::move(fresh));
    return place(at.group, at.block + (intoUpper ? 1 : 0), 0);
}

void KeyIndex::splitGroup(size_t group)
{
    Group &lower = m_groups.at(group);
    auto upper = std::make_unique<Group>();
    // The last group is the one that ascending keys fill; all but its last block are full then.
    const size_t place = group + 1 == m_groups.size() ? kMaxBlocks - 1 : kMaxBlocks / 2;
    lower.blocks.split(place, upper->blocks);
    for (size_t block = 0; block < upper->blocks.size(); ++block)
        upper->keys += upper->blocks.at(block).size();
    lower.keys -= upper->keys;
    QByteArray separator = upper->blocks.separator(0);
    m_groups.insert(group + 1, std::move(separator), std::move(upper));
}

void KeyIndex::build(const std::vector<Slot *> &slots)
{
    struct Item
    {
        keyheads::Head head;
        Slot *slot;
    };
    m_groups.clear();
    if (slots.empty())
        return;
    QByteArrayView common = slots.front()->entry->key();
    for (const Slot *slot : slots)
        common = common.first(commonSize(common, slot->entry->key()));
    std::vector<Item> items;
    items.reserve(slots.size());
    for (Slot *slot : slots)
        items.push_back({headOf(slot->entry->key(), common.size()), slot});
    std::sort(items.begin(), items.end(), [](const Item &a, const Item &b) {
        return a.head != b.head ? a.head < b.head : a.slot->entry->key() < b.slot->entry->key();
    });
    std::vector<Slot *> block;
    for (const Item &item : items) {
        block.push_back(item.slot);
        if (block.size() == kBuiltBlockSize) {
            append(block);
            block.clear();
        }
    }
    if (!block.empty())
        append(block);
}

// A block of these, which are behind all keys there are.
void KeyIndex::append(const std::vector<Slot *> &slots)
{
    const QByteArray separator = slots.front()->entry->key().toByteArray();
    if (m_groups.isEmpty() || m_groups.at(m_groups.size() - 1).blocks.size() >= kBuiltBlocks)
        m_groups.insert(m_groups.size(), separator, std::make_unique<Group>());
    Group &group = m_groups.at(m_groups.size() - 1);
    group.blocks.insert(group.blocks.size(), separator, std::make_unique<KeyBlock>(slots));
    group.keys += slots.size();
}

void KeyIndex::remove(QByteArrayView key)
{
    remove(lowerBound(key), 1);
}

// Removes keys of one block, and with its last one the block, and so on.
void KeyIndex::remove(Cursor from, size_t count)
{
    Group &group = m_groups.at(from.group);
    KeyBlock &block = group.blocks.at(from.block);
    block.remove(from.offset, count);
    group.keys -= count;
    if (block.size() == 0)
        group.blocks.remove(from.block);
    if (group.blocks.isEmpty())
        m_groups.remove(from.group);
}

std::vector<Slot *> KeyIndex::removeRange(Cursor from, Cursor to)
{
    std::vector<Slot *> removed;
    size_t left = count(from, to);
    removed.reserve(left);
    while (left > 0) {
        const KeyBlock &block = *from.leaf;
        const size_t part = std::min(left, block.size() - from.offset);
        for (size_t i = 0; i < part; ++i)
            removed.push_back(block.at(from.offset + i));
        left -= part;
        const bool wholeBlock = part == block.size();
        const bool wholeGroup = wholeBlock && m_groups.at(from.group).blocks.size() == 1;
        remove(from, part);
        // What comes next has taken the place of what is gone, or is behind what is left.
        if (left == 0)
            break;
        if (wholeGroup)
            from = place(from.group, 0, 0);
        else if (from.block == m_groups.at(from.group).blocks.size())
            from = place(from.group + 1, 0, 0);
        else
            from = normalized(place(from.group, from.block, from.offset));
    }
    return removed;
}

size_t KeyIndex::count(Cursor from, Cursor to) const
{
    if (from >= to)
        return 0;
    // The keys of a group, or of a block, before a place in it.
    const auto before = [this](Cursor at) {
        size_t keys = at.offset;
        for (size_t block = 0; block < at.block; ++block)
            keys += m_groups.at(at.group).blocks.at(block).size();
        return keys;
    };
    size_t keys = 0;
    for (size_t group = from.group; group < to.group; ++group)
        keys += m_groups.at(group).keys;
    return keys + before(to) - before(from);
}

} // namespace memorykv
