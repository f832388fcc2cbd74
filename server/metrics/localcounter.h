// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <atomic>

namespace memorykv {

/// A counter that one thread at a time adds to and any thread reads. An increment is a plain load,
/// add and store, without a locked instruction; that is why there must be one writer.
class LocalCounter
{
public:
    /// The owning thread only.
    void add(quint64 amount = 1)
    {
        m_value.store(m_value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }

    /// Any thread. Never goes down; may lag behind the writer by a moment.
    quint64 value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<quint64> m_value = 0;
};

} // namespace memorykv
