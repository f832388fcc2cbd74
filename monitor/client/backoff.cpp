// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/backoff.h"

#include <algorithm>
#include <cmath>

namespace memorykv {

Backoff::Backoff(RandomFraction random)
    : m_random(std::move(random))
{ }

qint64 Backoff::next()
{
    qint64 full = kFirstMs;
    for (int doubled = 0; doubled < m_failures && full < kMaxMs; ++doubled)
        full = std::min(2 * full, kMaxMs);
    ++m_failures;
    // The first wait is never cut: a server that restarts is not asked before half a second.
    const qint64 least = std::max(full / 2, kFirstMs);
    return least + std::llround(m_random() * static_cast<double>(full - least));
}

} // namespace memorykv
