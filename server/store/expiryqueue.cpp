// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/expiryqueue.h"

namespace memorykv {

void ExpiryQueue::add(Slot *slot)
{
    ++m_live;
    m_heap.push_back({slot->entry->expiresAtMs(), slot});
    rise(m_heap.size() - 1);
    if (m_heap.size() > 2 * m_live + kSpare)
        sweep();
}

qint64 ExpiryQueue::nextDue()
{
    while (!m_heap.empty() && m_heap.front().isStale())
        remove(0);
    return m_heap.empty() ? 0 : m_heap.front().atMs;
}

Slot *ExpiryQueue::takeDue(qint64 nowMs)
{
    const qint64 due = nextDue();
    if (due == 0 || due > nowMs)
        return nullptr;
    Slot *slot = m_heap.front().slot;
    remove(0);
    return slot;
}

void ExpiryQueue::remove(size_t place)
{
    const Item last = m_heap.back();
    m_heap.pop_back();
    if (place == m_heap.size())
        return;
    m_heap[place] = last;
    sink(place);
    rise(place);
}

void ExpiryQueue::rise(size_t place)
{
    const Item item = m_heap[place];
    while (place > 0) {
        const size_t parent = (place - 1) / 2;
        if (m_heap[parent].atMs <= item.atMs)
            break;
        m_heap[place] = m_heap[parent];
        place = parent;
    }
    m_heap[place] = item;
}

void ExpiryQueue::sink(size_t place)
{
    const Item item = m_heap[place];
    for (size_t child = 0; (child = 2 * place + 1) < m_heap.size(); place = child) {
        if (child + 1 < m_heap.size() && m_heap[child + 1].atMs < m_heap[child].atMs)
            ++child;
        if (m_heap[child].atMs >= item.atMs)
            break;
        m_heap[place] = m_heap[child];
    }
    m_heap[place] = item;
}

// What is removed is replaced by an item from further behind, which is looked at then.
void ExpiryQueue::sweep()
{
    for (size_t looked = 0; looked < kSwept; ++looked) {
        if (m_sweepAt >= m_heap.size())
            m_sweepAt = 0;
        if (m_heap[m_sweepAt].isStale())
            remove(m_sweepAt);
        else
            ++m_sweepAt;
    }
}

} // namespace memorykv
