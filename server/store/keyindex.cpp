// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/keyindex.h"

#include <algorithm>

namespace memorykv {

using Difference = std::vector<Slot *>::difference_type;

static bool keyIsBefore(const Slot *slot, QByteArrayView key)
{
    return slot->entry->key() < key;
}

// The last block whose first key is not above the key, or the first block.
size_t KeyIndex::blockFor(QByteArrayView key) const
{
    const auto above = std::upper_bound(
        m_blocks.begin(), m_blocks.end(), key,
        [](QByteArrayView wanted, const Block &block) { return wanted < block.firstKey(); });
    return above == m_blocks.begin() ? 0 : size_t(above - m_blocks.begin() - 1);
}

void KeyIndex::insert(Slot *slot)
{
    const QByteArrayView key = slot->entry->key();
    if (m_blocks.empty()) {
        m_blocks.push_back(Block{{slot}});
        return;
    }
    size_t at = blockFor(key);
    if (m_blocks[at].slots.size() == kMaxBlockSize) {
        auto &full = m_blocks[at].slots;
        // Keys that come in ascending order would leave every block half empty if split evenly.
        const bool appending = at + 1 == m_blocks.size() && keyIsBefore(full.back(), key);
        const auto middle
            = full.begin() + Difference(appending ? kMaxBlockSize : kMaxBlockSize / 2);
        Block upper{{middle, full.end()}};
        full.erase(middle, full.end());
        full.shrink_to_fit();
        if (upper.slots.empty()) {
            m_blocks.push_back(Block{{slot}});
            return;
        }
        const bool intoUpper = upper.firstKey() < key;
        m_blocks.insert(m_blocks.begin() + Difference(at + 1), std::move(upper));
        at += intoUpper ? 1 : 0;
    }
    auto &slots = m_blocks[at].slots;
    slots.insert(std::lower_bound(slots.begin(), slots.end(), key, keyIsBefore), slot);
}

// The bytes of the key behind those that all keys begin with, as a number in the same order: it
// decides most comparisons without a look at the keys, which are anywhere in memory.
static quint64 headOf(QByteArrayView key, qsizetype from)
{
    quint64 head = 0;
    for (qsizetype i = from; i < from + qsizetype(sizeof head); ++i)
        head = head << 8 | (i < key.size() ? uchar(key[i]) : 0);
    return head;
}

static qsizetype commonSize(QByteArrayView a, QByteArrayView b)
{
    return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
}

void KeyIndex::build(const std::vector<Slot *> &slots)
{
    struct Item
    {
        quint64 head;
        Slot *slot;
    };
    m_blocks.clear();
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
    for (size_t i = 0; i < items.size(); ++i) {
        if (i % kBuiltBlockSize == 0) {
            m_blocks.emplace_back();
            m_blocks.back().slots.reserve(std::min(kBuiltBlockSize, items.size() - i));
        }
        m_blocks.back().slots.push_back(items[i].slot);
    }
}

void KeyIndex::remove(QByteArrayView key)
{
    const Cursor found = lowerBound(key);
    auto &slots = m_blocks[found.block].slots;
    slots.erase(slots.begin() + Difference(found.offset));
    if (slots.empty())
        m_blocks.erase(m_blocks.begin() + Difference(found.block));
}

std::vector<Slot *> KeyIndex::removeRange(Cursor from, Cursor to)
{
    std::vector<Slot *> removed;
    removed.reserve(count(from, to));
    for (Cursor at = from; at != to; at = next(at))
        removed.push_back(this->at(at));
    if (removed.empty())
        return removed;

    const auto blocks = m_blocks.begin();
    if (to.offset > 0) {
        auto &slots = m_blocks[to.block].slots;
        const size_t first = from.block == to.block ? from.offset : 0;
        slots.erase(slots.begin() + Difference(first), slots.begin() + Difference(to.offset));
    }
    if (from.block == to.block)
        return removed;
    auto &slots = m_blocks[from.block].slots;
    slots.erase(slots.begin() + Difference(from.offset), slots.end());
    const size_t firstEmpty = from.offset == 0 ? from.block : from.block + 1;
    m_blocks.erase(blocks + Difference(firstEmpty), blocks + Difference(to.block));
    return removed;
}

// The first place for which isBefore is false; it is true for all keys before that place.
template <typename IsBefore>
KeyIndex::Cursor KeyIndex::partitionPoint(IsBefore isBefore) const
{
    const auto above
        = std::partition_point(m_blocks.begin(), m_blocks.end(),
                               [&](const Block &block) { return isBefore(block.slots.front()); });
    if (above == m_blocks.begin())
        return {};
    const auto &slots = (above - 1)->slots;
    const auto found = std::partition_point(slots.begin(), slots.end(), isBefore);
    const auto block = size_t(above - m_blocks.begin());
    if (found == slots.end())
        return {block, 0};
    return {block - 1, size_t(found - slots.begin())};
}

KeyIndex::Cursor KeyIndex::lowerBound(QByteArrayView key) const
{
    return partitionPoint([key](const Slot *slot) { return keyIsBefore(slot, key); });
}

KeyIndex::Cursor KeyIndex::upperBound(QByteArrayView key) const
{
    return partitionPoint([key](const Slot *slot) { return slot->entry->key() <= key; });
}

KeyIndex::Cursor KeyIndex::prefixEnd(QByteArrayView prefix) const
{
    return partitionPoint([prefix](const Slot *slot) {
        const QByteArrayView key = slot->entry->key();
        return key < prefix || key.startsWith(prefix);
    });
}

KeyIndex::Cursor KeyIndex::next(Cursor cursor) const
{
    if (++cursor.offset == m_blocks[cursor.block].slots.size())
        return {cursor.block + 1, 0};
    return cursor;
}

size_t KeyIndex::count(Cursor from, Cursor to) const
{
    if (from.block == to.block)
        return to.offset > from.offset ? to.offset - from.offset : 0;
    if (from.block > to.block)
        return 0;
    size_t keys = m_blocks[from.block].slots.size() - from.offset + to.offset;
    for (size_t block = from.block + 1; block < to.block; ++block)
        keys += m_blocks[block].slots.size();
    return keys;
}

} // namespace memorykv
