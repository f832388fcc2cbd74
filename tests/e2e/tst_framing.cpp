// SPDX-License-Identifier: GPL-3.0-only
#include "tests/e2e/framingrows.h"
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// Raw bytes in, raw bytes out: how requests are framed (RFC 9112), and what is refused because two
/// readers could disagree on where it ends.
class TestFraming : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void refusalIsTheLastAnswer_data();
    void refusalIsTheLastAnswer();
    void accepted_data();
    void accepted();
    void limitsAreKeptExactly_data();
    void limitsAreKeptExactly();
    void continueIsSentBeforeTheBody();
    void continueIsNotSentForABodyAtHand();
    void continueIsNotSentForABodyThatIsTooLarge();
    void continueIsNotSentOnHttp10();
    void http10ClosesAfterTheAnswer();
    void http10KeepsOnRequest();
    void connectionCloseCloses();
    void http11KeepsByDefault();
    void headAnswerHasNoBodyOnTheWire();
    void halfClosedClientGetsItsAnswers();
    void clientThatLeavesMidRequestHarmsNobody_data();
    void clientThatLeavesMidRequestHarmsNobody();
    void hugeRequestIsNotRead();

private:
    void verifyAlive();

    ServerProcess m_server{{u"--host"_s, u"*"_s}}; // framing is about any Host
};

void TestFraming::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void TestFraming::init()
{
    QCOMPARE(HttpClient(m_server.port()).del("/keys").status, 200);
}

void TestFraming::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestFraming::verifyAlive()
{
    HttpClient client(m_server.port());
    QCOMPARE(client.get("/ping").body, "pong"_ba);
}

void TestFraming::refusalIsTheLastAnswer_data()
{
    addRefusalRows();
}

void TestFraming::refusalIsTheLastAnswer()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QList<int>, statuses);
    const QByteArray smuggled
        = "PUT /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"_ba;
    RawClient client(m_server.port());
    client.send(bytes + smuggled);
    const QList<HttpResponse> responses = client.readResponsesUntilClosed();
    QVERIFY2(client.closed(), "the connection stayed open");
    QCOMPARE(responses.size(), 1);
    const HttpResponse &response = responses.first();
    QVERIFY2(
        statuses.contains(response.status),
        (QByteArray::number(response.status) + ": " + response.body + response.fault).constData());
    QCOMPARE(problemFault(response, response.status), ""_ba);
    QVERIFY(response.headerHasToken("connection", "close"));
    QVERIFY(response.has("date"));

    HttpClient other(m_server.port());
    QCOMPARE(other.get("/smuggled").status, 404);
    QCOMPARE(other.get("/framing").status, 404);
}

void TestFraming::accepted_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    const QByteArray pong = "pong"_ba;
    QTest::newRow("plain") << framedGet(kHost) << 200 << pong;
    QTest::newRow("empty line before") << "\r\n" + framedGet(kHost) << 200 << pong;
    QTest::newRow("names in any case") << framedGet("hOsT: a\r\n") << 200 << pong;
    QTest::newRow("no space after the colon") << framedGet("Host:a\r\n") << 200 << pong;
    QTest::newRow("white space around the value") << framedGet("Host: \t a \t \r\n") << 200 << pong;
    QTest::newRow("empty value") << framedGet(kHost + "X-A:\r\n") << 200 << pong;
    QTest::newRow("tab in the value") << framedGet(kHost + "X-A: a\tb\r\n") << 200 << pong;
    QTest::newRow("byte over 0x7F in the value")
        << framedGet(kHost + "X-A: \xe9\r\n") << 200 << pong;
    QTest::newRow("Host with a port") << framedGet("Host: localhost:8080\r\n") << 200 << pong;
    QTest::newRow("Host of IPv6") << framedGet("Host: [::1]:8080\r\n") << 200 << pong;
    QTest::newRow("absolute-form") << "GET http://127.0.0.1/ping HTTP/1.1\r\n" + kHost + "\r\n"
                                   << 200 << pong;
    QTest::newRow("absolute-form in any case")
        << "GET HTTP://Example.ORG:80/ping HTTP/1.1\r\n" + kHost + "\r\n"
        << 200 << pong;
    QTest::newRow("empty query") << "GET /ping? HTTP/1.1\r\n" + kHost + "\r\n" << 200 << pong;
    QTest::newRow("HTTP/1.9") << "GET /ping HTTP/1.9\r\n" + kHost + "\r\n" << 200 << pong;
    QTest::newRow("GET with a body")
        << framedGet(kHost + "Content-Length: 5\r\n") + "hello" << 200 << pong;
    QTest::newRow("GET with chunks")
        << framedGet(kHost + "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n"
        << 200 << pong;
    QTest::newRow("chunked in any case")
        << framedGet(kHost + "Transfer-Encoding: CHUNKED\r\n") + "0\r\n\r\n"
        << 200 << pong;
    QTest::newRow("chunk size with leading zeros")
        << framedGet(kHost + "Transfer-Encoding: chunked\r\n") + "0005\r\nhello\r\n000\r\n\r\n"
        << 200 << pong;
    QTest::newRow("upper and lower hex") << framedGet(kHost + "Transfer-Encoding: chunked\r\n")
                                                + "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"
                                         << 200 << pong;
    QTest::newRow("chunk extensions") << framedGet(kHost + "Transfer-Encoding: chunked\r\n")
                                             + "5;a;b=c;d=\"e f\"\r\nhello\r\n0;x\r\n\r\n"
                                      << 200 << pong;
    QTest::newRow("trailers") << framedGet(kHost + "Transfer-Encoding: chunked\r\n")
                                     + "0\r\nExpires: never\r\nX: y\r\n\r\n"
                              << 200 << pong;
    QTest::newRow("100 fields") << framedGet(kHost + "X-A: b\r\n"_ba.repeated(99)) << 200 << pong;
    QTest::newRow("repeated other fields")
        << framedGet(kHost + "X-A: b\r\nX-A: c\r\n") << 200 << pong;
    QTest::newRow("Content-Length zero")
        << framedGet(kHost + "Content-Length: 0\r\n") << 200 << pong;
    QTest::newRow("Content-Length with leading zeros")
        << framedGet(kHost + "Content-Length: 0005\r\n") + "hello" << 200 << pong;
}

