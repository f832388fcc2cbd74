// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"

#include <deque>
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
    std::deque<Slot *> m_free;  ///< in blocks: growing moves none
    size_t m_used = kBlockSize; ///< slots handed out from the last block
};

} // namespace memorykv
