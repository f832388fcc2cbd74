// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QDateTime>

#include <algorithm>

namespace memorykv {

/// A name for a new history, other than \a previous: the time in milliseconds, unless a clock that
/// went back would give one that was used before. Two servers started within the same millisecond
/// share one, which only matters to a subscriber that moves between them.
inline quint64 newEpoch(quint64 previous = 0)
{
    return std::max(quint64(QDateTime::currentMSecsSinceEpoch()), previous + 1);
}

} // namespace memorykv
