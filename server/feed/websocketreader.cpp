// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/websocketreader.h"

#include "server/feed/websocketframe.h"

#include <QtEndian>

namespace memorykv {

using namespace websocket;

static constexpr qsizetype kMaxControlSize = 125;
static constexpr quint16 kProtocolError = 1002;
static constexpr quint16 kNoStatus = 1005;
static constexpr quint16 kNotUtf8 = 1007;
static constexpr quint16 kTooBig = 1009;

static bool isControl(int opcode)
{
    return (opcode & 0x8) != 0;
}

// Those that may stand in a close frame (RFC 6455 7.4): the rest is reserved, or for no wire.
static bool isCloseCode(quint16 code)
{
    const bool isDefined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
    return isDefined || (code >= 3000 && code <= 4999);
}

void WebSocketReader::append(QByteArrayView bytes)
{
    if (m_end == Status::NeedMore)
        m_input.append(bytes);
}

WebSocketReader::Status WebSocketReader::next()
{
    while (m_end == Status::NeedMore) {
        if (!m_header) {
            m_header = readHeader();
            if (!m_header)
                return m_end;
        }
        const auto size = qsizetype(m_header->size);
        if (m_input.size() < size)
            return Status::NeedMore;
        QByteArray payload = m_input.first(size);
        for (qsizetype i = 0; i < size; ++i)
            payload[i] = char(payload[i] ^ m_header->mask[size_t(i % 4)]);
        m_input.remove(0, size);
        const Status status = finishFrame(std::move(payload));
        m_header.reset();
        if (status != Status::NeedMore)
            return status;
    }
    return m_end;
}

// What is wrong with the first two bytes of a frame, or 0.
quint16 WebSocketReader::faultOf(quint8 first, quint8 second) const
{
    const int opcode = first & 0x0f;
    const bool isKnown = opcode <= kBinary || (opcode >= kClose && opcode <= kPong);
    const bool isMasked = (second & 0x80) != 0;
    if ((first & 0x70) != 0 || !isKnown || !isMasked)
        return kProtocolError;
    if (isControl(opcode)) {
        const bool isWhole = (first & 0x80) != 0;
        return isWhole && (second & 0x7f) <= kMaxControlSize ? 0 : kProtocolError;
    }
    const bool continues = opcode == kContinuation;
    return continues == (m_messageOpcode != 0) ? 0 : kProtocolError;
}

// Nothing while it is not whole, or when it was refused, which fail() has noted.
std::optional<WebSocketReader::Header> WebSocketReader::readHeader()
{
    if (m_input.size() < 2)
        return std::nullopt;
    const auto first = quint8(m_input[0]);
    const auto second = quint8(m_input[1]);
    if (const quint16 fault = faultOf(first, second)) {
        fail(fault);
        return std::nullopt;
    }
    const int shortSize = second & 0x7f;
    const qsizetype lengthSize = shortSize == 126 ? 2 : shortSize == 127 ? 8 : 0;
    Header header;
    header.headerSize = 2 + lengthSize + qsizetype(header.mask.size());
    if (m_input.size() < header.headerSize)
        return std::nullopt;
    header.opcode = first & 0x0f;
    header.isFinal = (first & 0x80) != 0;
    header.size = quint64(shortSize);
    if (lengthSize == 2)
        header.size = qFromBigEndian<quint16>(m_input.constData() + 2);
    else if (lengthSize == 8)
        header.size = qFromBigEndian<quint64>(m_input.constData() + 2);
    const quint64 least = lengthSize == 8 ? 0x10000 : lengthSize == 2 ? 126 : 0;
    if (header.size < least || (header.size >> 63) != 0) {
        fail(kProtocolError);
        return std::nullopt;
    }
    if (!isControl(header.opcode)
        && header.size > quint64(kMaxMessageSize) - quint64(m_messageSize)) {
        fail(kTooBig);
        return std::nullopt;
    }
    std::copy_n(m_input.constData() + 2 + lengthSize, header.mask.size(), header.mask.begin());
    m_input.remove(0, header.headerSize);
    return header;
}

WebSocketReader::Status WebSocketReader::finishFrame(QByteArray payload)
{
    if (isControl(m_header->opcode))
        return finishControl(std::move(payload));
    if (m_header->opcode != kContinuation)
        m_messageOpcode = m_header->opcode;
    m_messageSize += payload.size();
    if (m_messageOpcode == kText)
        m_message += payload;
    if (!m_header->isFinal)
        return Status::NeedMore;
    const bool isGood = m_message.isValidUtf8(); // empty for binary messages
    m_message = QByteArray();
    m_messageSize = 0;
    m_messageOpcode = 0;
    return isGood ? Status::NeedMore : fail(kNotUtf8);
}

WebSocketReader::Status WebSocketReader::finishControl(QByteArray payload)
{
    if (m_header->opcode == kClose)
        return finishClose(payload);
    m_control = std::move(payload);
    return m_header->opcode == kPing ? Status::Ping : Status::Pong;
}

WebSocketReader::Status WebSocketReader::finishClose(const QByteArray &payload)
{
    if (payload.size() == 1)
        return fail(kProtocolError);
    m_code = kNoStatus;
    if (!payload.isEmpty()) {
        m_code = qFromBigEndian<quint16>(payload.constData());
        if (!isCloseCode(m_code))
            return fail(kProtocolError);
        if (!QByteArrayView(payload).sliced(2).isValidUtf8())
            return fail(kNotUtf8);
    }
    m_end = Status::Close;
    return m_end;
}

WebSocketReader::Status WebSocketReader::fail(quint16 code)
{
    m_code = code;
    m_end = Status::Failed;
    m_input = QByteArray();
    m_message = QByteArray();
    return m_end;
}

} // namespace memorykv
