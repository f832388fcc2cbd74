// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/log.h"

#include <deque>

namespace memorykv {

/// The most recent mutations, up to a number of bytes. Not thread-safe: its owner locks.
class History
{
public:
    /// Holds about \a maxBytes (Record::memorySize()); the newest record is always held unless
    /// \a maxBytes is 0. The first record has the seq \a nextSeq.
    explicit History(qsizetype maxBytes, quint64 nextSeq = 1);

    /// Adds a record whose seq follows the last one. Records that had to give way are moved to
    /// \a evicted, so that their bytes can be freed where no lock is held.
    void append(const Record &record, RecordGroup &evicted);

    /// See Log::read().
    Log::Range read(quint64 after, qsizetype maxBytes) const;

private:
    // The size is kept so that nothing of a record that is long out of the caches is looked at.
    struct Item
    {
        Record record;
        qsizetype bytes;
    };

    qsizetype m_maxBytes;
    qsizetype m_bytes = 0;
    quint64 m_nextSeq;
    std::deque<Item> m_items;
};

} // namespace memorykv
