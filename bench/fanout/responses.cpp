// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/responses.h"

#include <charconv>
#include <stdexcept>

namespace memorykv::fanout {

namespace {

[[noreturn]] void fail(std::string_view answer)
{
    throw std::runtime_error("publishing failed: " + std::string(answer.substr(0, 500)));
}

std::size_t nextHttp(std::string_view bytes)
{
    constexpr std::string_view kEnd = "\r\n\r\n";
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t end = bytes.find(kEnd);
    if (end == std::string_view::npos)
        return 0;
    if (!bytes.starts_with("HTTP/1.1 20"))
        fail(bytes);
    std::size_t size = 0;
    const std::string_view head = bytes.substr(0, end);
    if (const std::size_t at = head.find(kLength); at != std::string_view::npos)
        std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), size);
    const std::size_t whole = end + kEnd.size() + size;
    return whole <= bytes.size() ? whole : 0;
}

/// A line that begins with one of GOOD.
std::size_t nextLine(std::string_view bytes, std::string_view good)
{
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos)
        return 0;
    if (good.find(bytes[0]) == std::string_view::npos)
        fail(bytes);
    return end + 1;
}

} // namespace

Responses::Responses(Protocol protocol)
    : m_protocol(protocol)
{ }

std::uint64_t Responses::take(std::string_view bytes)
{
    m_bytes.append(bytes);
    std::uint64_t count = 0;
    std::size_t at = 0;
    while (const std::size_t size = nextSize(at)) {
        at += size;
        ++count;
    }
    m_bytes.erase(0, at);
    return count;
}

std::size_t Responses::nextSize(std::size_t at) const
{
    const std::string_view rest = std::string_view(m_bytes).substr(at);
    if (rest.empty())
        return 0;
    switch (m_protocol) {
    case Protocol::WebSocketText:
    case Protocol::WebSocketJson:
        return nextHttp(rest);
    case Protocol::Nats:
        return nextLine(rest, "IP+"); // INFO, PING, PONG, +OK; but not -ERR
    case Protocol::Redis:
        return nextLine(rest, ":");
    }
    return 0;
}

} // namespace memorykv::fanout
