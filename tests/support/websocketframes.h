// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QList>

namespace memorykv::test {

/// One frame as a server sends it (RFC 6455 5.2).
struct WebSocketFrame
{
    static constexpr int kText = 1;
    static constexpr int kBinary = 2;
    static constexpr int kClose = 8;
    static constexpr int kPing = 9;

    int opcode = 0;
    bool isFinal = true;
    QByteArray payload;

    /// The status code in the payload of a close frame; 0 for any other.
    int closeCode() const;
};

/// The frames in \a bytes, in order. Ends with a frame of opcode -1 when a frame is cut off, masked
/// or has reserved bits.
QList<WebSocketFrame> webSocketFrames(QByteArrayView bytes);

/// A whole opening handshake for \a target.
QByteArray webSocketHandshake(QByteArrayView target);

} // namespace memorykv::test
