// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace memorykv {

/// How long something took, many times, in nanoseconds. Used by one thread, which is the one that
/// is measured.
class Latencies
{
public:
    Latencies() { m_values.reserve(1 << 20); }

    /// Calls \a work and keeps its time. The clock's own, some 20 ns, is part of it.
    template <typename Work>
    void time(Work work)
    {
        const auto begin = std::chrono::steady_clock::now();
        work();
        add(std::chrono::steady_clock::now() - begin);
    }

    /// Keeps \a time.
    void add(std::chrono::steady_clock::duration time)
    {
        const qint64 ns = std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
        m_values.push_back(quint32(std::min<qint64>(ns, std::numeric_limits<quint32>::max())));
        m_max = std::max(m_max, ns);
        // Asking costs a call to the system, so only where it can matter.
        if (ns < kLongNs || !wasPreempted())
            m_maxUndisturbed = std::max(m_maxUndisturbed, ns);
    }

    size_t count() const { return m_values.size(); }
    qint64 max() const { return m_max; }
    /// The longest without those in which a thread of this process lost its processor to another
    /// program, or to another thread, while it could have run; waiting for a lock is not that.
    qint64 maxUndisturbed() const { return m_maxUndisturbed; }

    /// The time below which \a fraction of all lie; 0 when there are none.
    qint64 percentile(double fraction)
    {
        if (m_values.empty())
            return 0;
        const size_t last = m_values.size() - 1;
        const auto at = m_values.begin()
                        + std::ptrdiff_t(std::min(last, size_t(fraction * double(last + 1))));
        std::nth_element(m_values.begin(), at, m_values.end());
        return *at;
    }

private:
    static constexpr qint64 kLongNs = 50'000;

    // Since it was asked last, so what happened between may be counted too: a long time may be left
    // out for it, none is taken for undisturbed that was not. Any thread, as the one that is
    // measured may wait for a lock that another one holds.
    bool wasPreempted()
    {
        rusage usage = {};
        getrusage(RUSAGE_SELF, &usage);
        const long switches = usage.ru_nivcsw;
        return std::exchange(m_switches, switches) != switches;
    }

    std::vector<quint32> m_values;
    qint64 m_max = 0;
    qint64 m_maxUndisturbed = 0;
    long m_switches = 0;
};

} // namespace memorykv
