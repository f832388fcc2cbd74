// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/slot.h"

namespace memorykv {

quint32 SlotPool::acquire(EntryPtr entry)
{
    quint32 number = m_used;
    if (!m_free.empty()) {
        number = m_free.back();
        m_free.pop_back();
    } else {
        if (number % kBlockSize == 0)
            addBlock();
        ++m_used;
    }
    at(number)->entry = std::move(entry);
    return number;
}

// Only when no slot is free, so that the room for them moves none when it grows.
void SlotPool::addBlock()
{
    m_blocks.push_back(std::make_unique<Slot[]>(kBlockSize));
    const size_t slots = m_blocks.size() * kBlockSize;
    if (m_free.capacity() < slots)
        m_free.reserve(2 * slots);
}

EntryPtr SlotPool::release(quint32 number)
{
    EntryPtr entry;
    entry.swap(at(number)->entry);
    m_free.push_back(number);
    return entry;
}

} // namespace memorykv
