// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QtGlobal>

namespace memorykv {

/// Which events a view of the log shows. A plain value. Gaps always pass.
struct WalFilter
{
    static constexpr quint32 kAllOps = (1U << kOpCount) - 1;
    static constexpr quint32 bit(Op op) { return 1U << static_cast<quint32>(op); }

    quint32 ops = kAllOps;  ///< bit() of each op that passes
    QByteArray prefix = {}; ///< as the feed's own filter: keys that begin with it, and removals and
                            ///< listings of prefixes that touch it; delete_all always
    QByteArray contains = {}; ///< bytes that the key or prefix holds somewhere

    bool passesAll() const { return ops == kAllOps && prefix.isEmpty() && contains.isEmpty(); }
    bool passes(Op op, QByteArrayView key) const;

    friend bool operator==(const WalFilter &, const WalFilter &) = default;
};

} // namespace memorykv
