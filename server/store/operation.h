// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/condition.h"

namespace memorykv {

/// A change of one key that somebody asks for.
struct Operation
{
    enum class Kind : quint8 { Put, Delete, Touch };

    Kind kind = Kind::Put;
    QByteArray key;
    /// Put: what to store, made beforehand so that bytes are copied while no lock is held.
    QExplicitlySharedDataPointer<Entry> entry;
    qint64 ttlMs = 0; ///< Put, Touch: how long the key lives from now on, 0 for ever
    Condition condition;

    static Operation put(const QByteArray &key, QByteArrayView value, QByteArrayView type,
                         qint64 ttlMs, Condition condition = {});
    static Operation remove(const QByteArray &key, Condition condition = {});
    static Operation touch(const QByteArray &key, qint64 ttlMs, Condition condition = {});
};

/// What came of an operation.
struct Outcome
{
    bool applied = false; ///< false: there was no such key, nothing changed
    quint64 seq = 0;      ///< of the mutation; when nothing changed, the seq that was seen
    EntryPtr previous;    ///< what was there before, null when nothing was
    EntryPtr current;     ///< Put, Touch: what is there now
};

} // namespace memorykv
