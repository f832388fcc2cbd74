// SPDX-License-Identifier: GPL-3.0-only
// Feeds RequestParser the same bytes whole, one by one and in pieces the fuzzer chooses, and checks
// that the requests found and the verdict are the same, that views stay in their request's head and
// that the parser holds no more than it promises.
//
// An input is four bytes that choose the pieces, then what the client sends.

#include "server/http/requestparser.h"
#include "shared/limits.h"

#include <cstdio>
#include <cstdlib>

using namespace memorykv;

namespace {

constexpr qsizetype kBodyLimit = 1000;
constexpr qsizetype kSeedSize = 4;

void check(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

/// The size of one piece after the other, from 1 to about 1,000 bytes, mostly small.
class PieceSizes
{
public:
    explicit PieceSizes(QByteArrayView seed)
    {
        for (const char byte : seed)
            m_state = m_state << 8 | static_cast<quint8>(byte);
    }

    qsizetype next()
    {
        m_state = m_state * 1664525 + 1013904223; // Numerical Recipes' generator
        const quint32 bits = m_state >> 16 & 7;
        return 1 + qsizetype(m_state >> 19 & ((1U << (bits + 3)) - 1));
    }

private:
    quint32 m_state = 0;
};

void addText(QByteArrayView text, QByteArray *transcript)
{
    *transcript += QByteArray::number(text.isNull() ? -1 : text.size()) + ' ';
    *transcript += text;
}

void addRequest(const Request &request, QByteArray *transcript)
{
    const char *const begin = request.head.constData();
    const char *const end = begin + request.head.size();
    const auto inHead = [begin, end](QByteArrayView view) {
        return view.data() >= begin && view.data() + view.size() <= end;
    };
    check(request.head.endsWith("\r\n\r\n"), "a head is whole");
    check(request.head.size() <= kMaxHeadSize, "a head keeps its limit");
    check(request.fields.size() <= kMaxHeaderFields, "fields keep their limit");
    check(request.body.size() <= kBodyLimit, "a body keeps its limit");
    check(inHead(request.target), "the target is in the head");
    check(request.target.size() <= kMaxTargetSize, "a target keeps its limit");
    check(request.path == "/" || inHead(request.path), "the path is in the head");
    check(!request.path.isEmpty(), "a path is not empty");
    check(request.query.isNull() || inHead(request.query), "the query is in the head");
    check(request.host.isNull() || inHead(request.host), "the host is in the head");
    check(!request.host.isEmpty() || request.minorVersion == 0, "HTTP/1.1 has a host");

    addText(methodName(request.method), transcript);
    addText(QByteArray::number(request.minorVersion), transcript);
    for (const QByteArrayView view : {request.target, request.path, request.query, request.host})
        addText(view, transcript);
    for (const HeaderField &field : request.fields) {
        check(inHead(field.name) && inHead(field.value), "a field is in the head");
        addText(field.name, transcript);
        addText(field.value, transcript);
    }
    addText(request.head, transcript);
    addText(request.body, transcript);
    addText(request.keepAlive ? "stays" : "closes", transcript);
}

/// Gives \a bytes in pieces whose sizes \a nextSize tells; returns all that came of it.
template <typename NextSize>
QByteArray transcriptOf(QByteArrayView bytes, NextSize nextSize)
{
    RequestParser parser(kBodyLimit);
    QByteArray transcript;
    while (!bytes.isEmpty()) {
        const qsizetype size = qMin(bytes.size(), nextSize());
        parser.append(bytes.first(size));
        bytes = bytes.sliced(size);
        for (;;) {
            const Result<RequestParser::Status> status = parser.parse();
            if (!status) {
                check(parser.bufferedBytes() == 0, "a spent parser holds nothing");
                return transcript + "refused: " + status.error().detail
                       + QByteArray::number(int(status.error().code));
            }
            if (*status != RequestParser::Status::Complete)
                break;
            addRequest(parser.takeRequest(), &transcript);
        }
        check(parser.bufferedBytes() <= kMaxHeadSize + kBodyLimit, "what is held is bounded");
    }
    transcript += parser.midRequest() ? "more" : "idle";
    return transcript + (parser.inBody() ? " body" : "");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, std::size_t size)
{
    const QByteArrayView input(data, qsizetype(size));
    if (input.size() <= kSeedSize)
        return 0;
    const QByteArrayView bytes = input.sliced(kSeedSize);
    PieceSizes pieces(input.first(kSeedSize));

    const QByteArray whole = transcriptOf(bytes, [&bytes] { return bytes.size(); });
    const QByteArray chosen = transcriptOf(bytes, [&pieces] { return pieces.next(); });
    check(chosen == whole, "pieces give what the whole gives");
    const QByteArray single = transcriptOf(bytes, [] { return qsizetype(1); });
    check(single == whole, "single bytes give what the whole gives");
    return 0;
}
