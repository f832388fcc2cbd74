// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/ssefeed.h"

#include <QHostAddress>
#include <QNetworkProxy>

namespace memorykv::test {

SseFeed::SseFeed(quint16 port, const QByteArray &query, const QByteArray &lastEventId)
    : m_port(port)
{
    m_request = "GET /wal" + (query.isEmpty() ? QByteArray() : '?' + query)
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n";
    if (!lastEventId.isEmpty())
        m_request += "Last-Event-ID: " + lastEventId + "\r\n";
    m_socket.setProxy(QNetworkProxy::NoProxy);
    connect(&m_socket, &QTcpSocket::connected, this,
            [this] { m_socket.write(m_request + "\r\n"); });
    connect(&m_socket, &QTcpSocket::readyRead, this, &SseFeed::readBody);
    connect(&m_socket, &QTcpSocket::disconnected, this, [this] { m_closed = true; });
}

void SseFeed::addField(const QByteArray &name, const QByteArray &value)
{
    m_request += name + ": " + value + "\r\n";
}

bool SseFeed::open()
{
    m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
    waitUntil([this] { return m_response.status != 0 || m_closed; });
    return m_response.status == 200;
}

void SseFeed::readHead()
{
    m_head.append(m_socket.readAll());
    if (const std::optional<HttpResponse> head = m_head.nextHead()) {
        m_response = *head;
        m_coded = m_head.takeRemainder();
    }
}

void SseFeed::readBody()
{
    if (m_response.status == 0)
        readHead();
    if (m_response.status == 0)
        return;
    m_coded += m_socket.readAll();
    if (m_response.header("transfer-encoding") == "chunked") {
        takeChunks();
    } else {
        m_stream += m_coded;
        m_coded.clear();
    }
    if (m_response.status == 200)
        takeLines();
    else
        m_response.body = m_stream;
}

void SseFeed::takeChunks()
{
    qsizetype at = 0;
    while (true) {
        const qsizetype lineEnd = m_coded.indexOf("\r\n", at);
        if (lineEnd < 0)
            break;
        const qsizetype size = m_coded.mid(at, lineEnd - at).toLongLong(nullptr, 16);
        if (m_coded.size() < lineEnd + 2 + size + 2)
            break;
        m_stream += m_coded.mid(lineEnd + 2, size);
        at = lineEnd + 2 + size + 2;
    }
    m_coded.remove(0, at);
}

void SseFeed::takeLines()
{
    qsizetype begin = 0;
    for (qsizetype i = 0; i < m_stream.size(); ++i) {
        const char c = m_stream.at(i);
        if (c != '\n' && c != '\r')
            continue;
        if (c == '\r' && i + 1 == m_stream.size())
            break; // a line feed may follow and belong to it
        const bool isPair = c == '\r' && m_stream.at(i + 1) == '\n';
        takeLine(QByteArrayView(m_stream).sliced(begin, i - begin));
        i += isPair ? 1 : 0;
        begin = i + 1;
    }
    m_stream.remove(0, begin);
}

void SseFeed::takeLine(QByteArrayView line)
{
    if (line.isEmpty()) {
        if (m_hasData) {
            m_pending.data.chop(1);
            add(m_pending);
        }
        m_pending = {};
        m_hasData = false;
        return;
    }
    const qsizetype colon = line.indexOf(':');
    if (colon == 0)
        return; // a comment
    const QByteArrayView name = colon < 0 ? line : line.first(colon);
    QByteArrayView value = colon < 0 ? QByteArrayView() : line.sliced(colon + 1);
    if (value.startsWith(' '))
        value = value.sliced(1);
    if (name == "data") {
        m_hasData = true;
        m_pending.data += value.toByteArray() + '\n';
    } else if (name == "id") {
        m_pending.id = value.toByteArray();
    } else if (name == "event") {
        m_sawEventField = true;
    }
}

} // namespace memorykv::test
