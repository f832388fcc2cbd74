// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpresponse.h"

namespace memorykv::test {

using namespace Qt::StringLiterals;

QByteArray HttpResponse::header(QByteArrayView name) const
{
    QByteArrayList values;
    for (const auto &[fieldName, value] : fields) {
        if (fieldName == name)
            values.append(value);
    }
    return values.join(", ");
}

bool HttpResponse::has(QByteArrayView name) const
{
    for (const auto &field : fields) {
        if (field.first == name)
            return true;
    }
    return false;
}

bool HttpResponse::headerHasToken(QByteArrayView name, QByteArrayView token) const
{
    const QByteArrayList elements = header(name).split(',');
    for (const QByteArray &element : elements) {
        if (element.trimmed().compare(token, Qt::CaseInsensitive) == 0)
            return true;
    }
    return false;
}

quint64 HttpResponse::revision() const
{
    const QByteArray tag = header("etag");
    if (tag.size() < 3 || !tag.startsWith('"') || !tag.endsWith('"'))
        return 0;
    return tag.mid(1, tag.size() - 2).toULongLong();
}

QJsonDocument HttpResponse::json() const
{
    return QJsonDocument::fromJson(body);
}

QByteArray problemFault(const HttpResponse &response, int status, QByteArrayView named)
{
    if (response.status != status) {
        return "status " + QByteArray::number(response.status) + " instead of "
               + QByteArray::number(status) + ": " + response.body + response.fault;
    }
    if (response.header("content-type") != "application/problem+json")
        return "Content-Type is " + response.header("content-type");
    const QJsonDocument document = response.json();
    if (!document.isObject())
        return "not a JSON object: " + response.body;
    const QJsonObject problem = document.object();
    for (const auto member : {"type"_L1, "title"_L1, "detail"_L1}) {
        if (!problem.value(member).isString() || problem.value(member).toString().isEmpty())
            return QByteArray(member.data(), member.size()) + " is missing: " + response.body;
    }
    if (problem.value("status"_L1).toInt() != status)
        return "the member status differs: " + response.body;
    if (!problem.value("detail"_L1).toString().toUtf8().contains(named))
        return "the detail does not name " + named.toByteArray() + ": " + response.body;
    return {};
}

std::nullopt_t HttpResponseParser::fail(QByteArrayView why)
{
    if (m_malformed.isEmpty())
        m_malformed = why.toByteArray() + " in " + m_buffer.left(300);
    return std::nullopt;
}

std::optional<HttpResponse> HttpResponseParser::parseHead(qsizetype &headSize)
{
    const qsizetype end = m_buffer.indexOf("\r\n\r\n");
    if (!m_malformed.isEmpty() || end < 0)
        return std::nullopt;
    headSize = end + 4;
    QByteArrayList lines = m_buffer.left(end).replace("\r\n", "\n").split('\n');
    if (m_buffer.left(end).count('\n') != m_buffer.left(end).count("\r\n"))
        return fail("bare line feed");

    HttpResponse response;
    const QByteArray statusLine = lines.takeFirst();
    response.status = statusLine.mid(9, 3).toInt();
    if (!statusLine.startsWith("HTTP/1.") || statusLine.size() < 13 || statusLine.at(8) != ' '
        || statusLine.at(12) != ' ' || response.status < 100) {
        return fail("status line");
    }
    response.minorVersion = statusLine.at(7) - '0';
    response.reason = statusLine.mid(13);
    for (const QByteArray &line : std::as_const(lines)) {
        const qsizetype colon = line.indexOf(':');
        if (colon < 1 || line.left(colon).contains(' '))
            return fail("field line");
        response.fields.append({line.left(colon).toLower(), line.mid(colon + 1).trimmed()});
    }
    return response;
}

std::optional<HttpResponse> HttpResponseParser::nextHead()
{
    qsizetype headSize = 0;
    std::optional<HttpResponse> response = parseHead(headSize);
    if (response)
        m_buffer.remove(0, headSize);
    return response;
}

std::optional<HttpResponse> HttpResponseParser::next(bool toHead, bool closed)
{
    qsizetype headSize = 0;
    std::optional<HttpResponse> response = parseHead(headSize);
    if (!response)
        return std::nullopt;
    const std::optional<qsizetype> end = bodyEnd(*response, headSize, toHead, closed);
    if (!end)
        return std::nullopt;
    m_buffer.remove(0, *end);
    return response;
}

// The message body length rules of RFC 9112 6.3, for responses.
std::optional<qsizetype> HttpResponseParser::bodyEnd(HttpResponse &response, qsizetype begin,
                                                     bool toHead, bool closed)
{
    const bool hasLength = response.has("content-length");
    const bool hasCoding = response.has("transfer-encoding");
    if (hasLength && hasCoding)
        return fail("Content-Length with Transfer-Encoding");
    const bool neverHasBody = response.status < 200 || response.status == 204;
    if (neverHasBody && (hasLength || hasCoding))
        return fail("length on a status without content (RFC 9110 8.6)");
    if (toHead || neverHasBody || response.status == 304)
        return begin;
    if (hasCoding) {
        if (response.header("transfer-encoding") != "chunked")
            return fail("Transfer-Encoding");
        return decodeChunks(response.body, begin);
    }
    if (hasLength) {
        bool isNumber = false;
        const qsizetype length = response.header("content-length").toLongLong(&isNumber);
        if (!isNumber || length < 0)
            return fail("Content-Length");
        if (m_buffer.size() - begin < length)
            return std::nullopt;
        response.body = m_buffer.mid(begin, length);
        return begin + length;
    }
    if (!closed)
        return std::nullopt;
    response.body = m_buffer.mid(begin);
    return m_buffer.size();
}

std::optional<qsizetype> HttpResponseParser::decodeChunks(QByteArray &body, qsizetype begin)
{
    qsizetype at = begin;
    while (true) {
        const qsizetype lineEnd = m_buffer.indexOf("\r\n", at);
        if (lineEnd < 0)
            return std::nullopt;
        bool isNumber = false;
        const qsizetype size = m_buffer.mid(at, lineEnd - at).toLongLong(&isNumber, 16);
        if (!isNumber || size < 0)
            return fail("chunk size");
        at = lineEnd + 2;
        if (m_buffer.size() < at + size + 2)
            return std::nullopt;
        if (m_buffer.mid(at + size, 2) != "\r\n")
            return fail("end of chunk");
        body += m_buffer.mid(at, size);
        at += size + 2;
        if (size == 0)
            return at;
    }
}

} // namespace memorykv::test
