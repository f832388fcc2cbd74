// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/slottable.h"

#include <QHashFunctions>

namespace memorykv {

SlotTable::SlotTable()
    : m_parts(size_t(1) << kPartBits)
{ }

// Seeded, or somebody could choose keys that all have one place.
quint32 SlotTable::hashOf(QByteArrayView key)
{
    const auto hash
        = quint32(qHashBits(key.data(), size_t(key.size()), size_t(QHashSeed::globalSeed())));
    return hash == kFree ? 1 : hash;
}

Slot *SlotTable::find(QByteArrayView key) const
{
    return find(key, hashOf(key));
}

Slot *SlotTable::find(QByteArrayView key, quint32 hash) const
{
    const Part &part = m_parts[partOf(hash)];
    if (part.size == 0)
        return nullptr;
    quint32 place = part.home(hash);
    __builtin_prefetch(&part.slots[place]); // memory answers both at a time
    for (; part.hashes[place] != kFree; place = part.next(place)) {
        if (part.hashes[place] == hash && part.slots[place]->entry->key() == key)
            return part.slots[place];
    }
    return nullptr;
}

Slot *SlotTable::insert(Slot *slot)
{
    const QByteArrayView key = slot->entry->key();
    const quint32 hash = hashOf(key);
    if (Slot *found = find(key, hash))
        return found;
    Part &part = m_parts[partOf(hash)];
    if (part.size == part.capacity / 4 * 3)
        part.grow();
    part.append(hash, slot);
    ++part.size;
    return slot;
}

void SlotTable::remove(Slot *slot)
{
    const quint32 hash = hashOf(slot->entry->key());
    Part &part = m_parts[partOf(hash)];
    if (--part.size == 0) {
        part = {};
        return;
    }
    quint32 hole = part.home(hash);
    while (part.hashes[hole] != hash || part.slots[hole] != slot)
        hole = part.next(hole);
    for (quint32 place = part.next(hole); part.hashes[place] != kFree; place = part.next(place)) {
        // One whose home is behind the hole would not be found there.
        const quint32 fromHome = (place - part.home(part.hashes[place])) & (part.capacity - 1);
        const quint32 fromHole = (place - hole) & (part.capacity - 1);
        if (fromHome < fromHole)
            continue;
        part.hashes[hole] = part.hashes[place];
        part.slots[hole] = part.slots[place];
        hole = place;
    }
    part.hashes[hole] = kFree;
}

size_t SlotTable::size() const
{
    size_t total = 0;
    for (const Part &part : m_parts)
        total += part.size;
    return total;
}

void SlotTable::Part::append(quint32 hash, Slot *slot)
{
    quint32 place = home(hash);
    while (hashes[place] != kFree)
        place = next(place);
    hashes[place] = hash;
    slots[place] = slot;
}

void SlotTable::Part::grow()
{
    Part larger;
    larger.size = size;
    larger.capacity = capacity == 0 ? kFirstCapacity : capacity * 2;
    larger.hashes = std::make_unique<quint32[]>(larger.capacity);
    larger.slots = std::make_unique_for_overwrite<Slot *[]>(larger.capacity);
    for (quint32 place = 0; place < capacity; ++place) {
        if (hashes[place] != kFree)
            larger.append(hashes[place], slots[place]);
    }
    *this = std::move(larger);
}

} // namespace memorykv
