// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/session.h"

using namespace memorykv;
using namespace memorykv::test;
using namespace std::chrono_literals;

/// How long a client may take.
class TestConnectionTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void silentClientIsClosed();
    void slowHeadIs408();
    void headDoesNotWinTimeByDripping();
    void slowBodyIs408();
    void bodyThatGoesOnIsNotCutOff();
    void idleConnectionIsClosed();
    void heldAnswerIsNotTheClientsFault();
    void heldLastAnswerIsNotTheClientsFault();
    void idleTimeBeginsWithTheAnswer();
    void clientThatDoesNotTakeItsAnswerIsDropped();
    void clientThatDoesNotCloseIsDropped();
};

void TestConnectionTime::silentClientIsClosed()
{
    ConnectionLimits limits;
    limits.headTimeout = 50ms;
    Session s(limits);
    QTRY_VERIFY(s.finished);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.received, QByteArray());
}

void TestConnectionTime::slowHeadIs408()
{
    ConnectionLimits limits;
    limits.headTimeout = 50ms;
    Session s(limits);
    s.send("GET / HTTP/1.1\r\nHo");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{408});
}

void TestConnectionTime::headDoesNotWinTimeByDripping()
{
    ConnectionLimits limits;
    limits.headTimeout = 100ms;
    Session s(limits);
    s.send("GET / HTTP/1.1\r\nX: ");
    QTimer drip;
    connect(&drip, &QTimer::timeout, &s, [&] { s.send("x"); });
    drip.start(10);
    QTRY_COMPARE(s.statuses(), QList<int>{408});
}

void TestConnectionTime::slowBodyIs408()
{
    ConnectionLimits limits;
    limits.bodyTimeout = 50ms;
    Session s(limits);
    s.send("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{408});
    QCOMPARE(s.http.log.lastSeq(), 0U);
}

void TestConnectionTime::bodyThatGoesOnIsNotCutOff()
{
    ConnectionLimits limits;
    limits.headTimeout = 50ms;
    limits.idleTimeout = 50ms;
    limits.bodyTimeout = 30s;
    Session s(limits);
    s.send("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    QElapsedTimer since;
    since.start();
    QTRY_VERIFY(since.elapsed() > 200);
    s.send("0123456789");
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestConnectionTime::idleConnectionIsClosed()
{
    ConnectionLimits limits;
    limits.idleTimeout = 50ms;
    Session s(limits);
    s.get("ping");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{200});
    QVERIFY(s.finished);
}

void TestConnectionTime::heldAnswerIsNotTheClientsFault()
{
    ConnectionLimits limits;
    limits.idleTimeout = 20ms;
    limits.headTimeout = 20ms;
    Session s(limits);
    s.http.log.holdDurable();
    s.put("k", "v");
    QElapsedTimer since;
    since.start();
    QTRY_VERIFY(since.elapsed() > 200);
    QVERIFY(!s.finished);
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestConnectionTime::heldLastAnswerIsNotTheClientsFault()
{
    ConnectionLimits limits;
    limits.idleTimeout = 20ms;
    limits.headTimeout = 20ms;
    Session s(limits);
    s.http.log.holdDurable();
    s.put("k", "v", "Connection: close\r\n");
    QElapsedTimer since;
    since.start();
    QTRY_VERIFY(since.elapsed() > 200);
    QVERIFY2(!s.finished, "the log is slow, not the client");
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

// The log took longer than the idle time. The client, which has not been idle a moment, may ask
// again once it has its answer.
void TestConnectionTime::idleTimeBeginsWithTheAnswer()
{
    ConnectionLimits limits;
    limits.idleTimeout = 30s;
    limits.headTimeout = 30s;
    Session s(limits);
    s.http.log.holdDurable();
    s.put("k", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    s.context.limits.idleTimeout = 0ms; // what is set from now on is over at once
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
    QTRY_VERIFY2(s.finished, "the answer did not begin an idle time of its own");
}

void TestConnectionTime::clientThatDoesNotTakeItsAnswerIsDropped()
{
    ConnectionLimits limits;
    limits.writeTimeout = 100ms;
    Session s(limits);
    s.http.answer("PUT", "/large", {}, QByteArray(4 << 20, 'x'));
    s.paused = true;
    s.client.setReadBufferSize(1000);
    for (int i = 0; i < 5; ++i)
        s.get("large");
    QTRY_VERIFY(s.finished);
}

void TestConnectionTime::clientThatDoesNotCloseIsDropped()
{
    ConnectionLimits limits;
    limits.lingerTimeout = 50ms;
    Session s(limits);
    s.client.setReadBufferSize(1); // so that it does not notice the end
    s.paused = true;
    s.send("broken\r\n");
    QTRY_VERIFY(s.finished);
}

QTEST_GUILESS_MAIN(TestConnectionTime)
#include "tst_connectiontime.moc"
