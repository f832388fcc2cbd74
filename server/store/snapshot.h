// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"

#include <atomic>
#include <map>
#include <vector>

namespace memorykv {

class KeyValueStore;

/// The entries under a prefix as they were at one seq, read in slices while writers go on. A
/// writer that changes an entry the snapshot has not come to yet leaves it the old one, so the
/// store is never copied and nobody waits longer than a slice takes.
///
/// Belongs to one thread; must be gone before the store is.
class Snapshot
{
public:
    static constexpr qsizetype kDefaultSliceBytes = 1 << 20;

    /// Of all entries of \a store whose key begins with \a prefix and is above \a after.
    Snapshot(KeyValueStore &store, QByteArray prefix, QByteArray after = {});
    ~Snapshot();

    /// The last mutation the snapshot holds.
    quint64 seq() const { return m_seq; }

    /// The next entries in key order: at most about \a maxEntries, and no more once they have
    /// \a maxBytes of memory. None when all were given, and perhaps before.
    std::vector<EntryPtr> next(size_t maxEntries, qsizetype maxBytes = kDefaultSliceBytes);

    /// Bytes of old entries that the store has left to this snapshot alone, or so it may be.
    qint64 keptBytes() const { return m_keptBytes.load(std::memory_order_relaxed); }

    /// Whether all entries were given.
    bool atEnd() const { return m_atEnd; }

private:
    friend class KeyValueStore;
    Q_DISABLE_COPY_MOVE(Snapshot)

    /// Called by the store, with its write lock held, before \a entry gives way to another.
    void keep(const EntryPtr &entry);
    bool isAhead(QByteArrayView key) const;

    KeyValueStore &m_store;
    const QByteArray m_prefix;
    quint64 m_seq = 0;

    // Guarded by the store's lock.
    QByteArray m_after; ///< all keys up to this one were given
    bool m_atEnd = false;
    std::map<QByteArray, EntryPtr> m_kept;
    std::atomic<qint64> m_keptBytes = 0; ///< of those in m_kept
};

} // namespace memorykv
