// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <algorithm>
#include <chrono>

namespace memorykv {

/// When a worker next gives its consumers what has happened. The same thread serves requests, so
/// that after each round of deliveries it leaves them nine times as long as the round took: with
/// more events there are not more rounds, but larger ones, which cost hardly more. The first event
/// after a pause goes out at once.
class FanoutPace
{
public:
    using Clock = std::chrono::steady_clock;

    /// However long a round takes, the next one is not further away than this.
    static constexpr std::chrono::milliseconds kMaxPause{20};
    /// So many bytes for each consumer are worth a round of their own: with more of them it would
    /// not become cheaper.
    static constexpr long long kEnoughBytes = 64 << 10;

    /// How long to wait, at \a now, with \a bytes waiting for each consumer. 0: not at all.
    std::chrono::nanoseconds pause(Clock::time_point now, long long bytes) const
    {
        if (bytes >= kEnoughBytes || now >= m_next)
            return {};
        return m_next - now;
    }

    /// A round has taken from \a begin to \a end.
    void note(Clock::time_point begin, Clock::time_point end)
    {
        m_next = end + std::min<std::chrono::nanoseconds>(9 * (end - begin), kMaxPause);
    }

private:
    Clock::time_point m_next;
};

} // namespace memorykv
