// SPDX-License-Identifier: GPL-3.0-only
#include "shared/eventjson.h"

#include "shared/bytes.h"
#include "shared/eventfields.h"
#include "shared/timetext.h"
#include "shared/utf8.h"

#include <QByteArrayView>

namespace memorykv {

namespace {

/// The parts of a JSON text, so that its size is known before the first byte is written.
class Parts
{
public:
    /// \a json stands as it is and must outlive the parts.
    void addJson(QByteArrayView json) { add({json, false}); }
    /// \a text becomes a JSON string; must be valid UTF-8 and outlive the parts.
    void addString(QByteArrayView text) { add({text, true}); }
    /// The same for bytes that may be no UTF-8: those become U+FFFD.
    void addBytes(QByteArrayView bytes)
    {
        if (bytes.isValidUtf8())
            return addString(bytes);
        QByteArray &repaired = m_repaired[m_repairedCount++];
        appendAsUtf8(bytes, repaired);
        addString(repaired);
    }

    void appendTo(QByteArray &out) const
    {
        qsizetype size = 0;
        for (std::size_t i = 0; i < m_count; ++i) {
            const auto &[text, isString] = m_parts[i];
            size += isString ? jsonStringSize(text) : text.size();
        }
        char *at = extend(out, size);
        for (std::size_t i = 0; i < m_count; ++i) {
            const auto &[text, isString] = m_parts[i];
            at = isString ? writeJsonString(text, at) : writeBytes(text, at);
        }
    }

private:
    struct Part
    {
        QByteArrayView text;
        bool isString = false;
    };

    void add(Part part) { m_parts[m_count++] = part; }

    std::array<Part, 10> m_parts;
    std::size_t m_count = 0;
    std::array<QByteArray, 3> m_repaired; // key, type, peer
    std::size_t m_repairedCount = 0;
};

/// The members every event has, and the name of the next one.
using Head = FixedText<192>;
/// The members after the value, without the type.
using Tail = FixedText<96>;

void addNumber(QByteArrayView name, std::integral auto number, auto &text)
{
    text.add(name);
    text.addNumber(number);
}

void addHead(const Event &event, Head &head)
{
    head.add("{");
    if (event.op != Op::Gap) {
        addNumber("\"seq\":", event.seq, head);
        head.add(",");
    }
    addNumber("\"epoch\":", event.epoch, head);
    head.add(",\"time\":\"");
    head.add(TimeText(event.timeMs));
    head.add("\",\"op\":\"");
    head.add(opName(event.op));
    head.add("\"");
    if (hasKey(event.op))
        head.add(",\"key\":");
    else if (hasPrefix(event.op))
        head.add(",\"prefix\":");
}

void addTail(const Event &event, Tail &tail)
{
    if (hasTtl(event.op) && (event.op == Op::Touch || event.ttlSeconds != 0))
        addNumber(",\"ttl\":", event.ttlSeconds, tail);
    if (event.op == Op::Read)
        tail.add(event.found ? ",\"found\":true" : ",\"found\":false");
    if (event.op == Op::Insert && event.initial)
        tail.add(",\"initial\":true");
    if (event.op == Op::Gap) {
        addNumber(",\"from\":", event.gapFrom, tail);
        addNumber(",\"to\":", event.seq, tail);
    }
}

} // namespace

void appendEventJson(const Event &event, QByteArray &out)
{
    Parts parts;
    Head head;
    addHead(event, head);
    parts.addJson(head);
    if (hasKey(event.op) || hasPrefix(event.op))
        parts.addBytes(event.key);

    QByteArray base64;
    FixedText<32> size;
    if (event.op == Op::Insert) {
        if (event.value.isValidUtf8()) {
            parts.addJson(",\"value\":");
            parts.addString(event.value);
        } else {
            base64 = event.value.toBase64();
            parts.addJson(",\"value_base64\":");
            parts.addString(base64);
        }
        addNumber(",\"size\":", event.value.size(), size);
        parts.addJson(size);
        if (!event.type.isEmpty()) {
            parts.addJson(",\"type\":");
            parts.addBytes(event.type);
        }
    }

    Tail tail;
    addTail(event, tail);
    if (event.op == Op::Heartbeat)
        tail.add(",\"peer\":");
    parts.addJson(tail);
    if (event.op == Op::Heartbeat)
        parts.addBytes(event.peer);
    parts.addJson("}");
    parts.appendTo(out);
}

} // namespace memorykv
