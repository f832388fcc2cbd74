// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"
#include "shared/event.h"

#include <QVarLengthArray>

#include <memory>
#include <vector>

namespace memorykv {

/// One step of the history, as the store hands it to the log and the log to the feed: a mutation
/// with a seq of its own, or something seen (a read, a list, a heartbeat) with the seq it saw.
/// A value; copies share the bytes.
struct Record
{
    Op op = Op::Insert;
    bool found = true; ///< Read: whether the key was there
    quint64 seq = 0;
    qint64 timeMs = 0; ///< milliseconds since 1970-01-01 UTC
    EntryPtr entry;    ///< Insert, Touch: the entry as it is from now on
    QByteArray key;    ///< others: key, prefix, or the peer of a Heartbeat

    /// The key or prefix it is about, or the peer of a Heartbeat. Valid while the record lives.
    QByteArrayView about() const { return entry ? entry->key() : QByteArrayView(key); }

    /// The bytes this record keeps alive, for limits on histories.
    qsizetype memorySize() const
    {
        return qsizetype(sizeof(Record)) + key.size() + (entry ? entry->allocatedSize() : 0);
    }

    /// The event that tells of this record in the history \a epoch. Its bytes are views into the
    /// record: use it while the record lives.
    Event toEvent(quint64 epoch) const;
};

/// Mutations that are recovered together or not at all, with consecutive seqs.
using RecordGroup = QVarLengthArray<Record, 1>;

/// Records in the order of the history, as the log publishes them.
struct RecordBatch
{
    quint64 epoch = 0;
    std::vector<Record> records;
};
using RecordBatchPtr = std::shared_ptr<const RecordBatch>;

} // namespace memorykv
