// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/eventencoder.h"

#include "shared/bytes.h"
#include "shared/eventjson.h"
#include "shared/eventtext.h"

#include <QtEndian>

namespace memorykv {

static constexpr char kFinalText = char(0x81);
static constexpr char kFinalBinary = char(0x82);

static void appendFrameHeader(char firstByte, qsizetype size, QByteArray &out)
{
    char header[10];
    header[0] = firstByte;
    qsizetype headerSize = 2;
    if (size < 126) {
        header[1] = char(size);
    } else if (size <= 0xffff) {
        header[1] = 126;
        qToBigEndian(quint16(size), header + 2);
        headerSize = 4;
    } else {
        header[1] = 127;
        qToBigEndian(quint64(size), header + 2);
        headerSize = 10;
    }
    out.append(header, headerSize);
}

// A line of the payload is a data field; CR, LF and CRLF all end a line in this format.
static void appendDataFields(QByteArrayView payload, QByteArray &out)
{
    for (;;) {
        qsizetype end = 0;
        while (end < payload.size() && payload[end] != '\n' && payload[end] != '\r')
            ++end;
        appendAll({"data: ", payload.first(end), "\n"}, out);
        if (end == payload.size())
            return;
        const bool isPair
            = payload[end] == '\r' && end + 1 < payload.size() && payload[end + 1] == '\n';
        payload = payload.sliced(end + (isPair ? 2 : 1));
    }
}

static void appendPayload(const Event &event, bool json, bool asUtf8, QByteArray &out)
{
    if (json) {
        appendEventJson(event, out);
        return;
    }
    const qsizetype start = out.size();
    appendEventText(event, out);
    const QByteArrayView text = QByteArrayView(out).sliced(start);
    if (asUtf8 && !text.isValidUtf8()) {
        const QByteArray raw = text.toByteArray();
        out.truncate(start);
        appendAsUtf8(raw, out);
    }
}

void appendEncoded(const Event &event, Encoding encoding, QByteArray &out)
{
    static thread_local QByteArray payload;
    payload.truncate(0);
    const bool isBinary = encoding.framing == Encoding::Framing::BinaryFrame;
    appendPayload(event, encoding.json, !isBinary, payload);
    if (encoding.framing != Encoding::Framing::EventStream) {
        appendFrameHeader(isBinary ? kFinalBinary : kFinalText, payload.size(), out);
        out += payload;
        return;
    }
    // Resuming in the middle of the initial state would leave out the rest of it.
    if (!event.initial)
        appendAll({"id: ", Position{event.epoch, event.seq}.toText(), "\n"}, out);
    appendDataFields(payload, out);
    out += '\n';
}

} // namespace memorykv
