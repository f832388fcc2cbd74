// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/resttypes.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <deque>
#include <optional>

namespace memorykv {

/// The deletes that can be undone, the last one first: at most kMaxCount and kMaxBytes of values;
/// older ones are forgotten. An undo writes restore(), which never overwrites (If-None-Match: *).
class DeleteHistory : public QObject
{
    Q_OBJECT

public:
    static constexpr int kMaxCount = 100;
    static constexpr qint64 kMaxBytes = 64 << 20;

    explicit DeleteHistory(QObject *parent = nullptr);

    /// Remembers what a delete of \a key took away.
    void push(const QByteArray &key, const Removed &removed, qint64 ttlSeconds = 0);
    bool canUndo() const { return !m_entries.empty(); }
    /// The key that undo would bring back; empty when there is none.
    QByteArray nextKey() const;
    /// Takes the last delete out and gives the request that undoes it. Push it back with
    /// giveBack() when the request fails otherwise than by Conflict.
    std::optional<PutRequest> restore();
    void giveBack(const PutRequest &request);
    /// Forgets all, for another server.
    void clear();

Q_SIGNALS:
    /// canUndo() or nextKey() changed.
    void changed();

private:
    void trim();

    std::deque<PutRequest> m_entries;
    qint64 m_bytes = 0;
};

} // namespace memorykv
