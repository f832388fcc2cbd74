// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/protocol.h"

#include <charconv>
#include <stdexcept>

namespace memorykv::fanout {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

unsigned byteAt(std::string_view bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

[[noreturn]] void refuse(const char *protocol, std::string_view bytes)
{
    throw std::runtime_error(std::string("not ") + protocol + ": "
                             + std::string(bytes.substr(0, 100)));
}

/// A decimal number that fills TEXT.
std::size_t sizeOf(const char *protocol, std::string_view text)
{
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size())
        refuse(protocol, text);
    return size;
}

// RFC 6455 section 5.2.
std::optional<Message> nextFrame(std::string_view bytes)
{
    constexpr unsigned kText = 1;
    constexpr unsigned kBinary = 2;
    constexpr unsigned kPing = 9;
    if (bytes.size() < 2)
        return std::nullopt;
    std::size_t head = 2;
    std::size_t size = byteAt(bytes, 1);
    if (size > 127)
        refuse("a WebSocket server: it masks", {});
    const std::size_t more = size == 127 ? 8 : size == 126 ? 2 : 0;
    if (more > 0) {
        head += more;
        if (bytes.size() < head)
            return std::nullopt;
        size = 0;
        for (std::size_t i = 2; i < head; ++i)
            size = size << 8 | byteAt(bytes, i);
    }
    if (bytes.size() - head < size)
        return std::nullopt;
    const unsigned opcode = byteAt(bytes, 0) & 0x0F;
    const auto kind = opcode == kText || opcode == kBinary ? Message::Kind::Data
                      : opcode == kPing                    ? Message::Kind::Ping
                                                           : Message::Kind::Other;
    return Message{kind, bytes.substr(head, size), head + size};
}

std::optional<Message> nextNats(std::string_view bytes)
{
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::size_t head = end + 1;
    if (bytes.starts_with("MSG ")) {
        const std::string_view line = bytes.substr(0, end - 1);
        const std::size_t size = sizeOf("NATS", line.substr(line.rfind(' ') + 1));
        if (bytes.size() < head + size + kLineEnd.size())
            return std::nullopt;
        return Message{Message::Kind::Data, bytes.substr(head, size),
                       head + size + kLineEnd.size()};
    }
    if (bytes.starts_with("-ERR"))
        throw std::runtime_error("nats-server says " + std::string(bytes.substr(0, end)));
    return Message{
        bytes.starts_with("PING") ? Message::Kind::Ping : Message::Kind::Other, {}, head};
}

/// A bulk string of RESP at AT, which is moved behind it; nothing when it is not whole.
std::optional<std::string_view> bulkString(std::string_view bytes, std::size_t &at)
{
    const std::size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos)
        return std::nullopt;
    if (bytes[at] != '$')
        refuse("a message of Redis", bytes.substr(at));
    const std::size_t size = sizeOf("RESP", bytes.substr(at + 1, end - 2 - at));
    if (bytes.size() < end + 1 + size + kLineEnd.size())
        return std::nullopt;
    at = end + 1 + size + kLineEnd.size();
    return bytes.substr(end + 1, size);
}

// After SUBSCRIBE there are only messages: an array of "message", the channel and what was
// published.
std::optional<Message> nextRedis(std::string_view bytes)
{
    constexpr std::string_view kArray = "*3\r\n";
    if (bytes.size() < kArray.size())
        return std::nullopt;
    if (!bytes.starts_with(kArray))
        refuse("a message of Redis", bytes);
    std::size_t at = kArray.size();
    std::string_view payload;
    for (int part = 0; part < 3; ++part) {
        const auto text = bulkString(bytes, at);
        if (!text)
            return std::nullopt;
        payload = *text;
    }
    return Message{Message::Kind::Data, payload, at};
}

std::string subscribeWebSocket(Protocol protocol, Socket &socket, const std::string &query)
{
    std::string target
        = protocol == Protocol::WebSocketJson ? "/wal?format=json" : "/wal?format=text";
    if (!query.empty())
        target += '&' + query;
    socket.sendAll(
        "GET " + target
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");
    constexpr std::string_view kEnd = "\r\n\r\n";
    std::string answer = socket.receiveUntil(kEnd);
    if (!answer.starts_with("HTTP/1.1 101 "))
        throw std::runtime_error("no WebSocket: " + answer);
    return answer.substr(answer.find(kEnd) + kEnd.size());
}

std::string subscribeNats(Socket &socket)
{
    socket.receiveUntil(kLineEnd);
    socket.sendAll("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " + std::string(kKey)
                   + " 1\r\nPING\r\n");
    constexpr std::string_view kEnd = "PONG\r\n";
    const std::string answer = socket.receiveUntil(kEnd);
    return answer.substr(answer.find(kEnd) + kEnd.size());
}

std::string subscribeRedis(Socket &socket)
{
    socket.sendAll("SUBSCRIBE " + std::string(kKey) + "\r\n");
    constexpr std::string_view kEnd = ":1\r\n";
    const std::string answer = socket.receiveUntil(kEnd);
    return answer.substr(answer.find(kEnd) + kEnd.size());
}

} // namespace

std::optional<Message> nextMessage(Protocol protocol, std::string_view bytes)
{
    switch (protocol) {
    case Protocol::WebSocketText:
    case Protocol::WebSocketJson:
        return nextFrame(bytes);
    case Protocol::Nats:
        return nextNats(bytes);
    case Protocol::Redis:
        return nextRedis(bytes);
    }
    return std::nullopt;
}

std::string pongFor(Protocol protocol, std::string_view payload)
{
    if (protocol == Protocol::Nats)
        return "PONG\r\n";
    // Final frame, opcode pong, masked with a mask of zeros. Control frames have up to 125 bytes.
    std::string frame{'\x8A', static_cast<char>(0x80 | payload.size()), 0, 0, 0, 0};
    return frame.append(payload);
}

std::string subscribe(Protocol protocol, Socket &socket, const std::string &query)
{
    switch (protocol) {
    case Protocol::WebSocketText:
    case Protocol::WebSocketJson:
        return subscribeWebSocket(protocol, socket, query);
    case Protocol::Nats:
        return subscribeNats(socket);
    case Protocol::Redis:
        return subscribeRedis(socket);
    }
    return {};
}

} // namespace memorykv::fanout
