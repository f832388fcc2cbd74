// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/census.h"

namespace memorykv {

QByteArray originOf(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4); // also of ::ffff:1.2.3.4
    if (isV4)
        return QByteArray(reinterpret_cast<const char *>(&v4), sizeof v4);
    const Q_IPV6ADDR v6 = address.toIPv6Address();
    return QByteArray(reinterpret_cast<const char *>(v6.c), sizeof v6.c / 2);
}

Census::Ticket Census::enter(const QHostAddress &address)
{
    const QByteArray origin = originOf(address);
    const std::lock_guard lock(m_mutex);
    ++m_byOrigin[origin];
    ++m_total;
    return Ticket(this, [origin](void *census) { static_cast<Census *>(census)->leave(origin); });
}

void Census::leave(const QByteArray &origin)
{
    const std::lock_guard lock(m_mutex);
    --m_total;
    const auto found = m_byOrigin.find(origin);
    if (--*found == 0)
        m_byOrigin.erase(found);
}

int Census::total() const
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

int Census::from(const QHostAddress &address) const
{
    const std::lock_guard lock(m_mutex);
    return m_byOrigin.value(originOf(address));
}

} // namespace memorykv
