// SPDX-License-Identifier: GPL-3.0-only
#include "bench/monitor/eventsource.h"

#include "shared/eventjson.h"

#include <QDateTime>
#include <QTcpSocket>

namespace memorykv {

namespace {

constexpr int kSendEveryMs = 5;

/// About 110 bytes of key and value, as in the figures of the design.
Event eventNumber(quint64 seq)
{
    return {.op = Op::Insert,
            .epoch = 1,
            .seq = seq,
            .timeMs = QDateTime::currentMSecsSinceEpoch(),
            .key = "bench/key/" + QByteArray::number(seq % 100'000),
            .value = R"({"sensor":"north","reading":)" + QByteArray::number(seq)
                     + R"(,"unit":"degree","state":"steady","of":"bench"})",
            .type = "application/json"};
}

} // namespace

EventSourceServer::EventSourceServer(int rate, quint64 count)
    : m_rate(rate)
    , m_count(count)
    , m_server(this)
    , m_webSockets(QStringLiteral("bench"), QWebSocketServer::NonSecureMode, this)
    , m_timer(this)
{
    connect(&m_server, &QTcpServer::newConnection, this, &EventSourceServer::onConnection);
    connect(&m_timer, &QTimer::timeout, this, &EventSourceServer::sendDue);
    connect(&m_webSockets, &QWebSocketServer::newConnection, this, [this] {
        m_feed = m_webSockets.nextPendingConnection();
        m_feed->setParent(this);
        m_sinceStart.start();
        m_timer.start(kSendEveryMs);
    });
}

void EventSourceServer::listen()
{
    m_server.listen(QHostAddress::LocalHost);
    Q_EMIT listening(m_server.serverPort());
}

void EventSourceServer::onConnection()
{
    QTcpSocket *socket = m_server.nextPendingConnection();
    connect(socket, &QTcpSocket::readyRead, this, [this, socket] { onReadyRead(socket); });
}

void EventSourceServer::onReadyRead(QTcpSocket *socket)
{
    const QByteArray head = socket->peek(socket->bytesAvailable());
    if (!head.endsWith("\r\n\r\n"))
        return;
    socket->disconnect(this);
    if (head.startsWith("GET /wal")) {
        m_webSockets.handleConnection(socket);
        Q_EMIT socket->readyRead();
        return;
    }
    socket->readAll();
    const QByteArray info = R"({"name":"MemoryKV","version":"0.1.0","epoch":1,"seq":0})";
    socket->write("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(info.size())
                  + "\r\nConnection: close\r\n\r\n" + info);
    socket->disconnectFromHost();
}

void EventSourceServer::sendDue()
{
    const auto due = static_cast<quint64>(m_sinceStart.elapsed() * m_rate / 1'000);
    while (m_sent < qMin(due, m_count)) {
        QByteArray json;
        appendEventJson(eventNumber(++m_sent), json);
        m_feed->sendBinaryMessage(json);
    }
    if (m_sent == m_count)
        m_timer.stop();
}

} // namespace memorykv
