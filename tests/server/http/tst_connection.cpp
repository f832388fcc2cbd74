// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/session.h"

#include <sys/socket.h>

using namespace memorykv;
using namespace memorykv::test;

/// The framing of requests and the order of answers.
class TestConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneByteAtATime();
    void manyPipelinedRequests();
    void pipelinedAnswersLargerThanTheOutputLimit();
    void heldAnswersLargerThanTheOutputLimit();
    void heldRequestsLargerThanTheOutputLimit();
    void changesAreRefusedWhileTheLogIsBehind();
    void clientThatReadsNothingIsNotReadFrom();
    void expectContinue();
    void connectionCloseEndsIt();
    void http10();
    void headHasNoContent();
    void everyAnswerHasADate();
    void brokenFramingIsAnsweredAndCloses();
    void halfClosedClientGetsItsAnswers();
    void observerIsToldWhenTheAnswerLeaves();
};

void TestConnection::oneByteAtATime()
{
    Session s;
    const QByteArray bytes = Session::putBytes("k", "value") + "GET /k HTTP/1.1\r\nHost: a\r\n\r\n";
    for (const char byte : bytes) {
        s.send(QByteArray(1, byte));
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 200}));
    QTRY_VERIFY(s.received.endsWith("\r\n\r\nvalue"));
}

void TestConnection::manyPipelinedRequests()
{
    Session s;
    QByteArray bytes;
    QList<int> expected;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray key = "k" + QByteArray::number(i);
        bytes += Session::putBytes(key, key) + "GET /" + key + " HTTP/1.1\r\nHost: a\r\n\r\n"
                 + "DELETE /" + key + " HTTP/1.1\r\nHost: a\r\n\r\n";
        expected += {201, 200, 200};
    }
    s.send(bytes);
    QTRY_COMPARE(s.statuses().size(), expected.size());
    QCOMPARE(s.statuses(), expected);
}

// All requests are here before the first answer is taken, and nothing more comes from the client:
// it is for the connection to go on by itself.
void TestConnection::pipelinedAnswersLargerThanTheOutputLimit()
{
    ConnectionLimits limits;
    limits.maxOutput = 10'000;
    Session s(limits);
    s.http.answer("PUT", "/large", {}, QByteArray(4000, 'x'));
    s.send(QByteArray("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").repeated(100));
    QTRY_COMPARE(s.statuses().size(), 100);
}

void TestConnection::heldAnswersLargerThanTheOutputLimit()
{
    ConnectionLimits limits;
    limits.maxOutput = 10'000;
    Session s(limits);
    s.http.log.holdDurable();
    s.http.answer("PUT", "/large", {}, QByteArray(4000, 'x'));
    s.send(QByteArray("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").repeated(100));
    QTRY_VERIFY(s.http.observer.operations.size() > 1);
    Session::turns();
    QVERIFY2(s.http.observer.operations.size() < 10, "no more is read than the limit allows");
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses().size(), 100);
}

// The log keeps them until it has written them, and their answers are small.
void TestConnection::heldRequestsLargerThanTheOutputLimit()
{
    ConnectionLimits limits;
    limits.maxOutput = 10'000;
    Session s(limits);
    s.http.log.holdDurable();
    s.send(Session::putBytes("k", QByteArray(4000, 'x')).repeated(100));
    QTRY_VERIFY(s.http.observer.operations.size() > 1);
    Session::turns();
    QVERIFY2(s.http.observer.operations.size() < 10, "no more is read than the limit allows");
    QTimer writer;
    connect(&writer, &QTimer::timeout, &s, [&] { s.http.log.setDurableSeq(s.http.log.lastSeq()); });
    writer.start(1);
    QTRY_COMPARE(s.statuses().size(), 100);
}

void TestConnection::changesAreRefusedWhileTheLogIsBehind()
{
    Session s;
    BufferBudget budget(1 << 20);
    s.context.buffers = &budget;
    s.put("k", "v");
    QTRY_COMPARE(s.statuses(), QList<int>{201});
    s.http.log.setWaitingBytes((1 << 20) + 1);
    s.put("k", "w");
    s.get("k"); // takes nothing of what is short
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 503, 200}));
    QVERIFY(s.received.endsWith("\r\n\r\nv"));
    QVERIFY(s.received.contains("Retry-After: "));
    s.http.log.setWaitingBytes(0);
    s.put("k", "w");
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 503, 200, 200}));
}

