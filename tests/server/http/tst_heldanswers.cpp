// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/session.h"

#include <sys/socket.h>

using namespace memorykv;
using namespace memorykv::test;

/// Answers that wait for the log.
class TestHeldAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void putIsHeldUntilDurable();
    void getOfWhatIsNotDurableWaits();
    void getOfWhatIsDurableDoesNotWait();
    void refusalThatTellsOfTheStoreWaits();
    void pipelinedAnswersKeepTheirOrder();
    void releaseLetsGoOfWhatIsDurableOnly();
    void continueIsNotSentBeforeEarlierAnswers();
    void closingAnswerIsHeldToo();
    void clientThatLeavesWhileAnAnswerIsHeld();
    void brokenRequestBehindAHeldAnswer();
    void halfClosedClientGetsAnAnswerThatWasHeld();
};

void TestHeldAnswers::putIsHeldUntilDurable()
{
    Session s;
    s.http.log.holdDurable();
    s.put("k", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestHeldAnswers::getOfWhatIsNotDurableWaits()
{
    Session s;
    s.http.answer("PUT", "/k", {}, "v");
    s.http.log.holdDurable();
    s.http.answer("PUT", "/k", {}, "v2");
    s.http.answer("DELETE", "/gone");
    s.get("k");
    QTRY_COMPARE(s.http.observer.operations.last().first, OperationKind::Get);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(2);
    QTRY_VERIFY(s.received.endsWith("\r\n\r\nv2"));
}

void TestHeldAnswers::getOfWhatIsDurableDoesNotWait()
{
    Session s;
    s.http.answer("PUT", "/k", {}, "v");
    s.http.log.holdDurable();
    s.http.answer("PUT", "/other", {}, "v");
    s.get("k");
    QTRY_COMPARE(s.statuses(), QList<int>{200});
}

void TestHeldAnswers::refusalThatTellsOfTheStoreWaits()
{
    Session s;
    s.http.log.holdDurable();
    s.http.answer("PUT", "/k", {}, "v");
    s.put("k", "w", "If-None-Match: *\r\n");
    QTRY_COMPARE(s.http.observer.operations.last().second, OperationResult::PreconditionFailed);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{412});
}

void TestHeldAnswers::pipelinedAnswersKeepTheirOrder()
{
    Session s;
    s.http.answer("PUT", "/durable", {}, "v");
    s.http.log.holdDurable();
    s.send(Session::putBytes("k", "v")
           + "GET /durable HTTP/1.1\r\nHost: a\r\n\r\n"
             "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
           + Session::putBytes("k", "w") + "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 3U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(2);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 200, 200}));
    s.http.log.setDurableSeq(3);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 200, 200, 200, 404}));
}

void TestHeldAnswers::releaseLetsGoOfWhatIsDurableOnly()
{
    Session s;
    s.http.log.holdDurable();
    for (int i = 0; i < 10; ++i)
        s.put("k" + QByteArray::number(i), "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 10U);
    for (int i = 1; i <= 10; ++i) {
        s.http.log.setDurableSeq(quint64(i));
        QTRY_COMPARE(s.statuses().size(), i);
        Session::turns(2);
        QCOMPARE(s.statuses().size(), i);
    }
}

void TestHeldAnswers::continueIsNotSentBeforeEarlierAnswers()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v");
    s.send("PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 100}));
    s.send("x");
    QTRY_COMPARE(s.http.log.lastSeq(), 2U);
    s.http.log.setDurableSeq(2);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 100, 201}));
}

void TestHeldAnswers::closingAnswerIsHeldToo()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v", "Connection: close\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    QVERIFY(!s.clientSeesEnd());
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
}

void TestHeldAnswers::clientThatLeavesWhileAnAnswerIsHeld()
{
    for (const bool reset : {false, true}) {
        Session s;
        s.http.log.holdDurable();
        s.put("a", "v");
        s.put("b", "v");
        QTRY_COMPARE(s.http.log.lastSeq(), 2U);
        if (reset) {
            const linger now{1, 0};
            ::setsockopt(int(s.client.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        s.client.abort();
        if (reset)
            QTRY_VERIFY(s.finished);
        s.http.log.setDurableSeq(1);
        s.http.log.setDurableSeq(2);
        s.connection->checkDeadline();
        s.connection->drain();
        Session::turns(3);
        QTRY_VERIFY(s.finished); // one that only closed might have been reading on
        QCOMPARE(s.http.answer("GET", "/b").status, 200);
        s.connection.reset();
        QCOMPARE(s.http.observer.connections, 0);
    }
}

void TestHeldAnswers::brokenRequestBehindAHeldAnswer()
{
    Session s;
    s.http.log.holdDurable();
    s.send(Session::putBytes("a", "v") + "GET  / HTTP/1.1\r\n\r\n"
           + Session::putBytes("b", "never"));
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{201, 400}));
    QCOMPARE(s.http.log.lastSeq(), 1U);
}

void TestHeldAnswers::halfClosedClientGetsAnAnswerThatWasHeld()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v");
    ::shutdown(int(s.client.socketDescriptor()), SHUT_WR);
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns(3);
    QVERIFY(!s.finished);
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.finished);
    s.connection.reset();
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
}

QTEST_GUILESS_MAIN(TestHeldAnswers)
#include "tst_heldanswers.moc"
