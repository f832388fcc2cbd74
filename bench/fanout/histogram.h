// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace memorykv::fanout {

/// Counts of times, in buckets no wider than 1/64 of the times in them.
class Histogram
{
public:
    void add(std::uint64_t nanoseconds);
    void clear();

    /// The time in seconds below which this share (0 to 1) of those added lie, 0 when there are
    /// none.
    double quantile(double share) const;

    std::uint64_t count() const { return m_count; }

private:
    static constexpr unsigned kBits = 6;
    static constexpr std::size_t kSize = std::size_t(65 - kBits) << kBits;

    std::array<std::uint64_t, kSize> m_buckets{};
    std::uint64_t m_count = 0;
};

} // namespace memorykv::fanout
