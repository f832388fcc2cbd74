// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/payload.h"

#include <charconv>
#include <ctime>

namespace memorykv::fanout {

namespace {

constexpr std::size_t kTimeAt = kMark.size() + kNumberSize;

void appendPadded(std::string &out, std::uint64_t value, int base, std::size_t size)
{
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
    const auto length = static_cast<std::size_t>(end - digits);
    out.append(size - length, '0').append(digits, length);
}

} // namespace

std::uint64_t now()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000
           + static_cast<std::uint64_t>(time.tv_nsec);
}

void appendValue(std::string &out, std::uint64_t number, std::uint64_t time, std::size_t size)
{
    out += kMark;
    appendPadded(out, number, 10, kNumberSize);
    appendPadded(out, time, 16, kTimeSize);
    out.append(size - kLeastValueSize, 'x');
}

std::optional<std::string_view> ValueFinder::find(std::string_view message)
{
    // What follows the value has one length in each form, so the place is looked up once.
    if (m_fromEnd != 0 && m_fromEnd <= message.size()) {
        const std::string_view value = message.substr(message.size() - m_fromEnd);
        if (value.substr(0, kMark.size()) == kMark)
            return value;
    }
    const std::size_t at = message.find(kMark);
    if (at == std::string_view::npos || message.size() - at < kLeastValueSize)
        return std::nullopt;
    m_fromEnd = message.size() - at;
    return message.substr(at);
}

std::uint64_t numberOf(std::string_view value)
{
    std::uint64_t number = 0;
    for (const char digit : value.substr(kMark.size(), kNumberSize))
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    return number;
}

std::uint64_t timeOf(std::string_view value)
{
    std::uint64_t time = 0;
    const std::string_view digits = value.substr(kTimeAt, kTimeSize);
    std::from_chars(digits.data(), digits.data() + digits.size(), time, 16);
    return time;
}

} // namespace memorykv::fanout
