// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QElapsedTimer>
#include <QObject>
#include <QTcpServer>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketServer>

namespace memorykv {

/// A server that is nothing but /-/info and a feed with a steady stream of inserts, seq 1 to
/// \a count, at \a rate a second. Lives on a thread of its own, and listens on a port of 127.0.0.1.
class EventSourceServer : public QObject
{
    Q_OBJECT

public:
    EventSourceServer(int rate, quint64 count);

    /// On the thread it is to live on.
    void listen();

Q_SIGNALS:
    void listening(quint16 port);

private:
    void onConnection();
    void onReadyRead(QTcpSocket *socket);
    void sendDue();

    int m_rate;
    quint64 m_count;
    quint64 m_sent = 0;
    QTcpServer m_server;
    QWebSocketServer m_webSockets;
    QWebSocket *m_feed = nullptr;
    QTimer m_timer;
    QElapsedTimer m_sinceStart;
};

} // namespace memorykv
