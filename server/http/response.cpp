// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/response.h"

#include "shared/bytes.h"

namespace memorykv {

// The reason phrase means nothing to programs; the ones this server sends are here for people.
static QByteArrayView statusLine(int status)
{
    switch (status) {
    case 200:
        return "HTTP/1.1 200 OK\r\n";
    case 201:
        return "HTTP/1.1 201 Created\r\n";
    case 204:
        return "HTTP/1.1 204 No Content\r\n";
    case 304:
        return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
        return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
        return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
        return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
        return "HTTP/1.1 404 Not Found\r\n";
    case 405:
        return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408:
        return "HTTP/1.1 408 Request Timeout\r\n";
    case 412:
        return "HTTP/1.1 412 Precondition Failed\r\n";
    case 413:
        return "HTTP/1.1 413 Content Too Large\r\n";
    case 414:
        return "HTTP/1.1 414 URI Too Long\r\n";
    case 415:
        return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 417:
        return "HTTP/1.1 417 Expectation Failed\r\n";
    case 421:
        return "HTTP/1.1 421 Misdirected Request\r\n";
    case 426:
        return "HTTP/1.1 426 Upgrade Required\r\n";
    case 429:
        return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
        return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 501:
        return "HTTP/1.1 501 Not Implemented\r\n";
    case 503:
        return "HTTP/1.1 503 Service Unavailable\r\n";
    case 505:
        return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    case 507:
        return "HTTP/1.1 507 Insufficient Storage\r\n";
    default:
        return "HTTP/1.1 500 Internal Server Error\r\n";
    }
}

void Response::addField(QByteArrayView name, QByteArrayView value)
{
    appendAll({name, ": ", value, "\r\n"}, fields);
}

void Response::setETag(quint64 revision)
{
    appendAll({"ETag: \"", FixedText<24>(revision), "\"\r\n"}, fields);
}

Response Response::empty(int status)
{
    Response response;
    response.status = status;
    return response;
}

Response Response::text(int status, QByteArrayView type, QByteArray body)
{
    Response response;
    response.status = status;
    response.setContentType(type);
    response.body = std::move(body);
    return response;
}

Response Response::json(QByteArray body)
{
    return text(200, "application/json", std::move(body));
}

void appendResponse(const Response &response, const WriteOptions &options, QByteArray &out)
{
    const QByteArrayView content = response.content();
    FixedText<48> length;
    // These two have no content by definition (RFC 9110 15.3.5, 15.4.5).
    if (response.status != 204 && response.status != 304) {
        length.add("Content-Length: ");
        length.addNumber(content.size());
        length.add("\r\n");
    }
    QByteArrayView connection;
    if (options.close)
        connection = "Connection: close\r\n";
    else if (options.tellKeepAlive)
        connection = "Connection: keep-alive\r\n";
    appendAll({statusLine(response.status), "Date: ", options.date,
               "\r\nX-Content-Type-Options: nosniff\r\n", response.fields, length, connection,
               "\r\n", options.headOnly ? QByteArrayView() : content},
              out);
}

} // namespace memorykv
