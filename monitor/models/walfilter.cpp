// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/walfilter.h"

#include "shared/eventfields.h"

namespace memorykv {

bool WalFilter::passes(Op op, QByteArrayView key) const
{
    if (op == Op::Gap)
        return true;
    if ((ops & bit(op)) == 0)
        return false;
    if (prefix.isEmpty() && contains.isEmpty())
        return true;
    // They concern every key, so they concern those that are looked for.
    if (op == Op::DeleteAll)
        return true;
    if (!hasKey(op) && !hasPrefix(op))
        return false;
    if (!prefix.isEmpty() && !key.startsWith(prefix)
        && !(hasPrefix(op) && QByteArrayView(prefix).startsWith(key)))
        return false;
    return contains.isEmpty() || key.contains(contains);
}

} // namespace memorykv
