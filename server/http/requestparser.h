// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/chunkeddecoder.h"
#include "server/http/request.h"
#include "server/http/requesthead.h"
#include "shared/result.h"

#include <optional>

namespace memorykv {

/// Strict framing of HTTP/1.1 requests (RFC 9112), one connection's worth: bytes in, whole valid
/// requests out. Anything whose end two readers could disagree on is refused, and after a refusal
/// the parser is spent: the connection has to be closed. What is refused, and with which words,
/// does not depend on how the bytes are split.
///
/// Refused with InvalidRequest: a bare CR or LF in the head, NUL or another control character,
/// white space before the colon, obsolete line folding, a missing Host on HTTP/1.1, a repeated,
/// empty or malformed Host on any version, Content-Length that is not digits, repeated or a list,
/// Transfer-Encoding together with Content-Length or on HTTP/1.0, chunked not final or repeated,
/// malformed chunks or trailers, a malformed request line or target. Others: TargetTooLong,
/// HeadTooLarge (size or number of fields, of the head or a trailer), BodyTooLarge, NotImplemented
/// (unknown method, or a coding other than chunked before it), ExpectationFailed,
/// VersionNotSupported.
///
/// Accepted: up to two empty lines before a request line (RFC 9112 2.2), origin-form, absolute-form
/// with http or https, "*" with OPTIONS, bytes over 0x7F in the target (checked as UTF-8 once
/// decoded), chunk extensions (ignored, limited to 1 KiB a chunk line and 16 KiB a body), trailers
/// (checked, dropped).
///
/// Works in time linear in the bytes received, however they are split. Not thread-safe.
class RequestParser
{
public:
    enum class Status {
        NeedMore,      ///< all bytes given are used up to what can be judged; give more
        WantsContinue, ///< as NeedMore; the client waits for 100 Continue: it expects it and
                       ///< nothing of the body has come (told once per request)
        Complete,      ///< takeRequest() has a request
    };

    /// \a maxBodySize limits a body in bytes after decoding; a larger one is refused as soon as
    /// Content-Length or a chunk size shows it.
    explicit RequestParser(qsizetype maxBodySize);

    /// Adds bytes received. After a refusal they are dropped.
    void append(QByteArrayView bytes);

    /// Judges the bytes at hand. After Complete, take the request, then call again: pipelined
    /// requests come out one by one. After a refusal, the same error each time; its detail names
    /// the field or limit at fault and holds no byte received.
    Result<Status> parse();

    /// The request parse() found. Valid once per Complete.
    Request takeRequest();

    /// Whether a request has begun: some of its bytes are here, but not all. Empty lines that
    /// parse() passed over do not count. False after a refusal.
    bool midRequest() const;

    /// Whether the head of the present request is whole and its body is being waited for.
    bool inBody() const;

    /// The request whose body is being waited for, without it. Valid while inBody(), until the
    /// next call of parse().
    const Request &pendingRequest() const { return m_request; }

    /// Bytes held: unparsed input and the body so far. When parse() wants more, at most
    /// \c kMaxHeadSize of unparsed input and \c maxBodySize of body.
    qsizetype bufferedBytes() const;

    /// Takes the bytes after the last complete request, for a connection that changes protocol. Not
    /// while inBody(). Given back with append(), they are parsed as if never taken.
    QByteArray takeRemainder();

private:
    enum class State { Head, Body, Chunks, Complete, Failed };

    Result<Status> parseHeadLines();
    Result<Status> finishHead(qsizetype headSize);
    Result<Status> parseBody();
    Result<Status> parseChunks();
    Result<Status> complete();
    Error fail(Error error);

    std::optional<Error> takeLine(QByteArrayView line);
    Error overlongHead(QByteArrayView start) const;
    void startHead();
    void consume(qsizetype size);
    void dropConsumed();

    qsizetype m_maxBodySize;
    State m_state = State::Head;
    Error m_error; ///< of State::Failed

    QByteArray m_buffer; ///< input, of which the first m_consumed bytes are done with
    qsizetype m_consumed = 0;

    // The head in m_buffer, from m_consumed on.
    qsizetype m_scanned = 0;   ///< bytes searched for the end of a line
    qsizetype m_lineStart = 0; ///< where the line being searched begins
    int m_emptyLines = 0;      ///< passed over before the request line
    std::optional<RequestLine> m_requestLine;

    Request m_request; ///< what is known of the present request once its head is whole
    qsizetype m_bodySize = 0;
    ChunkedDecoder m_chunks;
};

} // namespace memorykv
