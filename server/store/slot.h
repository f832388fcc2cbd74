// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"

#include <QHashFunctions>

#include <memory>
#include <vector>

namespace memorykv {

/// The place of a key in the store. It stays where it is while the key exists, so that the hash
/// and the ordered index both point to it and a write replaces the entry in one place. Between
/// keys the entry is null.
struct Slot
{
    EntryPtr entry;
};

/// Slots in large blocks: eight bytes each instead of an allocation. A slot that was released may
/// be handed out for another key, but its memory stays valid as long as the pool.
class SlotPool
{
public:
    /// A slot that holds \a entry.
    Slot *acquire(EntryPtr entry);
    /// Takes \a slot back and returns the entry it held.
    EntryPtr release(Slot *slot);

private:
    static constexpr size_t kBlockSize = 4096;

    std::vector<std::unique_ptr<Slot[]>> m_blocks;
    std::vector<Slot *> m_free;
    size_t m_used = kBlockSize; ///< slots handed out from the last block
};

/// What the hash stores: a slot, which is compared by the key of its entry. Built from a bare key
/// it serves to look one up.
class SlotKey
{
public:
    explicit SlotKey(Slot *slot)
        : m_slot(slot)
        , m_size(kIsSlot)
    { }
    explicit SlotKey(QByteArrayView key)
        : m_key(key.data())
        , m_size(key.size())
    { }

    Slot *slot() const { return m_slot; }
    QByteArrayView key() const
    {
        return m_size == kIsSlot ? m_slot->entry->key() : QByteArrayView(m_key, m_size);
    }

    friend bool operator==(const SlotKey &a, const SlotKey &b) { return a.key() == b.key(); }
    friend size_t qHash(const SlotKey &key, size_t seed = 0) noexcept
    {
        return qHash(key.key(), seed);
    }

private:
    static constexpr qsizetype kIsSlot = -1;

    union
    {
        Slot *m_slot;
        const char *m_key;
    };
    qsizetype m_size;
};

} // namespace memorykv
