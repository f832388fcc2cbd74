// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/expiryqueue.h"

#include <algorithm>

namespace memorykv {

void ExpiryQueue::add(Slot *slot)
{
    ++m_live;
    m_heap.push_back({slot->entry->expiresAtMs(), slot});
    std::push_heap(m_heap.begin(), m_heap.end(), isLater);
    if (m_heap.size() > 2 * m_live + 1024)
        rebuild();
}

qint64 ExpiryQueue::nextDue()
{
    while (!m_heap.empty() && m_heap.front().isStale())
        pop();
    return m_heap.empty() ? 0 : m_heap.front().atMs;
}

Slot *ExpiryQueue::takeDue(qint64 nowMs)
{
    const qint64 due = nextDue();
    if (due == 0 || due > nowMs)
        return nullptr;
    Slot *slot = m_heap.front().slot;
    pop();
    return slot;
}

void ExpiryQueue::pop()
{
    std::pop_heap(m_heap.begin(), m_heap.end(), isLater);
    m_heap.pop_back();
}

void ExpiryQueue::rebuild()
{
    std::erase_if(m_heap, [](const Item &item) { return item.isStale(); });
    std::make_heap(m_heap.begin(), m_heap.end(), isLater);
}

} // namespace memorykv
