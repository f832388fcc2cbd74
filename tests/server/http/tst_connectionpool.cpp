// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/connectionpool.h"

#include "tests/server/http/httpfixture.h"
#include "tests/support/socketpair.h"

#include <QSignalSpy>
#include <QtTest>

#include <sys/socket.h>

using namespace memorykv;
using namespace memorykv::test;

class TestConnectionPool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void servesWhatItAdopts();
    void refusesWhenTold();
    void releaseReachesEveryConnection();
    void drainClosesAll();
    void drainOfNothingIsAtOnce();
    void drainedPoolTakesNoMore();
    void clientsThatLeaveAreForgotten();
    void canGoWithConnectionsOpen();
};

namespace {

struct Fixture
{
    Fixture()
        : context{http.dispatcher, http.log, http.observer, {}, {}, {}}
        , pool(std::make_unique<ConnectionPool>(context))
    {
        context.limits.maxBodySize = HttpFixture::kMaxValueSize;
    }

    ~Fixture()
    {
        for (const auto &client : clients)
            client->abort();
        (void)QTest::qWaitFor([this] { return http.observer.connections == 0; });
    }

    QTcpSocket &connectClient(const std::optional<Error> &refusal = std::nullopt)
    {
        clients.push_back(std::make_unique<QTcpSocket>());
        QTcpSocket &client = *clients.back();
        pool->adopt(connectedTo(client), refusal);
        return client;
    }

    HttpFixture http;
    ConnectionContext context;
    std::unique_ptr<ConnectionPool> pool;
    std::vector<std::unique_ptr<QTcpSocket>> clients;
};

const QByteArray kPing = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

void TestConnectionPool::servesWhatItAdopts()
{
    Fixture f;
    for (int i = 0; i < 20; ++i)
        f.connectClient().write(kPing);
    QCOMPARE(f.http.observer.connections, 20);
    for (const auto &client : f.clients)
        QTRY_VERIFY(client->peek(1000).endsWith("pong"));
}

void TestConnectionPool::refusesWhenTold()
{
    Fixture f;
    QTcpSocket &client = f.connectClient(Error{ErrorCode::Unavailable, "too many"});
    QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState);
    QVERIFY(client.readAll().startsWith("HTTP/1.1 503 "));
    QTRY_COMPARE(f.http.observer.connections, 0);
}

void TestConnectionPool::releaseReachesEveryConnection()
{
    Fixture f;
    f.http.log.holdDurable();
    for (int i = 0; i < 5; ++i) {
        f.connectClient().write("PUT /k" + QByteArray::number(i)
                                + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    }
    QTRY_COMPARE(f.http.log.lastSeq(), 5U);
    f.http.log.setDurableSeq(5);
    f.pool->release(5);
    for (const auto &client : f.clients)
        QTRY_VERIFY(client->peek(1000).startsWith("HTTP/1.1 201 "));
}

void TestConnectionPool::drainClosesAll()
{
    Fixture f;
    f.http.log.holdDurable();
    QTcpSocket &waiting = f.connectClient();
    waiting.write("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    QTRY_COMPARE(f.http.log.lastSeq(), 1U);
    QTcpSocket &idle = f.connectClient();
    QSignalSpy drained(f.pool.get(), &ConnectionPool::drained);
    f.pool->drain();
    QTRY_COMPARE(idle.state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(drained.count(), 0);
    f.http.log.setDurableSeq(1);
    f.pool->release(1);
    QTRY_COMPARE(drained.count(), 1);
    QTRY_VERIFY(waiting.peek(1000).startsWith("HTTP/1.1 201 "));
    QTRY_COMPARE(f.http.observer.connections, 0);
}

void TestConnectionPool::drainOfNothingIsAtOnce()
{
    Fixture f;
    QSignalSpy drained(f.pool.get(), &ConnectionPool::drained);
    f.pool->drain();
    QCOMPARE(drained.count(), 1);
}

void TestConnectionPool::drainedPoolTakesNoMore()
{
    Fixture f;
    f.pool->drain();
    QTcpSocket &late = f.connectClient();
    QTRY_COMPARE(late.state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(f.http.observer.connections, 0);
}

void TestConnectionPool::clientsThatLeaveAreForgotten()
{
    Fixture f;
    f.http.log.holdDurable();
    for (int i = 0; i < 5; ++i)
        f.connectClient().write("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    QTRY_COMPARE(f.http.log.lastSeq(), 5U);
    for (int i = 0; i < 5; ++i) {
        f.clients[size_t(i)]->abort();
        f.pool->release(quint64(i)); // in the midst of it
    }
    f.pool->release(5); // the last answer was still owed: its client might only have closed
    QTRY_COMPARE(f.http.observer.connections, 0);
}

// A stop that does not wait for every client ends like this.
void TestConnectionPool::canGoWithConnectionsOpen()
{
    Fixture f;
    for (int i = 0; i < 50; ++i)
        f.connectClient();
    f.clients.front()->write(kPing);
    QTRY_VERIFY(f.clients.front()->peek(1000).endsWith("pong"));
    f.pool.reset();
    QCOMPARE(f.http.observer.connections, 0);
    for (const auto &client : f.clients)
        QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
}

QTEST_GUILESS_MAIN(TestConnectionPool)
#include "tst_connectionpool.moc"
