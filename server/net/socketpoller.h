// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QSocketNotifier>

#include <memory>
#include <unordered_map>

namespace memorykv {

/// Waits for many sockets at the cost of one: an epoll instance (epoll(7)), which the event loop
/// waits for like for a single descriptor. A loop that had each of them in its own poll() would
/// look at all of them in every turn, so that a thousand idle consumers would slow down every
/// request. Level-triggered. Belongs to one thread.
class SocketPoller
{
public:
    /// Who is told. Has to be removed before it goes.
    class Listener
    {
    public:
        /// \a events is as in epoll_ctl(2); EPOLLERR and EPOLLHUP can come unasked. May remove any
        /// listener, itself among them.
        virtual void onReady(quint32 events) = 0;

    protected:
        ~Listener() = default;
    };

    SocketPoller();
    ~SocketPoller();

    /// Begins to wait for \a events on \a descriptor. Returns a number for the other functions, or
    /// 0 when the system refuses.
    quint64 add(int descriptor, quint32 events, Listener &listener);
    void change(quint64 id, int descriptor, quint32 events);
    /// To be called before \a descriptor is closed.
    void remove(quint64 id, int descriptor);

private:
    Q_DISABLE_COPY_MOVE(SocketPoller)
    void dispatch();

    int m_epoll;
    std::unique_ptr<QSocketNotifier> m_notifier; ///< null: there is no epoll instance
    std::unordered_map<quint64, Listener *> m_listeners;
    quint64 m_lastId = 0;
};

} // namespace memorykv
