// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

/// Frames as a server sends them, and its part of the handshake (RFC 6455). Thread-safe.
namespace memorykv::websocket {

enum Opcode : int {};
inline constexpr Opcode kContinuation{0};
inline constexpr Opcode kText{1};
inline constexpr Opcode kBinary{2};
inline constexpr Opcode kClose{8};
inline constexpr Opcode kPing{9};
inline constexpr Opcode kPong{10};

/// Appends the header of an unmasked, final frame (5.2).
void appendFrameHeader(Opcode opcode, qsizetype size, QByteArray &out);

/// A whole control frame; \a payload has at most 125 bytes.
QByteArray controlFrame(Opcode opcode, QByteArrayView payload);

/// A close frame with \a code, or without one for 1005 (no status), and \a reason in UTF-8.
QByteArray closeFrame(quint16 code, QByteArrayView reason = {});

/// The value of Sec-WebSocket-Accept for that of Sec-WebSocket-Key (4.2.2).
QByteArray acceptFor(QByteArrayView key);

} // namespace memorykv::websocket
