// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"

#include <memory>
#include <vector>

namespace memorykv {

/// The place of a key in the store. It stays where it is while the key exists, so that the ordered
/// index and the queue of expiries point to it and need not be searched when a write replaces the
/// entry. Between keys the entry is null.
struct Slot
{
    EntryPtr entry;
};

/// Slots in large blocks: eight bytes each instead of an allocation, and a number of four to name
/// one. A slot that was released may be handed out for another key, but its memory stays valid as
/// long as the pool.
class SlotPool
{
public:
    /// The number of a slot that holds \a entry.
    quint32 acquire(EntryPtr entry);
    /// Takes the slot back and returns the entry it held.
    EntryPtr release(quint32 number);
    Slot *at(quint32 number) const { return &m_blocks[number / kBlockSize][number % kBlockSize]; }

private:
    static constexpr quint32 kBlockSize = 4096;

    void addBlock();

    std::vector<std::unique_ptr<Slot[]>> m_blocks;
    std::vector<quint32> m_free; ///< has room for all slots: a release allocates nothing
    quint32 m_used = 0;          ///< slots that were ever handed out
};

} // namespace memorykv
