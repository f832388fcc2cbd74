// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QElapsedTimer>
#include <QObject>

#include <chrono>

namespace memorykv {

/// How long the present turn of a thread's event loop has been used for work that can be put off to
/// the next one. What several do of it counts together, as everybody else on the thread waits for
/// all of it. Belongs to one thread.
class LoopTurn
{
public:
    static constexpr std::chrono::milliseconds kMost{10};

    /// Whether more of it can be done in this turn. The time begins with the first call in a turn,
    /// which always may.
    bool hasTime()
    {
        if (m_isRunning)
            return m_since.elapsed() < kMost.count();
        m_isRunning = true;
        m_since.start();
        // Queued calls come first in a turn, and those made during one in the next.
        QMetaObject::invokeMethod(
            &m_next, [this] { m_isRunning = false; }, Qt::QueuedConnection);
        return true;
    }

private:
    bool m_isRunning = false;
    QElapsedTimer m_since;
    QObject m_next; ///< receives the call that begins a turn
};

} // namespace memorykv
