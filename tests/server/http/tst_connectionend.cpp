// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/session.h"

using namespace memorykv;
using namespace memorykv::test;

/// How a connection ends, or leaves HTTP.
class TestConnectionEnd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuseAnswersAndCloses();
    void drainClosesAnIdleConnection();
    void drainAnswersWhatIsWhole();
    void drainWaitsForAHeldAnswer();
    void drainLetsARequestComeToItsEnd();
    void upgradeHandsTheTransportOver();
    void upgradeWaitsForEarlierAnswers();
    void refusedUpgradeGoesOn();
    void whatLooksLikeAnUpgradeElsewhereIsNone();
};

static const QByteArray kUpgradeFields
    = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

void TestConnectionEnd::refuseAnswersAndCloses()
{
    Session s;
    s.connection->refuse({ErrorCode::Unavailable, "too many"});
    s.get("ping");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{503});
    QVERIFY(s.received.contains("\r\nRetry-After: "));
    QTRY_VERIFY(s.finished);
}

void TestConnectionEnd::drainClosesAnIdleConnection()
{
    Session s;
    s.get("ping");
    QTRY_COMPARE(s.statuses(), QList<int>{200});
    s.connection->drain();
    QTRY_VERIFY(s.finished);
    QTRY_VERIFY(s.clientSeesEnd());
}

void TestConnectionEnd::drainAnswersWhatIsWhole()
{
    Session s;
    s.send(Session::putBytes("a", "v") + Session::putBytes("b", "v"));
    QTRY_COMPARE(s.http.log.lastSeq(), 2U);
    s.connection->drain();
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{201, 201}));
}

void TestConnectionEnd::drainWaitsForAHeldAnswer()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    s.connection->drain();
    Session::turns();
    QVERIFY(!s.finished);
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
    QTRY_VERIFY(s.finished);
}

void TestConnectionEnd::drainLetsARequestComeToItsEnd()
{
    Session s;
    s.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
    QTRY_VERIFY(s.http.observer.connections == 1);
    Session::turns();
    s.connection->drain();
    Session::turns();
    QVERIFY(!s.finished);
    s.send("cd");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
}

void TestConnectionEnd::upgradeHandsTheTransportOver()
{
    Session s;
    s.send("GET /wal?prefix=a HTTP/1.1\r\nHost: a\r\n" + kUpgradeFields + "\r\nmore");
    QTRY_VERIFY(s.upgraded);
    QVERIFY(s.finished);
    QCOMPARE(s.remainder, QByteArray("more"));
    s.upgraded->write("to the client");
    QTRY_COMPARE(s.received, QByteArray("to the client"));
    s.connection.reset();
    s.upgraded->write("!");
    QTRY_COMPARE(s.received, QByteArray("to the client!"));
}

void TestConnectionEnd::upgradeWaitsForEarlierAnswers()
{
    Session s;
    s.http.log.holdDurable();
    s.send(Session::putBytes("a", "v")
           + "GET /wal HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.upgrades, 0);
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.upgraded);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestConnectionEnd::refusedUpgradeGoesOn()
{
    Session s;
    s.refusal = Response::empty(400);
    s.send("GET /wal HTTP/1.1\r\nHost: a\r\n" + kUpgradeFields
           + "\r\nGET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_COMPARE(s.statuses(), (QList<int>{400, 200}));
    QCOMPARE(s.upgrades, 1);
    s.get("ping");
    QTRY_COMPARE(s.statuses(), (QList<int>{400, 200, 200}));
    QVERIFY(!s.finished);
}

void TestConnectionEnd::whatLooksLikeAnUpgradeElsewhereIsNone()
{
    Session s;
    s.send("GET /k HTTP/1.1\r\nHost: a\r\n" + kUpgradeFields
           + "\r\n"
             "POST /wal HTTP/1.1\r\nHost: a\r\n"
           + kUpgradeFields
           + "\r\n"
             "GET /wal HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"
             "GET /k HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
    QTRY_COMPARE(s.statuses(), (QList<int>{404, 405, 426, 404}));
    QCOMPARE(s.upgrades, 0);
}

QTEST_GUILESS_MAIN(TestConnectionEnd)
#include "tst_connectionend.moc"
