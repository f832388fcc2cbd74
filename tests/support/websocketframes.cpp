// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/websocketframes.h"

#include "tests/support/httpclient.h"

#include <QtEndian>

namespace memorykv::test {

int WebSocketFrame::closeCode() const
{
    return opcode == kClose && payload.size() >= 2 ? qFromBigEndian<quint16>(payload.constData())
                                                   : 0;
}

QList<WebSocketFrame> webSocketFrames(QByteArrayView bytes)
{
    QList<WebSocketFrame> frames;
    while (bytes.size() >= 2) {
        const auto first = static_cast<unsigned char>(bytes.at(0));
        const auto second = static_cast<unsigned char>(bytes.at(1));
        const bool isPlain = (first & 0x70) == 0 && (second & 0x80) == 0;
        const int lengthSize = second == 126 ? 2 : second == 127 ? 8 : 0;
        if (!isPlain || bytes.size() < 2 + lengthSize)
            break;
        qint64 length = second;
        if (lengthSize == 2)
            length = qFromBigEndian<quint16>(bytes.data() + 2);
        else if (lengthSize == 8)
            length = qFromBigEndian<qint64>(bytes.data() + 2);
        if (length < 0 || bytes.size() - 2 - lengthSize < length)
            break;
        frames.append({first & 0x0f, (first & 0x80) != 0,
                       bytes.sliced(2 + lengthSize, length).toByteArray()});
        bytes = bytes.sliced(2 + lengthSize + length);
    }
    if (!bytes.isEmpty())
        frames.append({-1, true, bytes.first(qMin(bytes.size(), qsizetype(100))).toByteArray()});
    return frames;
}

QByteArray webSocketHandshake(QByteArrayView target)
{
    return requestBytes("GET", target,
                        {{"Connection", "Upgrade"},
                         {"Upgrade", "websocket"},
                         {"Sec-WebSocket-Version", "13"},
                         {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
}

} // namespace memorykv::test
