// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/ratelimiter.h"

#include <memory>
#include <mutex>

namespace memorykv {

/// Counts the connections that are open, altogether and by where they come from (originOf()).
/// Thread-safe.
class Census
{
public:
    Census() = default;
    Census(const Census &) = delete;
    Census &operator=(const Census &) = delete;

    /// Counted for as long as it, or a copy, lives. The census must outlive it.
    using Ticket = std::shared_ptr<void>;

    /// Counts one more connection from \a address.
    Ticket enter(const QHostAddress &address);

    int total() const;
    int from(const QHostAddress &address) const;

private:
    void leave(const QByteArray &origin);

    mutable std::mutex m_mutex;
    QHash<QByteArray, int> m_byOrigin;
    int m_total = 0;
};

} // namespace memorykv
