// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <algorithm>
#include <chrono>

namespace memorykv {

/// When a worker next gives its consumers what has happened. The same thread serves requests, so
/// that after each round of deliveries it pauses: with more events there are not more rounds, but
/// larger ones, which cost hardly more. Rounds take a quarter of the time of a thread that has
/// little else to do, and a twentieth when it is busy. The first event after a pause goes out at
/// once.
class FanoutPace
{
public:
    using Clock = std::chrono::steady_clock;
    using Duration = std::chrono::nanoseconds;

    /// However long a round takes, the next one is not further away than this.
    static constexpr std::chrono::milliseconds kMaxPause{50};
    /// So many bytes for each consumer are worth a round of their own: with more of them it would
    /// not become cheaper.
    static constexpr long long kEnoughBytes = 64 << 10;
    /// How often to look how busy the thread is.
    static constexpr std::chrono::milliseconds kLoadInterval{100};

    /// How long to wait, at \a now, with \a bytes waiting for each consumer. 0: not at all.
    Duration pause(Clock::time_point now, long long bytes) const
    {
        if (bytes >= kEnoughBytes || now >= m_next)
            return {};
        return m_next - now;
    }

    /// A round has taken from \a begin to \a end.
    void note(Clock::time_point begin, Clock::time_point end)
    {
        const Duration round = end - begin;
        m_rounds += round;
        const auto pause = std::chrono::duration<double, std::nano>(round) * (1 / m_share - 1);
        m_next = end + std::min<Duration>(std::chrono::duration_cast<Duration>(pause), kMaxPause);
    }

    /// Whether noteLoad() has something to learn at \a now.
    bool isLoadDue(Clock::time_point now) const { return now >= m_loadSince + kLoadInterval; }

    /// The thread has used \a used processor time in all of its life until \a now.
    void noteLoad(Clock::time_point now, Duration used)
    {
        const double others = std::max(0., double((used - m_used - m_rounds).count()));
        const double busy = others / double(Duration(now - m_loadSince).count());
        // A thread that shares its processor with others is busy well below all of the time.
        m_share = std::max(kMostShare * (1 - 2 * busy), kLeastShare);
        m_loadSince = now;
        m_used = used;
        m_rounds = {};
    }

private:
    static constexpr double kMostShare = 1. / 4;
    static constexpr double kLeastShare = 1. / 20;

    Clock::time_point m_next;
    double m_share = kLeastShare; ///< of the thread's time, for rounds
    // Since the load was looked at:
    Clock::time_point m_loadSince;
    Duration m_used{};   ///< what the thread had used then
    Duration m_rounds{}; ///< what rounds have taken since
};

} // namespace memorykv
