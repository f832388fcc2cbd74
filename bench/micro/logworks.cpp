// SPDX-License-Identifier: GPL-3.0-only
#include "bench/micro/works.h"

#include "server/feed/eventencoder.h"
#include "server/log/memorylog.h"
#include "server/log/walformat.h"
#include "shared/eventjson.h"
#include "shared/eventtext.h"

#include <memory>

namespace memorykv {

namespace {

constexpr qsizetype kHistoryBytes = 4 << 20;
constexpr quint64 kEpoch = 0x1234'5678'9abc'def0;
constexpr qint64 kTimeMs = 1'790'000'000'000;
constexpr qsizetype kWriteSize = 1 << 20; // bytes after which a buffer is begun anew

Record recordOf(quint64 seq)
{
    Record record;
    record.seq = seq;
    record.timeMs = kTimeMs;
    record.entry = Entry::create(
        {"key:000000000001", R"({"temperature":21.5,"unit":"C","ok":true})", {}, seq, 0});
    return record;
}

/// Appends the bytes of one event to a buffer that is reused, by \a append(event, buffer).
template <typename Append>
Work encoding(const char *name, Append append)
{
    return {name, [append] {
                return [append, record = recordOf(12345),
                        buffer = QByteArray()](size_t operations) mutable {
                    for (size_t i = 0; i < operations; ++i) {
                        if (buffer.size() > kWriteSize)
                            buffer.resize(0);
                        append(record.toEvent(kEpoch), buffer);
                    }
                    keep(buffer);
                };
            }};
}

std::function<void(size_t)> prepareAppend()
{
    return [log = std::make_shared<MemoryLog>(kHistoryBytes)](size_t operations) {
        for (size_t i = 0; i < operations; ++i)
            log->append({recordOf(log->lastSeq() + 1)});
    };
}

std::function<void(size_t)> prepareWal()
{
    return [record = recordOf(1), buffer = QByteArray(),
            checksum = quint64(0)](size_t operations) mutable {
        for (size_t i = 0; i < operations; ++i) {
            if (buffer.size() > kWriteSize)
                buffer.resize(0);
            checksum = wal::appendGroup(&record, 1, record.seq, 0, checksum, buffer);
        }
        keep(checksum);
    };
}

} // namespace

std::vector<Work> logWorks()
{
    using Framing = Encoding::Framing;
    const auto framed = [](Framing framing, bool json) {
        return [framing, json](const Event &event, QByteArray &out) {
            appendEncoded(event, {framing, json}, out);
        };
    };
    return {
        {"log/append-memory", prepareAppend},
        {"log/encode-wal", prepareWal},
        encoding("feed/text", appendEventText),
        encoding("feed/json", appendEventJson),
        encoding("feed/websocket-text", framed(Framing::TextFrame, false)),
        encoding("feed/websocket-json", framed(Framing::TextFrame, true)),
        encoding("feed/event-stream-json", framed(Framing::EventStream, true)),
    };
}

} // namespace memorykv
