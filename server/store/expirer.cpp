// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/expirer.h"

#include <algorithm>

namespace memorykv {

// The clock may be set while the expirer sleeps, so it looks again at least this often.
static constexpr qint64 kLongestSleepMs = 60'000;
// Longer than it takes a thread to wake, and about as long as two slices.
static constexpr qint64 kGivenWayMs = 1;

Expirer::Expirer(KeyValueStore &store, QObject *parent)
    : QObject(parent)
    , m_store(store)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Expirer::expire);
    m_store.setEarlierExpiryListener(
        [this] { QMetaObject::invokeMethod(this, &Expirer::expire, Qt::QueuedConnection); });
    expire();
}

Expirer::~Expirer()
{
    m_store.setEarlierExpiryListener({});
}

void Expirer::expire()
{
    sleepUntil(m_store.expireDue());
}

void Expirer::sleepUntil(qint64 dueMs)
{
    if (dueMs == 0) {
        m_timer.stop();
        return;
    }
    const qint64 shortest = m_store.isWaitedFor() ? kGivenWayMs : 0;
    const qint64 wait = std::clamp(dueMs - m_store.nowMs(), shortest, kLongestSleepMs);
    m_timer.start(std::chrono::milliseconds(wait));
}

} // namespace memorykv
