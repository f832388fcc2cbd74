// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/slottable.h"

namespace memorykv {

SlotTable::SlotTable()
    : m_parts(size_t(1) << kPartBits)
{ }

SlotTable::Sought SlotTable::seek(QByteArrayView key) const
{
    const Sought sought{key, Entry::hashOf(key)};
    const Part &part = m_parts[partOf(sought.hash)];
    if (const Cell *cells = part.cells())
        __builtin_prefetch(cells + part.home(sought.hash));
    return sought;
}

const Entry *SlotTable::entryOf(const Sought &sought) const
{
    const Cell *cell = m_parts[partOf(sought.hash)].find(sought);
    return cell ? cell->entry : nullptr;
}

Slot *SlotTable::find(const Sought &sought) const
{
    const Cell *cell = m_parts[partOf(sought.hash)].find(sought);
    if (!cell)
        return nullptr;
    Slot *slot = m_pool.at(cell->slot);
    __builtin_prefetch(slot);
    return slot;
}

Slot *SlotTable::insert(EntryPtr entry)
{
    Cell cell{.hash = entry->keyHash(), .entry = entry.data()};
    cell.slot = m_pool.acquire(std::move(entry));
    m_parts[partOf(cell.hash)].append(cell);
    return m_pool.at(cell.slot);
}

EntryPtr SlotTable::replace(Slot *slot, EntryPtr entry)
{
    Part &part = m_parts[partOf(entry->keyHash())];
    part.find(*slot->entry)->entry = entry.data();
    slot->entry.swap(entry);
    return entry;
}

EntryPtr SlotTable::remove(Slot *slot)
{
    Part &part = m_parts[partOf(slot->entry->keyHash())];
    Cell *cell = part.find(*slot->entry);
    EntryPtr removed = m_pool.release(cell->slot);
    part.remove(cell);
    return removed;
}

size_t SlotTable::size() const
{
    size_t total = 0;
    for (const Part &part : m_parts)
        total += part.size();
    return total;
}

const SlotTable::Cell *SlotTable::Part::find(const Sought &sought) const
{
    if (m_size == 0)
        return nullptr;
    const Cell *cells = this->cells();
    for (quint32 at = home(sought.hash); cells[at].hash != kFree; at = next(at)) {
        if (cells[at].hash == sought.hash && cells[at].entry->key() == sought.key)
            return &cells[at];
    }
    return nullptr;
}

SlotTable::Cell *SlotTable::Part::find(const Entry &entry)
{
    quint32 at = home(entry.keyHash());
    while (m_memory[at].entry != &entry)
        at = next(at);
    return &m_memory[at];
}

void SlotTable::Part::append(const Cell &cell)
{
    if (m_size == capacity() / 4 * 3)
        grow();
    ++m_size;
    place(cell);
}

void SlotTable::Part::place(const Cell &cell)
{
    quint32 at = home(cell.hash);
    while (m_memory[at].hash != kFree)
        at = next(at);
    m_memory[at] = cell;
}

void SlotTable::Part::grow()
{
    const quint32 before = capacity();
    const auto cells = take(before == 0 ? kFirstCapacity : 2 * before);
    for (quint32 at = 0; at < before; ++at) {
        if (cells[at].hash != kFree)
            place(cells[at]);
    }
}

// Moves back what would not be found any more behind a free cell.
void SlotTable::Part::remove(Cell *cell)
{
    if (--m_size == 0) {
        take(0);
        return;
    }
    auto hole = quint32(cell - m_memory.get());
    for (quint32 at = next(hole); m_memory[at].hash != kFree; at = next(at)) {
        const quint32 fromHome = (at - home(m_memory[at].hash)) & (capacity() - 1);
        const quint32 fromHole = (at - hole) & (capacity() - 1);
        if (fromHome < fromHole)
            continue;
        m_memory[hole] = m_memory[at];
        hole = at;
    }
    m_memory[hole] = {};
}

// Takes free cells for those there are, and returns these.
std::unique_ptr<SlotTable::Cell[]> SlotTable::Part::take(quint32 capacity)
{
    auto cells = capacity == 0 ? nullptr : std::make_unique<Cell[]>(capacity);
    m_memory.swap(cells);
    m_capacity.store(capacity, std::memory_order_relaxed);
    m_cells.store(m_memory.get(), std::memory_order_relaxed);
    return cells;
}

} // namespace memorykv