void TestConnection::clientThatReadsNothingIsNotReadFrom()
{
    Session s;
    s.http.answer("PUT", "/large", {}, QByteArray(512 << 10, 'x'));
    s.client.setReadBufferSize(1000);
    s.paused = true;
    for (int i = 0; i < 100; ++i) {
        s.get("large");
        Session::turns(1);
    }
    Session::turns(100);
    // Some of the answers fit into the buffers of the system.
    QVERIFY(s.http.observer.operations.size() < 80);
    s.paused = false;
    s.client.setReadBufferSize(0);
    s.received += s.client.readAll();
    QTRY_COMPARE_WITH_TIMEOUT(s.statuses().size(), 100, 30'000);
}

void TestConnection::expectContinue()
{
    Session s;
    s.send("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    QTRY_COMPARE(s.received, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
    s.send("abc");
    QTRY_COMPARE(s.statuses(), (QList<int>{100, 201}));
}

void TestConnection::connectionCloseEndsIt()
{
    Session s;
    s.send("GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
           "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{200});
    QVERIFY(s.received.contains("\r\nConnection: close\r\n"));
    QTRY_VERIFY(s.finished);
}

void TestConnection::http10()
{
    Session stays;
    stays.send("GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    QTRY_VERIFY(stays.received.endsWith("pong"));
    QVERIFY(stays.received.contains("\r\nConnection: keep-alive\r\n"));
    stays.get("ping");
    QTRY_COMPARE(stays.statuses().size(), 2);
    Session closes;
    closes.send("GET /ping HTTP/1.0\r\n\r\n");
    QTRY_VERIFY(closes.clientSeesEnd());
    QVERIFY(closes.received.endsWith("pong"));
}

void TestConnection::headHasNoContent()
{
    Session s;
    s.http.answer("PUT", "/k", {}, "value");
    s.send("HEAD /k HTTP/1.1\r\nHost: a\r\n\r\nGET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_VERIFY(s.received.endsWith("pong"));
    QVERIFY(s.received.contains("\r\nContent-Length: 5\r\n"));
    QVERIFY(!s.received.contains("value"));
}

void TestConnection::everyAnswerHasADate()
{
    Session s;
    s.send(
        "GET /missing HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nbroken\r\n");
    QTRY_COMPARE(s.statuses(), (QList<int>{404, 204, 400}));
    const QRegularExpression date(
        QStringLiteral("\r\nDate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} "
                       "\\d\\d:\\d\\d:\\d\\d GMT\r\n"));
    int dates = 0;
    for (auto match = date.globalMatch(QString::fromLatin1(s.received)); match.hasNext();
         match.next())
        ++dates;
    QCOMPARE(dates, 3);
}

void TestConnection::brokenFramingIsAnsweredAndCloses()
{
    Session s;
    s.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost : a\r\n\r\n"
           "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{200, 400}));
    QVERIFY(s.received.contains("application/problem+json"));
    QVERIFY(s.received.contains("\r\nConnection: close\r\n"));
}

void TestConnection::halfClosedClientGetsItsAnswers()
{
    Session s;
    s.client.write(Session::putBytes("a", "v") + "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    s.client.flush();
    ::shutdown(int(s.client.socketDescriptor()), SHUT_WR);
    QTRY_VERIFY(s.finished);
    s.connection.reset();
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{201, 200}));
}

void TestConnection::observerIsToldWhenTheAnswerLeaves()
{
    Session s;
    QCOMPARE(s.http.observer.connections, 1);
    s.http.log.holdDurable();
    s.put("k", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    QVERIFY(s.http.observer.requests.isEmpty());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.http.observer.requests.size(), 1);
    QCOMPARE(s.http.observer.requests[0].method, Method::Put);
    QCOMPARE(s.http.observer.requests[0].route, Route::Key);
    QCOMPARE(s.http.observer.requests[0].status, 201);
    s.send("broken\r\n");
    QTRY_COMPARE(s.http.observer.refusals, QList<int>{400});
    QCOMPARE(s.http.observer.requests.size(), 1);
}

QTEST_GUILESS_MAIN(TestConnection)
#include "tst_connection.moc"