void TestFraming::accepted()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    RawClient client(m_server.port());
    client.send(bytes + "GET /-/healthy HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
    const HttpResponse response = client.readResponse();
    QVERIFY2(response.status == status, (response.fault + response.body).constData());
    QCOMPARE(response.body, body);
    QCOMPARE(client.readResponse().status, 200); // the next request was found where it begins
    QCOMPARE(client.readUntilClosed(), ""_ba);
    QVERIFY(client.closed());
}

void TestFraming::limitsAreKeptExactly_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    // 8 KiB of target; the query is refused for its parameter, not for its length.
    const auto target = [](qsizetype size) {
        return "GET /keys?" + QByteArray(size - 6, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n";
    };
    QTest::newRow("target of 8192") << target(8192) << 400;
    QTest::newRow("target of 8193") << target(8193) << 414;
    const auto head = [](qsizetype size) {
        QByteArray bytes = "GET /ping HTTP/1.1\r\n" + kHost + "X-A: ";
        return bytes + QByteArray(size - bytes.size() - 4, 'b') + "\r\n\r\n";
    };
    QTest::newRow("head of 16000") << head(16'000) << 200;
    QTest::newRow("head of 16384") << head(16'384) << 200;
    QTest::newRow("head of 16385") << head(16'385) << 431;
}

void TestFraming::limitsAreKeptExactly()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    RawClient client(m_server.port());
    client.send(bytes);
    const HttpResponse response = client.readResponse();
    QVERIFY2(response.status == status,
             (QByteArray::number(response.status) + response.body).constData());
}

void TestFraming::continueIsSentBeforeTheBody()
{
    RawClient client(m_server.port());
    client.send("PUT /expect HTTP/1.1\r\n" + kHost
                + "Expect: 100-continue\r\nContent-Length: 4194304\r\n\r\n");
    const HttpResponse interim = client.readResponse();
    QCOMPARE(interim.status, 100);
    client.send(QByteArray(4'194'304, 'x'));
    QCOMPARE(client.readResponse().status, 201);
    client.send("DELETE /expect HTTP/1.1\r\n" + kHost + "\r\n");
    QCOMPARE(client.readResponse().body.size(), 4'194'304);
}

void TestFraming::continueIsNotSentForABodyAtHand()
{
    RawClient client(m_server.port());
    client.send("PUT /expect HTTP/1.1\r\n" + kHost
                + "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello");
    // RFC 9110 10.1.1 lets a server leave the 100 out here; sending it is allowed as well.
    HttpResponse response = client.readResponse();
    if (response.status == 100)
        response = client.readResponse();
    QCOMPARE(response.status, 201);
    client.send("DELETE /expect HTTP/1.1\r\n" + kHost + "\r\n");
    QCOMPARE(client.readResponse().body, "hello"_ba);
}

void TestFraming::continueIsNotSentForABodyThatIsTooLarge()
{
    RawClient client(m_server.port());
    client.send("PUT /expect HTTP/1.1\r\n" + kHost
                + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
    QCOMPARE(client.readResponse().status, 413);
    QCOMPARE(client.readUntilClosed(), ""_ba);
    QVERIFY(client.closed());
}

void TestFraming::continueIsNotSentOnHttp10()
{
    RawClient client(m_server.port());
    client.send("PUT /expect HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    client.send("hello");
    QCOMPARE(client.readResponse().status, 201);
    HttpClient(m_server.port()).del("/expect");
}

void TestFraming::http10ClosesAfterTheAnswer()
{
    RawClient client(m_server.port());
    client.send("GET /ping HTTP/1.0\r\n\r\nGET /ping HTTP/1.0\r\n\r\n");
    const QList<HttpResponse> responses = client.readResponsesUntilClosed();
    QCOMPARE(responses.size(), 1);
    QCOMPARE(responses.first().body, "pong"_ba);
    QVERIFY(!responses.first().has("transfer-encoding"));
    QVERIFY(client.closed());
}

void TestFraming::http10KeepsOnRequest()
{
    RawClient client(m_server.port());
    client.send("GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const HttpResponse response = client.readResponse();
    QCOMPARE(response.body, "pong"_ba);
    // A server may close all the same, but when it keeps the connection it has to say so.
    if (!response.headerHasToken("connection", "keep-alive")) {
        QCOMPARE(client.readUntilClosed(), ""_ba);
        QVERIFY(client.closed());
        return;
    }
    client.send("GET /ping HTTP/1.0\r\n\r\n");
    QCOMPARE(client.readResponse().body, "pong"_ba);
    QCOMPARE(client.readUntilClosed(), ""_ba);
    QVERIFY(client.closed());
}

void TestFraming::connectionCloseCloses()
{
    for (const char *value : {"close", "Close", "keep-alive, close", "upgrade,close"}) {
        RawClient client(m_server.port());
        client.send(framedGet(kHost + "Connection: " + value + "\r\n") + framedGet(kHost));
        const QList<HttpResponse> responses = client.readResponsesUntilClosed();
        QCOMPARE(responses.size(), 1);
        QCOMPARE(responses.first().body, "pong"_ba);
        QVERIFY(responses.first().headerHasToken("connection", "close"));
        QVERIFY(client.closed());
    }
}

void TestFraming::http11KeepsByDefault()
{
    RawClient client(m_server.port());
    for (int i = 0; i < 100; ++i) {
        client.send(framedGet(kHost));
        const HttpResponse response = client.readResponse();
        QCOMPARE(response.body, "pong"_ba);
        QVERIFY(!response.headerHasToken("connection", "close"));
    }
}

void TestFraming::headAnswerHasNoBodyOnTheWire()
{
    RawClient client(m_server.port());
    client.send("HEAD /ping HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
    const QByteArray bytes = client.readUntilClosed();
    QVERIFY(bytes.contains("Content-Length: 4\r\n") || bytes.contains("content-length: 4\r\n"));
    QVERIFY2(bytes.endsWith("\r\n\r\n"), bytes.constData());
}

void TestFraming::halfClosedClientGetsItsAnswers()
{
    RawClient client(m_server.port());
    client.send("PUT /half HTTP/1.1\r\n" + kHost + "Content-Length: 1000000\r\n\r\n"
                + QByteArray(1'000'000, 'x') + "GET /half HTTP/1.1\r\n" + kHost
                + "\r\nDELETE /half HTTP/1.1\r\n" + kHost + "\r\n");
    client.shutdownWrite();
    const QList<HttpResponse> responses = client.readResponsesUntilClosed();
    QCOMPARE(responses.size(), 3);
    QCOMPARE(responses.at(0).status, 201);
    QCOMPARE(responses.at(1).body.size(), 1'000'000);
    QCOMPARE(responses.at(2).status, 200);
    QVERIFY(client.closed());
}

void TestFraming::clientThatLeavesMidRequestHarmsNobody_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << ""_ba;
    QTest::newRow("part of the line") << "PUT /fra"_ba;
    QTest::newRow("part of the head") << "PUT /framing HTTP/1.1\r\nHost: a"_ba;
    QTest::newRow("part of the body") << framedPut("Content-Length: 100\r\n", "some");
    QTest::newRow("part of a chunk") << framedChunks("100\r\nsome");
    QTest::newRow("all but the last chunk") << framedChunks("4\r\nsome\r\n");
    QTest::newRow("whole requests") << framedGet(kHost).repeated(50);
}

void TestFraming::clientThatLeavesMidRequestHarmsNobody()
{
    QFETCH(QByteArray, bytes);
    for (const bool politely : {true, false}) {
        RawClient client(m_server.port());
        client.send(bytes);
        if (politely) {
            client.shutdownWrite();
            client.readUntilClosed();
            QVERIFY2(client.closed(), "the server kept a connection whose client has left");
        } else {
            client.abort();
        }
    }
    verifyAlive();
    QCOMPARE(HttpClient(m_server.port()).get("/framing").status, 404);
}

void TestFraming::hugeRequestIsNotRead()
{
    // A client that sends on without end is cut off after the refusal, and costs no memory.
    RawClient client(m_server.port());
    client.send(framedPut("Content-Length: 9000000000\r\n", ""));
    const QByteArray block(1 << 20, 'x');
    int sent = 0;
    while (sent < 4096 && client.send(block))
        ++sent;
    QVERIFY2(sent < 4096, "4 GiB of a refused body were taken");
    verifyAlive();
}

QTEST_GUILESS_MAIN(TestFraming)
#include "tst_framing.moc"
