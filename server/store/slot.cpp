// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/slot.h"

namespace memorykv {

Slot *SlotPool::acquire(EntryPtr entry)
{
    Slot *slot = nullptr;
    if (!m_free.empty()) {
        slot = m_free.back();
        m_free.pop_back();
    } else {
        if (m_used == kBlockSize) {
            m_blocks.push_back(std::make_unique<Slot[]>(kBlockSize));
            m_used = 0;
        }
        slot = &m_blocks.back()[m_used++];
    }
    slot->entry = std::move(entry);
    return slot;
}

EntryPtr SlotPool::release(Slot *slot)
{
    EntryPtr entry;
    entry.swap(slot->entry);
    m_free.push_back(slot);
    return entry;
}

} // namespace memorykv
