// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/census.h"

namespace memorykv {

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
