// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/record.h"

namespace memorykv {

static QByteArray sharedBytes(QByteArrayView view)
{
    return QByteArray::fromRawData(view.data(), view.size());
}

Event Record::toEvent(quint64 epoch) const
{
    Event event;
    event.op = op;
    event.epoch = epoch;
    event.seq = seq;
    event.timeMs = timeMs;
    event.found = found;
    if (op == Op::Heartbeat)
        event.peer = key;
    else
        event.key = entry ? sharedBytes(entry->key()) : key;
    if (op == Op::Insert) {
        event.value = sharedBytes(entry->value());
        event.type = sharedBytes(entry->type());
    }
    if (entry)
        event.ttlSeconds = entry->secondsLeft(timeMs);
    return event;
}

} // namespace memorykv
