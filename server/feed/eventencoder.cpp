// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/eventencoder.h"

#include "server/feed/websocketframe.h"
#include "shared/bytes.h"
#include "shared/eventjson.h"
#include "shared/eventtext.h"
#include "shared/utf8.h"

namespace memorykv {

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
        websocket::appendFrameHeader(isBinary ? websocket::kBinary : websocket::kText,
                                     payload.size(), out);
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
