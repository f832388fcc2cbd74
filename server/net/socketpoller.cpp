// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/socketpoller.h"

#include <array>

#include <sys/epoll.h>
#include <unistd.h>

namespace memorykv {

SocketPoller::SocketPoller()
    : m_epoll(epoll_create1(EPOLL_CLOEXEC))
{
    if (m_epoll < 0)
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_epoll, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [this] { dispatch(); });
}

SocketPoller::~SocketPoller()
{
    m_notifier.reset();
    if (m_epoll >= 0)
        ::close(m_epoll);
}

quint64 SocketPoller::add(int descriptor, quint32 events, Listener &listener)
{
    const quint64 id = m_lastId + 1;
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    if (m_epoll < 0 || epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) < 0)
        return 0;
    m_listeners.emplace(id, &listener);
    return m_lastId = id;
}

void SocketPoller::change(quint64 id, int descriptor, quint32 events)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event);
}

void SocketPoller::remove(quint64 id, int descriptor)
{
    epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
    m_listeners.erase(id);
}

// Looks again while there is something: whoever was answered has often sent the next request by
// then, and a turn of the event loop, with a sleep in it, costs more than a look. Not for ever, as
// timers and what other threads have queued wait meanwhile.
void SocketPoller::dispatch()
{
    static constexpr int kLooks = 16;
    std::array<epoll_event, 256> events; // NOLINT(*-member-init): filled by epoll_wait()
    for (int look = 0; look < kLooks; ++look) {
        const int count = epoll_wait(m_epoll, events.data(), int(events.size()), 0);
        if (count <= 0)
            return;
        for (int i = 0; i < count; ++i) {
            const epoll_event &event = events[size_t(i)];
            // One that came earlier may have had it removed; its number is not given to another.
            const auto found = m_listeners.find(event.data.u64);
            if (found != m_listeners.end())
                found->second->onReady(event.events);
        }
    }
}

} // namespace memorykv
