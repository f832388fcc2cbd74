// SPDX-License-Identifier: GPL-3.0-only
// The values that are published: "@#", the number of the event in 8 decimal digits, the time it was
// written in 16 hexadecimal ones (nanoseconds, CLOCK_MONOTONIC), then "x" up to the size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace memorykv::fanout {

inline constexpr std::string_view kMark = "@#";
inline constexpr std::size_t kNumberSize = 8;
inline constexpr std::size_t kTimeSize = 16;
inline constexpr std::size_t kLeastValueSize = kMark.size() + kNumberSize + kTimeSize;
inline constexpr std::uint64_t kMostNumber = 99'999'999;

/// Nanoseconds of CLOCK_MONOTONIC.
std::uint64_t now();

/// Appends the value of event NUMBER (up to kMostNumber) with SIZE bytes, at least kLeastValueSize.
void appendValue(std::string &out, std::uint64_t number, std::uint64_t time, std::size_t size);

/// Finds the published value in messages of one form, wherever that form has it.
class ValueFinder
{
public:
    /// The value in MESSAGE from its mark on, or nothing when there is none.
    std::optional<std::string_view> find(std::string_view message);

private:
    std::size_t m_fromEnd = 0;
};

/// The number in a value that ValueFinder found.
std::uint64_t numberOf(std::string_view value);

/// The time in it.
std::uint64_t timeOf(std::string_view value);

} // namespace memorykv::fanout
