// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/slot.h"

#include <memory>
#include <vector>

namespace memorykv {

/// The slots by their keys: a hash table in parts, so that growing moves the keys of one part
/// instead of stopping everybody for all of them.
///
/// A part is an array with linear probing, at most three quarters full. A removal moves what
/// follows it back, so there are no tombstones (Knuth, The Art of Computer Programming, volume 3,
/// 6.4, algorithm R). The hashes lie side by side, apart from the slots: passing over another key,
/// and growing, do not fetch keys from memory. Not thread-safe: the store locks.
class SlotTable
{
public:
    SlotTable();

    /// The slot of \a key, or null.
    Slot *find(QByteArrayView key) const;

    /// Adds \a slot unless the key of its entry has one already. Returns the one it has now.
    Slot *insert(Slot *slot);

    /// Removes \a slot, which is there and still holds its entry.
    void remove(Slot *slot);

    size_t size() const;

    /// Calls \a visit with each slot, in no order.
    template <typename Visit>
    void forEach(Visit visit) const
    {
        for (const Part &part : m_parts) {
            for (quint32 place = 0; place < part.capacity; ++place) {
                if (part.hashes[place] != kFree)
                    visit(part.slots[place]);
            }
        }
    }

private:
    static constexpr int kPartBits = 12;
    static constexpr quint32 kFirstCapacity = 8;
    static constexpr quint32 kFree = 0; ///< the hash of a place that holds none

    struct Part
    {
        quint32 size = 0;
        quint32 capacity = 0; ///< a power of two, or none
        std::unique_ptr<quint32[]> hashes;
        std::unique_ptr<Slot *[]> slots;

        quint32 home(quint32 hash) const { return hash & (capacity - 1); }
        quint32 next(quint32 place) const { return (place + 1) & (capacity - 1); }
        void append(quint32 hash, Slot *slot);
        void grow();
    };

    Slot *find(QByteArrayView key, quint32 hash) const;
    static quint32 hashOf(QByteArrayView key);
    // The lowest bits of the hash tell the place in a part, so the highest tell the part.
    static size_t partOf(quint32 hash) { return hash >> (32 - kPartBits); }

    std::vector<Part> m_parts;
};

} // namespace memorykv
