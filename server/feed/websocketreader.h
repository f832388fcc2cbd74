// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

#include <array>
#include <optional>

namespace memorykv {

/// What a WebSocket client sends, frame by frame (RFC 6455 5): bytes in, what asks for an answer
/// out. Messages are checked and dropped, since consumers have nothing to say. Strict: a frame that
/// is not masked, a reserved bit or opcode, a control frame in parts or over 125 bytes, a
/// continuation of nothing and a length not in its shortest form end it with 1002, text that is not
/// UTF-8 with 1007, a frame or message over kMaxMessageSize with 1009.
///
/// Holds at most kMaxMessageSize and the bytes of one append(). Not thread-safe.
class WebSocketReader
{
public:
    static constexpr qsizetype kMaxMessageSize = 64 << 10;

    enum class Status {
        NeedMore, ///< all bytes are used
        Ping,     ///< payload() has to go back in a pong
        Pong,     ///< payload() is that of a ping, or anything
        Close,    ///< the client closes, with code(), which has to go back
        Failed,   ///< it broke the protocol; code() says how. Nothing comes after that
    };

    void append(QByteArrayView bytes);

    /// Goes on to the next frame that asks for something. After Close and Failed, the same again.
    Status next();

    /// Of a Ping or Pong, until the next call of next().
    QByteArray payload() const { return m_control; }

    /// The status code (RFC 6455 7.4) to close with, 1005 when the client gave none.
    quint16 code() const { return m_code; }

private:
    struct Header
    {
        int opcode = 0;
        bool isFinal = false;
        quint64 size = 0;
        std::array<char, 4> mask{};
        qsizetype headerSize = 0;
    };

    std::optional<Header> readHeader();
    quint16 faultOf(quint8 first, quint8 second) const;
    Status finishFrame(QByteArray payload);
    Status finishControl(QByteArray payload);
    Status finishClose(const QByteArray &payload);
    Status fail(quint16 code);

    QByteArray m_input;
    std::optional<Header> m_header; ///< of the frame whose payload is being waited for
    QByteArray m_message;           ///< text so far, of a message in parts
    qsizetype m_messageSize = 0;
    int m_messageOpcode = 0; ///< 0: no message has begun
    QByteArray m_control;
    quint16 m_code = 0;
    Status m_end = Status::NeedMore; ///< Close or Failed once it has come to that
};

} // namespace memorykv
