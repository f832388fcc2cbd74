// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>

#include <optional>
#include <utility>

namespace memorykv::test {

/// A response as a test sees it. \c status 0 stands for "no response": \c fault tells why.
struct HttpResponse
{
    int status = 0;
    int minorVersion = 1;
    QByteArray reason;
    QList<std::pair<QByteArray, QByteArray>> fields; ///< names in lower case, in order of arrival
    QByteArray body;                                 ///< with the transfer coding taken off
    QByteArray fault;

    /// The values of all fields called \a name (lower case) joined by ", "; empty when there is
    /// none.
    QByteArray header(QByteArrayView name) const;
    bool has(QByteArrayView name) const;

    /// Whether \a token is an element of the list field \a name, in any case.
    bool headerHasToken(QByteArrayView name, QByteArrayView token) const;

    /// The number in the ETag, such as 12 of `"12"`; 0 when there is no such ETag.
    quint64 revision() const;

    /// The body as JSON; a null document when it is not JSON.
    QJsonDocument json() const;
};

/// Why \a response is not an application/problem+json (RFC 9457) of \a status with type, title,
/// status and detail, and \a named somewhere in its detail; empty when it is one.
QByteArray problemFault(const HttpResponse &response, int status, QByteArrayView named = {});

/// Takes the responses out of the bytes of one connection, strictly: anything RFC 9112 does not
/// allow a server to send ends in malformed(). Not thread-safe.
class HttpResponseParser
{
public:
    void append(QByteArrayView bytes) { m_buffer.append(bytes.data(), bytes.size()); }

    /// The next whole response, or nothing when bytes are missing or malformed. \a toHead says the
    /// request was a HEAD, \a closed that no more bytes come (which ends a body without a length).
    /// Interim responses (1xx) come out as responses of their own.
    std::optional<HttpResponse> next(bool toHead = false, bool closed = false);

    /// The head alone of the next response, for bodies that do not end. The rest stays.
    std::optional<HttpResponse> nextHead();

    /// What is wrong with the bytes; empty when nothing is.
    QByteArray malformed() const { return m_malformed; }

    /// Takes the bytes not used so far.
    QByteArray takeRemainder() { return std::exchange(m_buffer, {}); }
    bool isEmpty() const { return m_buffer.isEmpty(); }

private:
    std::optional<HttpResponse> parseHead(qsizetype &headSize);
    std::optional<qsizetype> bodyEnd(HttpResponse &response, qsizetype begin, bool toHead,
                                     bool closed);
    std::optional<qsizetype> decodeChunks(QByteArray &body, qsizetype begin);
    std::nullopt_t fail(QByteArrayView why);

    QByteArray m_buffer;
    QByteArray m_malformed;
};

} // namespace memorykv::test
