// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QReadWriteLock>

#include <atomic>

namespace memorykv {

/// A lock for reading and writing that tells whether it is waited for. Who is woken takes longer to
/// come than who has just released it, so a thread that takes it again and again could keep the
/// others out for as long as it likes: such a thread looks, and leaves them time.
///
/// For std::unique_lock and std::shared_lock. Thread-safe.
class StoreLock
{
public:
    void lock()
    {
        if (!m_lock.tryLockForWrite())
            waitFor(&QReadWriteLock::lockForWrite);
    }
    void unlock() { m_lock.unlock(); }

    // NOLINTBEGIN(readability-identifier-naming): names that the standard library calls
    void lock_shared()
    {
        if (!m_lock.tryLockForRead())
            waitFor(&QReadWriteLock::lockForRead);
    }
    void unlock_shared() { m_lock.unlock(); }
    // NOLINTEND(readability-identifier-naming)

    bool isWaitedFor() const { return m_waiting.load(std::memory_order_relaxed) > 0; }

private:
    void waitFor(void (QReadWriteLock::*take)())
    {
        m_waiting.fetch_add(1, std::memory_order_relaxed);
        (m_lock.*take)();
        m_waiting.fetch_sub(1, std::memory_order_relaxed);
    }

    QReadWriteLock m_lock;
    std::atomic<int> m_waiting = 0;
};

} // namespace memorykv
