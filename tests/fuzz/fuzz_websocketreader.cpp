// SPDX-License-Identifier: GPL-3.0-only
// Feeds WebSocketReader the same bytes whole and one by one, and checks that what comes out is the
// same, that it stays at its end once it has come to one, and that payloads keep their limit.

#include "server/feed/websocketreader.h"

#include <cstdio>
#include <cstdlib>

using namespace memorykv;

namespace {

void check(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

/// All that comes of \a bytes in pieces of \a size.
QByteArray transcriptOf(QByteArrayView bytes, qsizetype size)
{
    WebSocketReader reader;
    QByteArray transcript;
    while (!bytes.isEmpty()) {
        const qsizetype piece = qMin(size, bytes.size());
        reader.append(bytes.first(piece));
        bytes = bytes.sliced(piece);
        for (;;) {
            const auto status = reader.next();
            if (status == WebSocketReader::Status::NeedMore)
                break;
            if (status == WebSocketReader::Status::Close
                || status == WebSocketReader::Status::Failed) {
                check(reader.next() == status, "an end stays the end");
                return transcript + "end " + QByteArray::number(int(status)) + ' '
                       + QByteArray::number(reader.code());
            }
            check(reader.payload().size() <= 125, "a control frame keeps its limit");
            transcript += QByteArray::number(int(status)) + ' ' + reader.payload() + '\n';
        }
    }
    return transcript + "more";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, std::size_t size)
{
    const QByteArrayView bytes(data, qsizetype(size));
    const QByteArray whole = transcriptOf(bytes, qMax<qsizetype>(bytes.size(), 1));
    check(transcriptOf(bytes, 1) == whole, "single bytes give what the whole gives");
    check(transcriptOf(bytes, 7) == whole, "pieces give what the whole gives");
    return 0;
}
