// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QHash>
#include <QHostAddress>

#include <chrono>
#include <mutex>

namespace memorykv {

/// Where a client comes from, as limits for each address see it: an IPv4 address, also one mapped
/// to IPv6, or the first 64 bits of an IPv6 address, since one client has all that begin with them.
QByteArray originOf(const QHostAddress &address);

/// How many requests a second each origin may make, with a second's worth at once (a token bucket).
/// Thread-safe; one for all workers.
class RateLimiter
{
public:
    using Time = std::chrono::steady_clock::time_point;

    /// \a perSecond requests of one origin.
    explicit RateLimiter(int perSecond)
        : m_perSecond(perSecond)
    { }

    /// Whether \a origin may make one more request at \a now, which is counted then.
    bool take(const QByteArray &origin, Time now = std::chrono::steady_clock::now());

    /// Origins remembered at most; beyond that those that could make all of a second's requests
    /// again are forgotten, which makes no difference to them.
    static constexpr qsizetype kMaxOrigins = 1 << 16;

private:
    struct Bucket
    {
        double left = 0; ///< requests it may make at once
        Time since;      ///< when that was so
    };

    double leftAt(const Bucket &bucket, Time now) const;
    void forgetFull(Time now);

    const int m_perSecond;
    std::mutex m_mutex;
    QHash<QByteArray, Bucket> m_buckets;
};

} // namespace memorykv
