// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/operation.h"

namespace memorykv {

Operation Operation::put(const QByteArray &key, QByteArrayView value, QByteArrayView type,
                         qint64 ttlMs, Condition condition)
{
    Operation operation;
    operation.kind = Kind::Put;
    operation.key = key;
    operation.entry = Entry::create({key, value, type});
    operation.ttlMs = ttlMs;
    operation.condition = std::move(condition);
    return operation;
}

Operation Operation::remove(const QByteArray &key, Condition condition)
{
    Operation operation;
    operation.kind = Kind::Delete;
    operation.key = key;
    operation.condition = std::move(condition);
    return operation;
}

Operation Operation::touch(const QByteArray &key, qint64 ttlMs, Condition condition)
{
    Operation operation;
    operation.kind = Kind::Touch;
    operation.key = key;
    operation.ttlMs = ttlMs;
    operation.condition = std::move(condition);
    return operation;
}

} // namespace memorykv
