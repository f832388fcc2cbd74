// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"

namespace memorykv::test {

QByteArray encodedPath(QByteArrayView key)
{
    return key.toByteArray().toPercentEncoding("/");
}

QByteArray encodedQuery(QByteArrayView bytes)
{
    return bytes.toByteArray().toPercentEncoding();
}

QByteArray requestBytes(QByteArrayView method, QByteArrayView target, const Fields &fields,
                        QByteArrayView body, QByteArrayView host)
{
    QByteArray bytes = method.toByteArray() + ' ' + target.toByteArray()
                       + " HTTP/1.1\r\nHost: " + host.toByteArray() + "\r\n";
    bool hasCoding = false;
    for (const auto &[name, value] : fields) {
        bytes += name + ": " + value + "\r\n";
        hasCoding = hasCoding || name.compare("Transfer-Encoding", Qt::CaseInsensitive) == 0;
    }
    const bool expectsBody = method == "PUT" || method == "POST" || method == "PATCH";
    if (!hasCoding && (expectsBody || !body.isNull()))
        bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    return bytes + "\r\n" + body.toByteArray();
}

HttpResponse HttpClient::request(QByteArrayView method, QByteArrayView target, const Fields &fields,
                                 QByteArrayView body)
{
    if (!m_connection || !m_connection->isConnected())
        m_connection = std::make_unique<RawClient>(m_port);
    const QByteArray host = "127.0.0.1:" + QByteArray::number(m_port);
    // A server may refuse a request before all of it is sent, so a failed send is no reason not to
    // read the answer.
    m_connection->send(requestBytes(method, target, fields, body, host));
    HttpResponse response = m_connection->readResponse(method == "HEAD");
    if (response.status == 0 || response.headerHasToken("connection", "close"))
        m_connection.reset();
    return response;
}

HttpResponse HttpClient::get(QByteArrayView target, const Fields &fields)
{
    return request("GET", target, fields);
}

HttpResponse HttpClient::head(QByteArrayView target, const Fields &fields)
{
    return request("HEAD", target, fields);
}

HttpResponse HttpClient::put(QByteArrayView target, QByteArrayView body, const Fields &fields)
{
    return request("PUT", target, fields, body);
}

HttpResponse HttpClient::del(QByteArrayView target, const Fields &fields)
{
    return request("DELETE", target, fields);
}

HttpResponse HttpClient::patch(QByteArrayView target, const Fields &fields)
{
    return request("PATCH", target, fields);
}

HttpResponse HttpClient::options(QByteArrayView target, const Fields &fields)
{
    return request("OPTIONS", target, fields);
}

HttpResponse HttpClient::batch(QByteArrayView json)
{
    return request("POST", "/-/batch", {{"Content-Type", "application/json"}}, json);
}

} // namespace memorykv::test
