// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <atomic>
#include <utility>

namespace memorykv {

/// The bytes that wait on behalf of clients, over all of them: bodies on their way in, answers and
/// events on their way out, old entries kept for snapshots. Nobody is kept from going over; those
/// who hold bytes look whether it is, and take no more then. Thread-safe.
class BufferBudget
{
public:
    /// \a limit in bytes, 0 for no limit.
    explicit BufferBudget(qint64 limit)
        : m_limit(limit)
    { }

    bool isOver() const { return m_limit > 0 && used() > m_limit; }
    /// Whether \a more bytes, which wait for something else, leave no room.
    bool isOverWith(qint64 more) const { return m_limit > 0 && used() + more > m_limit; }
    /// Over three quarters: time for those to take no more whose taking would leave nothing to
    /// others.
    bool isTight() const { return m_limit > 0 && used() > m_limit / 4 * 3; }
    qint64 used() const { return m_used.load(std::memory_order_relaxed); }
    qint64 limit() const { return m_limit; }

private:
    friend class BufferShare;
    Q_DISABLE_COPY_MOVE(BufferBudget)

    const qint64 m_limit;
    std::atomic<qint64> m_used = 0;
};

/// What one holder has of a budget, given back when it goes. Belongs to one thread.
class BufferShare
{
public:
    /// \a budget must outlive the share; null: there is none to keep to.
    explicit BufferShare(BufferBudget *budget)
        : m_budget(budget)
    { }
    ~BufferShare() { set(0); }

    /// The holder has \a bytes now. Counts in steps of kGrain, so that what is small, and gone in
    /// a moment, costs nothing.
    void set(qint64 bytes)
    {
        bytes -= bytes % kGrain;
        if (m_budget && bytes != m_bytes)
            m_budget->m_used.fetch_add(bytes - std::exchange(m_bytes, bytes),
                                       std::memory_order_relaxed);
    }
    qint64 bytes() const { return m_bytes; }
    bool isBudgetOver() const { return m_budget && m_budget->isOver(); }
    bool isBudgetTight() const { return m_budget && m_budget->isTight(); }

private:
    Q_DISABLE_COPY_MOVE(BufferShare)
    static constexpr qint64 kGrain = 4096;

    BufferBudget *m_budget;
    qint64 m_bytes = 0;
};

} // namespace memorykv
