// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/histogram.h"

#include <bit>

namespace memorykv::fanout {

// A time below 2^kBits has a bucket of its own; above, each power of two has 2^kBits of them.
void Histogram::add(std::uint64_t nanoseconds)
{
    const auto width = static_cast<unsigned>(std::bit_width(nanoseconds));
    const unsigned shift = width > kBits + 1 ? width - kBits - 1 : 0;
    ++m_buckets[(std::size_t(shift) << kBits) + std::size_t(nanoseconds >> shift)];
    ++m_count;
}

void Histogram::clear()
{
    m_buckets.fill(0);
    m_count = 0;
}

double Histogram::quantile(double share) const
{
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(m_count));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
        seen += m_buckets[i];
        if (m_buckets[i] == 0 || seen <= wanted)
            continue;
        const std::size_t shift = i >> (kBits + 1) == 0 ? 0 : (i >> kBits) - 1;
        const std::size_t mantissa = i - (shift << kBits);
        return static_cast<double>((std::uint64_t(mantissa) << shift)) / 1e9;
    }
    return 0;
}

} // namespace memorykv::fanout
