// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/connection.h"
#include "server/net/plaintransport.h"
#include "tests/server/http/httpfixture.h"
#include "tests/support/socketpair.h"

#include <QThread>
#include <QTimer>
#include <QtTest>

namespace memorykv::test {

/// A Connection and its client, over a socket of this machine.
class Session : public QObject
{
public:
    explicit Session(ConnectionLimits limits = {})
        : context{http.dispatcher,  http.log,
                  http.observer,    [this](Upgrade &upgrade) { return onUpgrade(upgrade); },
                  withBody(limits), {}}
    {
        connection = std::make_unique<Connection>(
            PlainTransport::open(connectedTo(client), std::make_shared<SocketPoller>()), context);
        connect(connection.get(), &Connection::finished, this, [this] { finished = true; });
        connect(&client, &QTcpSocket::readyRead, this, [this] {
            if (!paused)
                received += client.readAll();
        });
        connect(&http.log, &Log::durable, connection.get(), &Connection::release);
        connect(&m_sweep, &QTimer::timeout, this, [this] {
            if (connection && !finished)
                connection->checkDeadline();
        });
        m_sweep.start(5);
    }

    ~Session() override
    {
        if (connection)
            connection->disconnect(this);
    }

    void send(const QByteArray &bytes)
    {
        client.write(bytes);
        client.flush();
    }

    void get(const QByteArray &key, const QByteArray &fields = {})
    {
        send("GET /" + key + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    }

    static QByteArray putBytes(const QByteArray &key, const QByteArray &value,
                               const QByteArray &fields = {})
    {
        return "PUT /" + key + " HTTP/1.1\r\nHost: a\r\nContent-Length: "
               + QByteArray::number(value.size()) + "\r\n" + fields + "\r\n" + value;
    }
    void put(const QByteArray &key, const QByteArray &value, const QByteArray &fields = {})
    {
        send(putBytes(key, value, fields));
    }

    /// The statuses of the answers so far, in order.
    QList<int> statuses() const
    {
        QList<int> statuses;
        qsizetype at = 0;
        while ((at = received.indexOf("HTTP/1.1 ", at)) >= 0) {
            statuses.append(received.mid(at + 9, 3).toInt());
            at += 12;
        }
        return statuses;
    }

    bool clientSeesEnd() const { return client.state() == QAbstractSocket::UnconnectedState; }

    /// Gives the server's side turns, for tests of what does not happen.
    static void turns(int count = 20)
    {
        for (int i = 0; i < count; ++i) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            QThread::usleep(200);
        }
    }

    HttpFixture http;
    ConnectionContext context;
    QTcpSocket client;
    std::unique_ptr<Connection> connection;
    QByteArray received;
    bool finished = false;
    bool paused = false;

    std::optional<Response> refusal;
    std::unique_ptr<Transport> upgraded;
    QByteArray remainder;
    int upgrades = 0;

private:
    static ConnectionLimits withBody(ConnectionLimits limits)
    {
        if (limits.maxBodySize == 0)
            limits.maxBodySize = HttpFixture::kMaxValueSize;
        return limits;
    }

    std::optional<Response> onUpgrade(Upgrade &upgrade)
    {
        ++upgrades;
        if (refusal)
            return refusal;
        remainder = upgrade.remainder;
        upgraded = std::move(upgrade.transport);
        return std::nullopt;
    }

    QTimer m_sweep;
};

} // namespace memorykv::test
