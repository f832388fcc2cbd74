// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/record.h"

#include <QMap>

#include <map>
#include <optional>

namespace memorykv {
class KeyValueStore;
}

namespace memorykv::test {

/// What a store must hold after each mutation, worked out the plain way: the model to compare a
/// recovered store with. It makes the same mutations and counts their seqs itself.
class StoreModel
{
public:
    struct Stored
    {
        QByteArray value;
        QByteArray type;
        quint64 revision = 0;
        qint64 expiresAtMs = 0;

        friend bool operator==(const Stored &, const Stored &) = default;
    };
    using State = QMap<QByteArray, Stored>;

    StoreModel();

    void put(const QByteArray &key, const QByteArray &value, const QByteArray &type,
             qint64 expiresAtMs);
    void remove(const QByteArray &key);
    void touch(const QByteArray &key, qint64 expiresAtMs);
    /// One mutation for all keys with the prefix, or none.
    void removePrefix(const QByteArray &prefix);
    /// A mutation for each key whose time has come.
    void expire(qint64 nowMs);
    /// The same for one key, a group of its own.
    void dropExpired(const QByteArray &key, qint64 nowMs);
    /// What came since the last time belongs together: there is a state at its end.
    void endGroup();

    /// Does what a record of the log says, as a group of its own. False when its seq is not next.
    bool apply(const Record &record);

    quint64 seq() const { return m_seq; }
    const State &state() const { return m_state; }
    /// What is to be seen at \a nowMs of the state after the mutation \a seq, that is, without what
    /// has expired. Nothing when that is within a group or unknown.
    std::optional<State> shownAt(quint64 seq, qint64 nowMs) const;
    /// Forgets all mutations after \a seq, where a group has ended.
    void rewind(quint64 seq);

private:
    quint64 m_seq = 0;
    State m_state;
    std::map<quint64, State> m_states; ///< at the ends of groups
};

/// All that \a store shows.
StoreModel::State stateOf(KeyValueStore &store);

/// The first difference in words; empty when there is none.
QByteArray difference(const StoreModel::State &is, const StoreModel::State &expected);

} // namespace memorykv::test
