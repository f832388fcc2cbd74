// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/requestparser.h"

#include "server/http/httpsyntax.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace memorykv {

namespace {

constexpr int kMaxEmptyLines = 2;                 ///< before a request line
constexpr qsizetype kFirstBodyReserve = 1 << 20;  ///< bytes set aside on a client's word alone
constexpr qsizetype kMaxKeptBufferSize = 4 << 10; ///< bytes an empty buffer may keep allocated

} // namespace

RequestParser::RequestParser(qsizetype maxBodySize)
    : m_maxBodySize(maxBodySize)
    , m_chunks(maxBodySize)
{ }

void RequestParser::append(QByteArrayView bytes)
{
    if (m_state == State::Failed)
        return;
    dropConsumed();
    m_buffer.append(bytes);
}

Result<RequestParser::Status> RequestParser::parse()
{
    switch (m_state) {
    case State::Head:
        return parseHeadLines();
    case State::Body:
        return parseBody();
    case State::Chunks:
        return parseChunks();
    case State::Complete:
        return Status::Complete;
    case State::Failed:
        break;
    }
    return m_error;
}

Request RequestParser::takeRequest()
{
    Q_ASSERT(m_state == State::Complete);
    m_state = State::Head;
    return std::exchange(m_request, Request());
}

bool RequestParser::midRequest() const
{
    return inBody() || (m_state == State::Head && m_consumed < m_buffer.size());
}

bool RequestParser::inBody() const
{
    return m_state == State::Body || m_state == State::Chunks;
}

qsizetype RequestParser::bufferedBytes() const
{
    return m_buffer.size() - m_consumed + m_request.body.size();
}

QByteArray RequestParser::takeRemainder()
{
    QByteArray remainder = m_buffer.sliced(m_consumed);
    consume(remainder.size());
    startHead();
    return remainder;
}

Result<RequestParser::Status> RequestParser::parseHeadLines()
{
    for (;;) {
        const QByteArrayView input = QByteArrayView(m_buffer).sliced(m_consumed);
        const qsizetype limit = m_requestLine ? kMaxHeadSize : kMaxRequestLineSize;
        const QByteArrayView window = input.first(qMin(input.size(), limit));
        const syntax::LineScan scan = syntax::findLineEnd(window, &m_scanned);
        if (scan == syntax::LineScan::Incomplete)
            return window.size() < limit ? Result(Status::NeedMore) : fail(overlongHead(window));
        if (scan != syntax::LineScan::Found)
            return fail(syntax::lineFault(scan));

        const QByteArrayView line = window.sliced(m_lineStart, m_scanned - m_lineStart);
        m_scanned += 2;
        m_lineStart = m_scanned;
        if (line.isEmpty() && m_requestLine)
            return finishHead(m_scanned);
        if (std::optional<Error> error = takeLine(line))
            return fail(*std::move(error));
    }
}

/// Field lines are only passed over here: they are split once the head is whole and stays in place.
std::optional<Error> RequestParser::takeLine(QByteArrayView line)
{
    if (m_requestLine)
        return std::nullopt;
    if (line.isEmpty()) {
        if (++m_emptyLines > kMaxEmptyLines)
            return syntax::invalid("there are too many empty lines before the request"_ba);
        consume(2);
        m_scanned = 0;
        m_lineStart = 0;
        return std::nullopt;
    }
    // Judged at once, so that a client of another protocol need not send a whole head to be told.
    const Result<RequestLine> requestLine = parseRequestLine(line);
    if (!requestLine)
        return requestLine.error();
    m_requestLine = *requestLine;
    return std::nullopt;
}

Error RequestParser::overlongHead(QByteArrayView start) const
{
    if (!m_requestLine)
        return overlongRequestLine(start);
    return syntax::overLimit(ErrorCode::HeadTooLarge, "the head", kMaxHeadSize);
}

Result<RequestParser::Status> RequestParser::finishHead(qsizetype headSize)
{
    m_request.head = m_buffer.sliced(m_consumed, headSize);
    const Result<BodyFraming> framing = parseHead(*m_requestLine, &m_request);
    if (!framing)
        return fail(framing.error());
    if (framing->length > m_maxBodySize)
        return fail(syntax::overLimit(ErrorCode::BodyTooLarge, "the body", m_maxBodySize));

    consume(headSize);
    startHead();
    if (!framing->hasBody())
        return complete();

    if (framing->chunked)
        m_chunks = ChunkedDecoder(m_maxBodySize);
    m_bodySize = framing->length;
    m_state = framing->chunked ? State::Chunks : State::Body;
    // RFC 9110 10.1.1: no need to once some of the body is here, the client is not waiting then.
    if (framing->expectsContinue && m_consumed == m_buffer.size())
        return Status::WantsContinue;
    return parse();
}

Result<RequestParser::Status> RequestParser::parseBody()
{
    QByteArray &body = m_request.body;
    const QByteArrayView input = QByteArrayView(m_buffer).sliced(m_consumed);
    const qsizetype size = qMin(input.size(), m_bodySize - body.size());
    if (const qsizetype needed = body.size() + size; needed > body.capacity()) {
        // Doubles towards the announced size: an announcement alone must not take memory, and a
        // body that has come whole must not hold more than its size.
        const qsizetype wanted = qMax(needed, qMax(kFirstBodyReserve, 2 * body.capacity()));
        body.reserve(qMin(m_bodySize, wanted));
    }
    body.append(input.first(size));
    consume(size);
    return body.size() == m_bodySize ? complete() : Result(Status::NeedMore);
}

Result<RequestParser::Status> RequestParser::parseChunks()
{
    const QByteArrayView input = QByteArrayView(m_buffer).sliced(m_consumed);
    const Result<ChunkedDecoder::Progress> progress = m_chunks.decode(input, &m_request.body);
    if (!progress)
        return fail(progress.error());
    consume(progress->used);
    if (!progress->finished)
        return Status::NeedMore;
    m_request.body.squeeze(); // it grew in steps, and may be stored for long
    return complete();
}

Result<RequestParser::Status> RequestParser::complete()
{
    m_state = State::Complete;
    dropConsumed();
    return Status::Complete;
}

Error RequestParser::fail(Error error)
{
    m_state = State::Failed;
    m_error = std::move(error);
    m_buffer = QByteArray();
    m_consumed = 0;
    m_request = Request();
    return m_error;
}

void RequestParser::startHead()
{
    m_scanned = 0;
    m_lineStart = 0;
    m_emptyLines = 0;
    m_requestLine.reset();
}

void RequestParser::consume(qsizetype size)
{
    m_consumed += size;
}

/// Moves what is left to the front only when that is less than what is dropped, so that each byte
/// received pays for at most one byte moved.
void RequestParser::dropConsumed()
{
    if (m_consumed == m_buffer.size()) {
        if (m_buffer.capacity() > kMaxKeptBufferSize)
            m_buffer = QByteArray();
        m_buffer.resize(0);
        m_consumed = 0;
    } else if (m_consumed > m_buffer.size() / 2) {
        m_buffer.remove(0, m_consumed);
        m_consumed = 0;
    }
}

} // namespace memorykv
