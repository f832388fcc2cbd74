// SPDX-License-Identifier: GPL-3.0-only
#include "shared/event.h"

#include <QByteArrayView>

#include <algorithm>
#include <array>

namespace memorykv {

namespace {

// In the order of Op.
constexpr std::array<QByteArrayView, kOpCount> kNames = {
    "insert", "delete", "delete_prefix", "delete_all", "expire", "touch",
    "read",   "list",   "list_prefix",   "heartbeat",  "gap",    "synced",
};
static_assert(static_cast<int>(Op::Synced) + 1 == kOpCount);

} // namespace

QByteArrayView opName(Op op)
{
    return kNames[static_cast<std::size_t>(op)];
}

std::optional<Op> opFromName(QByteArrayView name)
{
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end())
        return std::nullopt;
    return static_cast<Op>(found - kNames.begin());
}

} // namespace memorykv
