// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/slot.h"

#include <atomic>
#include <memory>
#include <vector>

namespace memorykv {

/// The slots by their keys, and the entries: a hash table in parts, so that growing moves the keys
/// of one part instead of stopping everybody for all of them.
///
/// A part is an array of cells with linear probing, at most three quarters full. A removal moves
/// what follows it back, so there are no tombstones (Knuth, The Art of Computer Programming, volume
/// 3, 6.4, algorithm R). A cell has the hash, so that passing over another key, and growing, fetch
/// no keys from memory; and the entry beside the slot that holds it, so that a look need not go by
/// way of the slot, which would be one more wait for memory.
///
/// Not thread-safe, but for seek(): the store locks.
class SlotTable
{
public:
    SlotTable();

    /// What is looked for. It views the key.
    struct Sought
    {
        QByteArrayView key;
        quint32 hash;
    };
    /// Prepares looking for \a key, as often as wanted, and has the memory fetched that the first
    /// look is going to read. Takes no lock and needs none.
    Sought seek(QByteArrayView key) const;

    /// The entry of the key, or null.
    const Entry *entryOf(const Sought &sought) const;
    /// The slot of the key, or null.
    Slot *find(const Sought &sought) const;

    /// A slot with \a entry, whose key has none yet.
    Slot *insert(EntryPtr entry);
    /// Puts \a entry into \a slot, which has another with the same key, and returns that.
    EntryPtr replace(Slot *slot, EntryPtr entry);
    /// Removes the key from the table and its entry from \a slot, and returns it.
    EntryPtr remove(Slot *slot);

    size_t size() const;

    /// Calls \a visit with each slot, in no order.
    template <typename Visit>
    void forEach(Visit visit) const
    {
        for (const Part &part : m_parts) {
            const Cell *cells = part.cells();
            for (quint32 at = 0; at < part.capacity(); ++at) {
                if (cells[at].hash != kFree)
                    visit(m_pool.at(cells[at].slot));
            }
        }
    }

private:
    static constexpr int kPartBits = 12;
    static constexpr quint32 kFirstCapacity = 8;
    static constexpr quint32 kFree = 0; ///< the hash of a cell that holds nothing

    struct Cell
    {
        quint32 hash = kFree;
        quint32 slot = 0;             ///< its number in the pool
        const Entry *entry = nullptr; ///< which the slot holds
    };

    class Part
    {
    public:
        quint32 size() const { return m_size; }
        quint32 capacity() const { return m_capacity.load(std::memory_order_relaxed); }
        const Cell *cells() const { return m_cells.load(std::memory_order_relaxed); }
        /// The place of the cell at which looking for \a hash begins.
        quint32 home(quint32 hash) const { return hash & (capacity() - 1); }

        /// The cell with the key, or null.
        const Cell *find(const Sought &sought) const;
        /// The cell with \a entry, which is there.
        Cell *find(const Entry &entry);
        void append(const Cell &cell);
        void remove(Cell *cell);

    private:
        quint32 next(quint32 at) const { return (at + 1) & (capacity() - 1); }
        void place(const Cell &cell);
        void grow();
        std::unique_ptr<Cell[]> take(quint32 capacity);

        quint32 m_size = 0;
        // Atomic for seek(), which reads them without a lock, to tell the processor an address: it
        // does no harm when that belongs to nobody any more.
        std::atomic<quint32> m_capacity = 0; ///< a power of two, or none
        std::atomic<const Cell *> m_cells = nullptr;
        std::unique_ptr<Cell[]> m_memory; ///< of the cells
    };

    // The lowest bits of the hash tell the place in a part, so the highest tell the part.
    static size_t partOf(quint32 hash) { return hash >> (32 - kPartBits); }

    std::vector<Part> m_parts; ///< as many for ever
    SlotPool m_pool;
};

} // namespace memorykv
