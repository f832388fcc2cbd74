// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"

#include <QByteArrayView>

namespace memorykv {

/// Which members the JSON form of an event has, for its writer and its reader.

constexpr bool hasPrefix(Op op)
{
    return op == Op::DeletePrefix || op == Op::ListPrefix;
}

constexpr bool hasKey(Op op)
{
    return op == Op::Insert || op == Op::Delete || op == Op::Expire || op == Op::Touch
           || op == Op::Read;
}

constexpr bool hasTtl(Op op)
{
    return op == Op::Insert || op == Op::Touch;
}

} // namespace memorykv
