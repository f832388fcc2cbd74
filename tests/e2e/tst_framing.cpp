// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

const QByteArray kHost = "Host: 127.0.0.1\r\n"_ba;

// A PUT with the fields given, which say how long it is, and whatever follows the head.
QByteArray put(const QByteArray &fields, const QByteArray &rest)
{
    return "PUT /framing HTTP/1.1\r\n" + kHost + fields + "\r\n" + rest;
}

QByteArray get(const QByteArray &fields)
{
    return "GET /ping HTTP/1.1\r\n" + fields + "\r\n";
}

QByteArray chunked(const QByteArray &chunks)
{
    return put("Transfer-Encoding: chunked\r\n", chunks);
}

} // namespace

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

    ServerProcess m_server;
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
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QList<int>>("statuses"); // any of them
    const QList<int> bad{400};
    const QList<int> coding{501};
    const QList<int> codingOrBad{400, 501};

    // Two ways to find the end of the body.
    QTest::newRow("TE and CL")
        << put("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n") << bad;
    QTest::newRow("CL and TE")
        << put("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") << bad;
    QTest::newRow("chunked not final")
        << put("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("chunked twice") << put("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n") << bad;
    QTest::newRow("chunked in two fields")
        << put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") << bad;
    QTest::newRow("chunked and identity in two fields")
        << put("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")
        << codingOrBad;
    QTest::newRow("gzip before chunked")
        << put("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n") << coding;
    QTest::newRow("gzip alone") << put("Transfer-Encoding: gzip\r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("identity") << put("Transfer-Encoding: identity\r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("xchunked") << put("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("quoted chunked")
        << put("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("vertical tab before chunked")
        << put("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("chunked with a parameter")
        << put("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("empty TE") << put("Transfer-Encoding: \r\n", "0\r\n\r\n") << codingOrBad;
    QTest::newRow("TE on HTTP/1.0")
        << "PUT /framing HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"_ba << bad;

    // Content-Length that is no one number.
    for (const char *length : {"", "abc", "-5", "+5", "5 5", "0x5", "5,5", "5, 5", "5;", "5.0", "1e1",
                               "\"5\"", "18446744073709551616", "99999999999999999999999999"}) {
        QTest::newRow(("CL " + QByteArray(length)).constData())
            << put("Content-Length: " + QByteArray(length) + "\r\n", "12345") << QList<int>{400, 413};
    }
    QTest::newRow("CL differing") << put("Content-Length: 5\r\nContent-Length: 6\r\n", "12345") << bad;
    QTest::newRow("CL repeated") << put("Content-Length: 5\r\nContent-Length: 5\r\n", "12345") << bad;
    QTest::newRow("CL repeated in another case")
        << put("Content-Length: 5\r\ncontent-length: 5\r\n", "12345") << bad;

    // Host.
    QTest::newRow("no Host") << get("") << bad;
    QTest::newRow("two Hosts") << get(kHost + kHost) << bad;
    QTest::newRow("two different Hosts") << get(kHost + "Host: other\r\n") << bad;
    for (const char *host : {"", "a b", "a/b", "a, b", "a@b", "a?b", "a#b", "[::1", "::1", "a:b", "a:99999",
                             "a:-1", "http://a", "a\\b", "<a>"}) {
        QTest::newRow(("Host " + QByteArray(host)).constData())
            << get("Host: " + QByteArray(host) + "\r\n") << bad;
    }

    // Header fields.
    QTest::newRow("space before the colon") << get(kHost + "X-A : b\r\n") << bad;
    QTest::newRow("tab before the colon") << get(kHost + "X-A\t: b\r\n") << bad;
    QTest::newRow("space before the colon of CL")
        << put("Content-Length : 5\r\n", "12345") << bad;
    QTest::newRow("folded line") << get(kHost + "X-A: b\r\n c\r\n") << bad;
    QTest::newRow("folded line with a tab") << get(kHost + "X-A: b\r\n\tc\r\n") << bad;
    QTest::newRow("first line begins with a space") << get(" X-A: b\r\n" + kHost) << bad;
    QTest::newRow("no colon") << get(kHost + "X-A\r\n") << bad;
    QTest::newRow("no name") << get(kHost + ": b\r\n") << bad;
    QTest::newRow("space in the name") << get(kHost + "X A: b\r\n") << bad;
    QTest::newRow("parenthesis in the name") << get(kHost + "X(A): b\r\n") << bad;
    QTest::newRow("byte over 0x7F in the name") << get(kHost + "X\xe9: b\r\n") << bad;
    QTest::newRow("NUL in the name") << get(kHost + "X\0A: b\r\n"_ba) << bad;
    QTest::newRow("NUL in the value") << get(kHost + "X-A: b\0c\r\n"_ba) << bad;
    QTest::newRow("control in the value") << get(kHost + "X-A: b\x01" "c\r\n") << bad;
    QTest::newRow("DEL in the value") << get(kHost + "X-A: b\x7f\r\n") << bad;
    QTest::newRow("bare CR in the value") << get(kHost + "X-A: b\rc\r\n") << bad;
    QTest::newRow("bare CR that hides a field")
        << put("X-A: b\rContent-Length: 5\r\n", "12345") << bad;
    QTest::newRow("bare LF ends a line") << get(kHost + "X-A: b\nX-B: c\r\n") << bad;
    QTest::newRow("bare LF everywhere") << "GET /ping HTTP/1.1\nHost: a\n\n"_ba << bad;
    QTest::newRow("CR CR LF") << get(kHost + "X-A: b\r\r\n") << bad;
    QTest::newRow("101 fields") << get(kHost + "X-A: b\r\n"_ba.repeated(100)) << QList<int>{431};
    QTest::newRow("head too large")
        << get(kHost + "X-A: " + QByteArray(17'000, 'b') + "\r\n") << QList<int>{431};
    QTest::newRow("head too large in small fields")
        << get(kHost + ("X-A: " + QByteArray(500, 'b') + "\r\n").repeated(40)) << QList<int>{431};
    QTest::newRow("endless name") << get(kHost + QByteArray(17'000, 'b')) << QList<int>{431};

    // The request line.
    QTest::newRow("two spaces after the method") << "GET  /ping HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("two spaces after the target") << "GET /ping  HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("tab after the method") << "GET\t/ping HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("space at the end") << "GET /ping HTTP/1.1 \r\n" + kHost + "\r\n" << bad;
    QTest::newRow("space in the target") << "GET /pi ng HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("space at the start") << " GET /ping HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("no version") << "GET /ping\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("no target") << "GET HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("version in lower case") << "GET /ping http/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("version without a dot") << "GET /ping HTTP/11\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("version with two digits") << "GET /ping HTTP/1.10\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("HTTP/2.0") << "GET /ping HTTP/2.0\r\n" + kHost + "\r\n" << QList<int>{505};
    QTest::newRow("HTTP/0.9") << "GET /ping HTTP/0.9\r\n" + kHost + "\r\n" << QList<int>{505, 400};
    QTest::newRow("HTTP/2 preface") << "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"_ba << QList<int>{505, 501, 400};
    QTest::newRow("TLS hello") << "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"_ba << bad;
    QTest::newRow("method in lower case") << "get /ping HTTP/1.1\r\n" + kHost + "\r\n" << QList<int>{501};
    QTest::newRow("unknown method") << "BREW /pot HTTP/1.1\r\n" + kHost + "\r\n" << QList<int>{501};
    QTest::newRow("method that is no token") << "GE(T /ping HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("NUL in the target") << "GET /pi\0ng HTTP/1.1\r\nHost: a\r\n\r\n"_ba << bad;
    QTest::newRow("control in the target") << "GET /pi\x01ng HTTP/1.1\r\nHost: a\r\n\r\n"_ba << bad;
    QTest::newRow("fragment in the target") << "GET /ping#a HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("target without a slash") << "GET ping HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("* with GET") << "GET * HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("absolute-form of another scheme")
        << "GET ftp://127.0.0.1/ping HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("absolute-form without a host") << "GET http:///ping HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("authority-form") << "GET 127.0.0.1:80 HTTP/1.1\r\n" + kHost + "\r\n" << bad;
    QTest::newRow("target too long")
        << "GET /" + QByteArray(8192, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n" << QList<int>{414};
    QTest::newRow("endless request line") << "GET /" + QByteArray(20'000, 'a') << QList<int>{414};
    QTest::newRow("endless method") << QByteArray(20'000, 'A') << QList<int>{400, 414, 431, 501};
    QTest::newRow("many empty lines") << "\r\n"_ba.repeated(20) + get(kHost) << bad;

    // Chunks.
    for (const char *size : {"zz", "-5", "+5", "0x5", "5 ", " 5", "", ";a", "5g", "FFFFFFFFFFFFFFFFF",
                             "-0", "10000000000000005"}) {
        QTest::newRow(("chunk size " + QByteArray(size)).constData())
            << chunked(QByteArray(size) + "\r\nhello\r\n0\r\n\r\n") << QList<int>{400, 413};
    }
    QTest::newRow("chunk longer than its size") << chunked("4\r\nhello\r\n0\r\n\r\n") << bad;
    QTest::newRow("chunk shorter than its size") << chunked("6\r\nhello\r\n0\r\n\r\n") << bad;
    QTest::newRow("bare LF after the chunk size") << chunked("5\nhello\r\n0\r\n\r\n") << bad;
    QTest::newRow("bare LF after the chunk") << chunked("5\r\nhello\n0\r\n\r\n") << bad;
    QTest::newRow("bare CR in the chunk line") << chunked("5\rX\r\nhello\r\n0\r\n\r\n") << bad;
    QTest::newRow("endless chunk extension") << chunked("5;" + QByteArray(5000, 'a')) << QList<int>{400, 431};
    QTest::newRow("bad trailer") << chunked("5\r\nhello\r\n0\r\nno colon\r\n\r\n") << bad;
    QTest::newRow("length in the trailer")
        << chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n") << bad;
    QTest::newRow("folded trailer") << chunked("5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n") << bad;
    QTest::newRow("bare LF in the trailer") << chunked("5\r\nhello\r\n0\r\nA: b\n\r\n") << bad;
    QTest::newRow("endless trailer")
        << chunked("5\r\nhello\r\n0\r\n" + "A: b\r\n"_ba.repeated(3000) + "\r\n") << QList<int>{400, 431};

    // Expectations and sizes.
    QTest::newRow("unknown expectation")
        << put("Expect: 200-ok\r\nContent-Length: 5\r\n", "12345") << QList<int>{417};
    QTest::newRow("two expectations")
        << put("Expect: 100-continue, magic\r\nContent-Length: 5\r\n", "12345") << QList<int>{417};
    QTest::newRow("body too large") << put("Content-Length: 99999999\r\n", "") << QList<int>{413};
    QTest::newRow("chunk too large")
        << chunked("7FFFFFFF\r\n") << QList<int>{413};
}

void TestFraming::refusalIsTheLastAnswer()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QList<int>, statuses);
    const QByteArray smuggled = "PUT /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"_ba;
    RawClient client(m_server.port());
    client.send(bytes + smuggled);
    const QList<HttpResponse> responses = client.readResponsesUntilClosed();
    QVERIFY2(client.closed(), "the connection stayed open");
    QCOMPARE(responses.size(), 1);
    const HttpResponse &response = responses.first();
    QVERIFY2(statuses.contains(response.status),
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
    QTest::newRow("plain") << get(kHost) << 200 << pong;
    QTest::newRow("empty line before") << "\r\n" + get(kHost) << 200 << pong;
    QTest::newRow("names in any case") << get("hOsT: a\r\n") << 200 << pong;
    QTest::newRow("no space after the colon") << get("Host:a\r\n") << 200 << pong;
    QTest::newRow("white space around the value") << get("Host: \t a \t \r\n") << 200 << pong;
    QTest::newRow("empty value") << get(kHost + "X-A:\r\n") << 200 << pong;
    QTest::newRow("tab in the value") << get(kHost + "X-A: a\tb\r\n") << 200 << pong;
    QTest::newRow("byte over 0x7F in the value") << get(kHost + "X-A: \xe9\r\n") << 200 << pong;
    QTest::newRow("Host with a port") << get("Host: localhost:8080\r\n") << 200 << pong;
    QTest::newRow("Host of IPv6") << get("Host: [::1]:8080\r\n") << 200 << pong;
    QTest::newRow("absolute-form")
        << "GET http://127.0.0.1/ping HTTP/1.1\r\n" + kHost + "\r\n" << 200 << pong;
    QTest::newRow("absolute-form in any case")
        << "GET HTTP://Example.ORG:80/ping HTTP/1.1\r\n" + kHost + "\r\n" << 200 << pong;
    QTest::newRow("empty query") << "GET /ping? HTTP/1.1\r\n" + kHost + "\r\n" << 200 << pong;
    QTest::newRow("HTTP/1.9") << "GET /ping HTTP/1.9\r\n" + kHost + "\r\n" << 200 << pong;
    QTest::newRow("GET with a body") << get(kHost + "Content-Length: 5\r\n") + "hello" << 200 << pong;
    QTest::newRow("GET with chunks")
        << get(kHost + "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n" << 200 << pong;
    QTest::newRow("chunked in any case")
        << get(kHost + "Transfer-Encoding: CHUNKED\r\n") + "0\r\n\r\n" << 200 << pong;
    QTest::newRow("chunk size with leading zeros")
        << get(kHost + "Transfer-Encoding: chunked\r\n") + "0005\r\nhello\r\n000\r\n\r\n" << 200 << pong;
    QTest::newRow("upper and lower hex")
        << get(kHost + "Transfer-Encoding: chunked\r\n") + "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"
        << 200 << pong;
    QTest::newRow("chunk extensions")
        << get(kHost + "Transfer-Encoding: chunked\r\n") + "5;a;b=c;d=\"e f\"\r\nhello\r\n0;x\r\n\r\n"
        << 200 << pong;
    QTest::newRow("trailers")
        << get(kHost + "Transfer-Encoding: chunked\r\n") + "0\r\nExpires: never\r\nX: y\r\n\r\n"
        << 200 << pong;
    QTest::newRow("100 fields") << get(kHost + "X-A: b\r\n"_ba.repeated(99)) << 200 << pong;
    QTest::newRow("repeated other fields") << get(kHost + "X-A: b\r\nX-A: c\r\n") << 200 << pong;
    QTest::newRow("Content-Length zero") << get(kHost + "Content-Length: 0\r\n") << 200 << pong;
    QTest::newRow("Content-Length with leading zeros")
        << get(kHost + "Content-Length: 0005\r\n") + "hello" << 200 << pong;
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
    QVERIFY2(response.status == status, (QByteArray::number(response.status) + response.body).constData());
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
        client.send(get(kHost + "Connection: " + value + "\r\n") + get(kHost));
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
        client.send(get(kHost));
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
    QTest::newRow("part of the body") << put("Content-Length: 100\r\n", "some");
    QTest::newRow("part of a chunk") << chunked("100\r\nsome");
    QTest::newRow("all but the last chunk") << chunked("4\r\nsome\r\n");
    QTest::newRow("whole requests") << get(kHost).repeated(50);
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
    client.send(put("Content-Length: 9000000000\r\n", ""));
    const QByteArray block(1 << 20, 'x');
    int sent = 0;
    while (sent < 4096 && client.send(block))
        ++sent;
    QVERIFY2(sent < 4096, "4 GiB of a refused body were taken");
    verifyAlive();
}

QTEST_GUILESS_MAIN(TestFraming)
#include "tst_framing.moc"
