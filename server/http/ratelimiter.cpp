// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/ratelimiter.h"

#include <algorithm>

namespace memorykv {

QByteArray originOf(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    if (isV4)
        return QByteArray(reinterpret_cast<const char *>(&v4), sizeof v4);
    const Q_IPV6ADDR v6 = address.toIPv6Address();
    return QByteArray(reinterpret_cast<const char *>(v6.c), sizeof v6.c / 2);
}

double RateLimiter::leftAt(const Bucket &bucket, Time now) const
{
    const double seconds = std::chrono::duration<double>(now - bucket.since).count();
    return std::min(bucket.left + seconds * m_perSecond, double(m_perSecond));
}

bool RateLimiter::take(const QByteArray &origin, Time now)
{
    const std::lock_guard lock(m_mutex);
    if (m_buckets.size() >= kMaxOrigins && !m_buckets.contains(origin))
        forgetFull(now);
    auto found = m_buckets.find(origin);
    if (found == m_buckets.end()) {
        // So many at once are no clients to be fair to; those who are known go on.
        if (m_buckets.size() >= kMaxOrigins)
            return false;
        found = m_buckets.insert(origin, {double(m_perSecond), now});
    }
    const double left = leftAt(*found, now);
    const bool mayGo = left >= 1;
    *found = {mayGo ? left - 1 : left, now};
    return mayGo;
}

void RateLimiter::forgetFull(Time now)
{
    m_buckets.removeIf([this, now](std::pair<const QByteArray &, Bucket &> entry) {
        return leftAt(entry.second, now) >= m_perSecond;
    });
}

} // namespace memorykv
