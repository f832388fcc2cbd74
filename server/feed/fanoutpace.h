// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <algorithm>
#include <chrono>

namespace memorykv {

/// When a worker next gives its consumers what has happened. The same thread serves requests, so
/// that after each round of deliveries it pauses: with more events there are not more rounds, but
/// larger ones, which cost hardly more. Rounds take a quarter of the time of a thread that has
/// little else to do, and a thirtieth when it is busy. The first event after a pause goes out at
/// once.
class FanoutPace
{
public:
    using Clock = std::chrono::steady_clock;
    using Duration = std::chrono::nanoseconds;

    /// However long a round takes, the next one is not further away than this.
    static constexpr std::chrono::milliseconds kMaxPause{50};
    /// So many bytes for a consumer are worth a round of their own: with more of them it would not
    /// become cheaper.
    static constexpr long long kEnoughBytes = 64 << 10;
    /// And so many waiting for a round are, even if consumers want few of them.
    static constexpr long long kMaxWaitingBytes = 4 * kEnoughBytes;
    /// How often to look how busy the thread is.
    static constexpr std::chrono::milliseconds kLoadInterval{100};

    /// How long to wait, at \a now, with \a bytes of events waiting. 0: not at all.
    Duration pause(Clock::time_point now, long long bytes) const
    {
        const bool isEnough
            = bytes >= kMaxWaitingBytes || double(bytes) * m_wanted >= double(kEnoughBytes);
        return isEnough || now >= m_next ? Duration{} : m_next - now;
    }

    /// Of \a bytes of events that waited for a round, \a wanted went to the consumer that got most.
    void noteWanted(long long bytes, long long wanted)
    {
        m_wanted = bytes > 0 ? double(wanted) / double(bytes) : 1;
    }

    /// A round is over at \a end. It has used \a used processor time: how long it was in the way of
    /// others if the thread lost its processor meanwhile says nothing of what it costs.
    void note(Clock::time_point end, Duration used)
    {
        m_rounds += used;
        const auto pause = std::chrono::duration<double, std::nano>(used) * (1 / m_share - 1);
        m_next = end + std::min<Duration>(std::chrono::duration_cast<Duration>(pause), kMaxPause);
    }

    /// Whether noteLoad() has something to learn at \a now.
    bool isLoadDue(Clock::time_point now) const { return now >= m_loadSince + kLoadInterval; }

    /// The thread has used \a used processor time in all of its life until \a now.
    void noteLoad(Clock::time_point now, Duration used)
    {
        const auto others = double((used - m_used - m_rounds).count());
        const double busy = others / double(Duration(now - m_loadSince).count());
        // A thread that shares its processor with others is busy well below all of the time.
        m_share = std::max(kMostShare * (1 - 2 * busy), kLeastShare);
        m_loadSince = now;
        m_used = used;
        m_rounds = {};
    }

private:
    static constexpr double kMostShare = 1. / 4;
    static constexpr double kLeastShare = 1. / 30;

    Clock::time_point m_next;
    double m_wanted = 1;          ///< what part of all events a consumer wants
    double m_share = kLeastShare; ///< of the thread's time, for rounds
    // Since the load was looked at:
    Clock::time_point m_loadSince;
    Duration m_used{};   ///< what the thread had used then
    Duration m_rounds{}; ///< what rounds have used since
};

} // namespace memorykv
