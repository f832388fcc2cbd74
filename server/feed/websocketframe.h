// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

/// Frames as a server sends them, and its part of the handshake (RFC 6455). Thread-safe.
namespace memorykv::websocket {

enum Opcode : int {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10,
};

/// Appends the header of an unmasked, final frame (5.2).
void appendFrameHeader(Opcode opcode, qsizetype size, QByteArray &out);

/// A whole control frame; \a payload has at most 125 bytes.
QByteArray controlFrame(Opcode opcode, QByteArrayView payload);

/// A close frame with \a code, or without one for 1005 (no status), and \a reason in UTF-8.
QByteArray closeFrame(quint16 code, QByteArrayView reason = {});

/// The value of Sec-WebSocket-Accept for that of Sec-WebSocket-Key (4.2.2).
QByteArray acceptFor(QByteArrayView key);

} // namespace memorykv::websocket
