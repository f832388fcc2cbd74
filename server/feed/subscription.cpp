// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/subscription.h"

namespace memorykv {

Result<OpSet> OpSet::fromText(QByteArrayView text)
{
    unsigned bits = 0;
    for (bool more = true; more;) {
        const qsizetype comma = text.indexOf(',');
        more = comma >= 0;
        const QByteArrayView name = more ? text.first(comma) : text;
        text = more ? text.sliced(comma + 1) : QByteArrayView();
        const auto op = opFromName(name);
        if (!op || *op == Op::Gap || *op == Op::Synced) {
            QByteArray known;
            for (int i = 0; i < int(Op::Gap); ++i)
                known += (known.isEmpty() ? "" : ", ") + opName(Op(i)).toByteArray();
            return Error{ErrorCode::InvalidArgument,
                         "query: parameter 'op' must be a comma-separated list of: " + known};
        }
        bits |= 1U << unsigned(*op);
    }
    return OpSet(bits);
}

bool Subscription::wants(Op op, QByteArrayView key) const
{
    if (!ops.contains(op))
        return false;
    if (prefix.isEmpty() || op == Op::DeleteAll || op == Op::Heartbeat)
        return true;
    if (key.startsWith(prefix))
        return true;
    // Removing "a" removes what is under "a/b", too.
    const bool isRange = op == Op::DeletePrefix || op == Op::ListPrefix;
    return isRange && prefix.startsWith(key);
}

std::optional<QByteArray> Subscription::clipped(Op op, QByteArrayView key) const
{
    const bool isRange = op == Op::DeletePrefix || op == Op::ListPrefix;
    if (!isRange || key.startsWith(confinement))
        return std::nullopt;
    return confinement;
}

} // namespace memorykv
