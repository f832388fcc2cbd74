// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/chunkeddecoder.h"

#include "server/http/httpsyntax.h"
#include "shared/limits.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace memorykv {

namespace {

using syntax::invalid;
using syntax::overLimit;

constexpr qsizetype kMaxChunkLineSize = 1 << 10;  ///< bytes of a size line, CR LF included
constexpr qsizetype kMaxExtensionSize = 16 << 10; ///< bytes of all chunk extensions of a body

struct ChunkSize
{
    qint64 size = 0; ///< or the largest qint64 when it is larger than that
    qsizetype digits = 0;
};

ChunkSize parseChunkSize(QByteArrayView line)
{
    constexpr qint64 kLargest = std::numeric_limits<qint64>::max();
    ChunkSize result;
    while (result.digits < line.size()) {
        const int digit = syntax::hexDigit(line[result.digits]);
        if (digit < 0)
            break;
        result.size = result.size > kLargest / 16 ? kLargest : result.size * 16 + digit;
        ++result.digits;
    }
    return result;
}

} // namespace

ChunkedDecoder::ChunkedDecoder(qsizetype maxBodySize)
    : m_maxBodySize(maxBodySize)
{ }

Result<ChunkedDecoder::Progress> ChunkedDecoder::decode(QByteArrayView input, QByteArray *body)
{
    Progress progress;
    while (m_state != State::Finished) {
        const Step used = step(input.sliced(progress.used), body);
        if (!used)
            return used.error();
        if (*used == 0)
            break;
        progress.used += *used;
    }
    progress.finished = m_state == State::Finished;
    return progress;
}

ChunkedDecoder::Step ChunkedDecoder::step(QByteArrayView input, QByteArray *body)
{
    switch (m_state) {
    case State::Size:
        return readSize(input, body->size());
    case State::Data:
        return readData(input, body);
    case State::DataEnd:
        return readDataEnd(input);
    case State::Trailer:
        return readTrailer(input);
    case State::Finished:
        break;
    }
    return 0;
}

ChunkedDecoder::Step ChunkedDecoder::readSize(QByteArrayView input, qsizetype bodySize)
{
    const QByteArrayView window = input.first(qMin(input.size(), kMaxChunkLineSize));
    const syntax::LineScan scan = syntax::findLineEnd(window, &m_scanned);
    if (scan == syntax::LineScan::Incomplete) {
        if (window.size() == kMaxChunkLineSize)
            return overLimit(ErrorCode::InvalidRequest, "a chunk size line", kMaxChunkLineSize);
        return 0;
    }
    if (scan != syntax::LineScan::Found)
        return syntax::lineFault(scan);

    const QByteArrayView line = input.first(m_scanned);
    m_scanned = 0;
    const ChunkSize chunk = parseChunkSize(line);
    if (chunk.digits == 0)
        return invalid("a chunk size is not a hexadecimal number"_ba);
    // White space goes before an extension (RFC 9112 7.1.1), never before the end of the line.
    const QByteArrayView rest = line.sliced(chunk.digits);
    if (!rest.isEmpty() && !syntax::trimmed(rest).startsWith(';'))
        return invalid("a chunk size is followed by something other than an extension"_ba);
    m_extensionBytes += rest.size();
    if (m_extensionBytes > kMaxExtensionSize)
        return overLimit(ErrorCode::InvalidRequest, "the sum of chunk extensions",
                         kMaxExtensionSize);
    if (chunk.size > m_maxBodySize - bodySize)
        return overLimit(ErrorCode::BodyTooLarge, "the body", m_maxBodySize);

    m_chunkLeft = chunk.size;
    m_state = chunk.size == 0 ? State::Trailer : State::Data;
    return line.size() + 2;
}

ChunkedDecoder::Step ChunkedDecoder::readData(QByteArrayView input, QByteArray *body)
{
    const qsizetype size = qMin(input.size(), m_chunkLeft);
    body->append(input.first(size));
    m_chunkLeft -= size;
    if (m_chunkLeft == 0)
        m_state = State::DataEnd;
    return size;
}

ChunkedDecoder::Step ChunkedDecoder::readDataEnd(QByteArrayView input)
{
    if (!QByteArrayView("\r\n").startsWith(input.first(qMin<qsizetype>(input.size(), 2))))
        return invalid("a chunk is not followed by CR LF"_ba);
    if (input.size() < 2)
        return 0;
    m_state = State::Size;
    return 2;
}

ChunkedDecoder::Step ChunkedDecoder::readTrailer(QByteArrayView input)
{
    const qsizetype allowed = kMaxHeadSize - m_trailerBytes;
    const QByteArrayView window = input.first(qMin(input.size(), allowed));
    const syntax::LineScan scan = syntax::findLineEnd(window, &m_scanned);
    if (scan == syntax::LineScan::Incomplete) {
        if (window.size() == allowed)
            return overLimit(ErrorCode::HeadTooLarge, "the trailer", kMaxHeadSize);
        return 0;
    }
    if (scan != syntax::LineScan::Found)
        return syntax::lineFault(scan);

    const QByteArrayView line = input.first(m_scanned);
    m_scanned = 0;
    m_trailerBytes += line.size() + 2;
    if (line.isEmpty()) {
        m_state = State::Finished;
        return 2;
    }
    const Result<HeaderField> field = syntax::parseFieldLine(line);
    if (!field)
        return field.error();
    if (++m_trailerFields > kMaxHeaderFields)
        return overLimit(ErrorCode::HeadTooLarge, "the trailer", kMaxHeaderFields, "fields");
    // RFC 9110 6.5.1 forbids senders to put these there; a reader that merged them would go astray.
    if (syntax::framingField(field->name) != syntax::FramingField::None)
        return invalid("the trailer has a field that belongs in the head"_ba);
    return line.size() + 2;
}

} // namespace memorykv
