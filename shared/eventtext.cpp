// SPDX-License-Identifier: GPL-3.0-only
#include "shared/eventtext.h"

#include "shared/bytes.h"

#include <QByteArrayView>

namespace memorykv {

using Decimal = FixedText<20>;

void appendEventText(const Event &event, QByteArray &out)
{
    switch (event.op) {
    case Op::Insert:
        return appendAll({"Insert { key: ", event.key, ", value: ", event.value, " }"}, out);
    case Op::Delete:
        return appendAll({"Delete { key: ", event.key, " }"}, out);
    case Op::DeletePrefix:
        return appendAll({"DeletePrefix { key: ", event.key, " }"}, out);
    case Op::DeleteAll:
        return appendAll({"DeleteAll"}, out);
    case Op::Expire:
        return appendAll({"Expire { key: ", event.key, " }"}, out);
    case Op::Touch:
        return appendAll({"Touch { key: ", event.key, ", ttl: ", Decimal(event.ttlSeconds), " }"},
                         out);
    case Op::Read:
        return appendAll({"Read { key: ", event.key, "}"}, out);
    case Op::List:
        return appendAll({"List"}, out);
    case Op::ListPrefix:
        return appendAll({"ListPrefix { prefix: ", event.key, "}"}, out);
    case Op::Heartbeat:
        return appendAll({"Heartbeat from ", event.peer}, out);
    case Op::Gap:
        return appendAll(
            {"Gap { from: ", Decimal(event.gapFrom), ", to: ", Decimal(event.seq), " }"}, out);
    case Op::Synced:
        return appendAll({"Synced { seq: ", Decimal(event.seq), " }"}, out);
    }
}

} // namespace memorykv
