// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/websocketframe.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <array>

namespace memorykv::websocket {

static constexpr quint16 kNoStatus = 1005;

void appendFrameHeader(Opcode opcode, qsizetype size, QByteArray &out)
{
    std::array<char, 10> header{char(0x80 | opcode)};
    qsizetype headerSize = 2;
    if (size < 126) {
        header[1] = char(size);
    } else if (size <= 0xffff) {
        header[1] = 126;
        qToBigEndian(quint16(size), header.data() + 2);
        headerSize = 4;
    } else {
        header[1] = 127;
        qToBigEndian(quint64(size), header.data() + 2);
        headerSize = 10;
    }
    out.append(header.data(), headerSize);
}

QByteArray controlFrame(Opcode opcode, QByteArrayView payload)
{
    QByteArray frame;
    appendFrameHeader(opcode, payload.size(), frame);
    frame.append(payload);
    return frame;
}

QByteArray closeFrame(quint16 code, QByteArrayView reason)
{
    if (code == kNoStatus)
        return controlFrame(kClose, {});
    QByteArray payload(2, Qt::Uninitialized);
    qToBigEndian(code, payload.data());
    payload.append(reason);
    return controlFrame(kClose, payload);
}

QByteArray acceptFor(QByteArrayView key)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(key);
    hash.addData("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    return hash.result().toBase64();
}

} // namespace memorykv::websocket
