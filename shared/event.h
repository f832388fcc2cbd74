// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <optional>

namespace memorykv {

/// What an event tells. Insert to Touch are mutations: each has a seq of its own. Read to Heartbeat
/// carry the seq they saw and are never replayed. Gap and Synced speak of the feed itself.
enum class Op : quint8 {
    Insert,
    Delete,
    DeletePrefix,
    DeleteAll,
    Expire,
    Touch,
    Read,
    List,
    ListPrefix,
    Heartbeat,
    Gap,
    Synced,
};
inline constexpr int kOpCount = 12;

/// Whether \a op changes the store, and so has a seq of its own and a place in the log.
constexpr bool isMutation(Op op)
{
    return op <= Op::Touch;
}

/// The word for \a op in JSON, in filters and as a metric label: "insert", "delete",
/// "delete_prefix", "delete_all", "expire", "touch", "read", "list", "list_prefix", "heartbeat",
/// "gap", "synced".
QByteArrayView opName(Op op);

/// The op named \a name (exact, lower case), or nothing.
std::optional<Op> opFromName(QByteArrayView name);

/// One event of the feed, as both programs speak of it. Only the fields that apply to the op are
/// set. A plain value; copies share the bytes.
struct Event
{
    Op op = Op::Insert;
    quint64 epoch = 0;
    quint64 seq = 0;       ///< of the mutation, or the seq a read saw; Gap: the last one missing
    quint64 gapFrom = 0;   ///< Gap: the first seq that is missing
    qint64 timeMs = 0;     ///< milliseconds since 1970-01-01 UTC
    QByteArray key = {};   ///< key, or prefix for DeletePrefix and ListPrefix
    QByteArray value = {}; ///< Insert: the value
    QByteArray type = {};  ///< Insert: the content type
    qint64 ttlSeconds = 0; ///< Insert, Touch: seconds to live, rounded up, 0 for none
    bool found = true;     ///< Read: whether the key was there
    bool initial = false;  ///< Insert: part of the initial state, not a change
    QByteArray peer = {};  ///< Heartbeat: "address:port" of the subscriber that answered
};

} // namespace memorykv
