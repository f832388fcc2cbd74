// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <atomic>
#include <functional>

namespace memorykv::test {

/// A clock that stands still until the test moves it. Thread-safe; must outlive what reads it.
class TestClock
{
public:
    explicit TestClock(qint64 nowMs = 1'700'000'000'000)
        : m_nowMs(nowMs)
    { }

    qint64 nowMs() const { return m_nowMs.load(); }
    void advance(qint64 ms) { m_nowMs.fetch_add(ms); }

    /// What KeyValueStore takes for a clock.
    std::function<qint64()> reader() const
    {
        return [this] { return nowMs(); };
    }

private:
    std::atomic<qint64> m_nowMs;
    Q_DISABLE_COPY_MOVE(TestClock)
};

} // namespace memorykv::test
