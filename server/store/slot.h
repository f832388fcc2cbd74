// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"

#include <QHashFunctions>

#include <algorithm>
#include <limits>
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
/// it serves to look one up. It keeps the key's hash, so that growing the table and passing over
/// another key do not fetch entries from memory.
class SlotKey
{
public:
    explicit SlotKey(Slot *slot)
        : m_slot(slot)
        , m_hash(hashOf(slot->entry->key()))
        , m_size(kIsSlot)
    { }
    /// \a key has up to kMaxKeySize bytes, or is longer and not found.
    explicit SlotKey(QByteArrayView key)
        : m_key(key.data())
        , m_hash(hashOf(key))
        , m_size(qint32(std::min<qsizetype>(key.size(), std::numeric_limits<qint32>::max())))
    { }

    Slot *slot() const { return m_slot; }
    quint32 hash() const { return m_hash; }
    QByteArrayView key() const
    {
        return m_size == kIsSlot ? m_slot->entry->key() : QByteArrayView(m_key, m_size);
    }

    friend bool operator==(const SlotKey &a, const SlotKey &b)
    {
        return a.m_hash == b.m_hash && a.key() == b.key();
    }
    // QHash gives the seed of the process, which is in the hash already.
    friend size_t qHash(const SlotKey &key, size_t = 0) noexcept { return key.m_hash; }

private:
    static constexpr qint32 kIsSlot = -1;

    static quint32 hashOf(QByteArrayView key)
    {
        return quint32(qHashBits(key.data(), size_t(key.size()), size_t(QHashSeed::globalSeed())));
    }

    union
    {
        Slot *m_slot;
        const char *m_key;
    };
    quint32 m_hash;
    qint32 m_size;
};

} // namespace memorykv
