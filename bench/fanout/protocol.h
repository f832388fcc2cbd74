// SPDX-License-Identifier: GPL-3.0-only
// What a consumer says to begin, and how what it gets is cut into messages, for each protocol.
#pragma once

#include "bench/fanout/socket.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace memorykv::fanout {

enum class Protocol {
    WebSocketText, ///< memorykv-server, RFC 6455
    WebSocketJson, ///< the same with format=json
    Nats,          ///< nats-server's client protocol
    Redis,         ///< RESP2, SUBSCRIBE
};

/// The key, subject or channel that is published on.
inline constexpr std::string_view kKey = "fanout";

/// One whole message at the start of what was received.
struct Message
{
    enum class Kind {
        Data,  ///< payload is what was published, in the form of the protocol
        Ping,  ///< to be answered with pongFor(payload)
        Other, ///< nothing to do with what is published
    };

    Kind kind = Kind::Other;
    std::string_view payload;
    std::size_t size = 0; ///< Bytes it takes, framing included.
};

/// The first message of BYTES, or nothing when it is not whole yet. Throws std::runtime_error when
/// they are not of this protocol.
std::optional<Message> nextMessage(Protocol protocol, std::string_view bytes);

/// What a client answers to a ping with this payload.
std::string pongFor(Protocol protocol, std::string_view payload);

/// Subscribes on a socket that waits; returns what was received beyond the answer. QUERY: more
/// parameters of /wal. Throws std::runtime_error when the server refuses.
std::string subscribe(Protocol protocol, Socket &socket, const std::string &query);

} // namespace memorykv::fanout
