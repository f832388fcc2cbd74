// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/requestparser.h"

#include <QtTest>

using namespace memorykv;

class TestRequest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void methodNamesAreTheirTokens_data();
    void methodNamesAreTheirTokens();
    void targetIsSplit_data();
    void targetIsSplit();
    void headerFindsTheFirstInAnyCase();
    void absentHeaderIsNullAndEmptyOneIsNot();
    void combinedHeaderJoinsInOrder();
    void headerHasTokenLooksAtWholeElements_data();
    void headerHasTokenLooksAtWholeElements();
    void acceptsLooksAtWholeMediaTypes_data();
    void acceptsLooksAtWholeMediaTypes();
    void viewsOutliveParserAndOriginal();
    void manyFieldsKeepTheirOrder();
};

namespace {

Request parsed(const QByteArray &bytes)
{
    RequestParser parser(1000);
    parser.append(bytes);
    const Result<RequestParser::Status> status = parser.parse();
    if (!status || *status != RequestParser::Status::Complete)
        qFatal("the request of this test is not whole and valid");
    return parser.takeRequest();
}

Request withFields(const QByteArray &lines)
{
    return parsed("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
}

} // namespace

void TestRequest::methodNamesAreTheirTokens_data()
{
    QTest::addColumn<QByteArray>("token");
    for (const char *token : {"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"})
        QTest::newRow(token) << QByteArray(token);
}

void TestRequest::methodNamesAreTheirTokens()
{
    QFETCH(QByteArray, token);
    const Request request = parsed(token + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    QCOMPARE(methodName(request.method).toByteArray(), token);
}

void TestRequest::targetIsSplit_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("query"); // null: none
    QTest::addColumn<QByteArray>("host");

    const auto row = [](const char *name, const char *target, const char *path, const char *query,
                        const char *host) {
        QTest::newRow(name) << QByteArray(target) << QByteArray(path) << QByteArray(query)
                            << QByteArray(host);
    };
    row("path", "/a/b", "/a/b", nullptr, "field:1");
    row("stays encoded", "/a%20b%2F?x=%26", "/a%20b%2F", "x=%26", "field:1");
    row("query", "/k?limit=5&after=b", "/k", "limit=5&after=b", "field:1");
    row("empty query is not null", "/k?", "/k", "", "field:1");
    row("first question mark splits", "/k?a?b", "/k", "a?b", "field:1");
    row("double slash stays", "//k//", "//k//", nullptr, "field:1");
    row("bytes over 0x7F", "/\xC3\xA4\xFF", "/\xC3\xA4\xFF", nullptr, "field:1");
    row("absolute-form", "http://other:2/a/b?c", "/a/b", "c", "other:2");
    row("absolute-form, https, any case", "HttpS://other/a", "/a", nullptr, "other");
    row("absolute-form without path", "http://other", "/", nullptr, "other");
    row("absolute-form without path, with query", "http://other?x=/y", "/", "x=/y", "other");
    row("absolute-form, IPv6", "http://[::1]:8080/a", "/a", nullptr, "[::1]:8080");
    row("a path may hold a URI", "/http://x/?y", "/http://x/", "y", "field:1");
}

void TestRequest::targetIsSplit()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, host);

    const Request request = parsed("GET " + target + " HTTP/1.1\r\nHost: field:1\r\n\r\n");
    QCOMPARE(request.target.toByteArray(), target);
    QCOMPARE(request.path.toByteArray(), path);
    QCOMPARE(request.query.toByteArray(), query);
    QCOMPARE(request.query.isNull(), query.isNull());
    QCOMPARE(request.host.toByteArray(), host);
}

void TestRequest::headerFindsTheFirstInAnyCase()
{
    const Request request = withFields("X-One: 1\r\nx-two:\t 2 \t\r\nX-ONE: 3\r\n");
    QCOMPARE(request.header("x-one").toByteArray(), "1");
    QCOMPARE(request.header("X-TWO").toByteArray(), "2");
}

void TestRequest::absentHeaderIsNullAndEmptyOneIsNot()
{
    const Request request = withFields("Empty:\r\nBlank: \t\r\n");
    QVERIFY(request.header("Absent").isNull());
    QVERIFY(request.combinedHeader("Absent").isNull());
    for (const char *name : {"Empty", "Blank"}) {
        QVERIFY(request.header(name).isEmpty());
        QVERIFY(!request.header(name).isNull());
        QVERIFY(request.combinedHeader(name).isEmpty());
        QVERIFY(!request.combinedHeader(name).isNull());
    }
}

void TestRequest::combinedHeaderJoinsInOrder()
{
    const Request request = withFields("Accept: a, b\r\nOther: x\r\naccept:\r\nACCEPT: c\r\n");
    QCOMPARE(request.combinedHeader("Accept"), "a, b, , c");
}

void TestRequest::headerHasTokenLooksAtWholeElements_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<bool>("found");

    QTest::newRow("alone") << QByteArray("Upgrade: websocket\r\n") << true;
    QTest::newRow("any case") << QByteArray("upgrade: WebSocket\r\n") << true;
    QTest::newRow("in a list") << QByteArray("Upgrade: a ,\twebsocket , b\r\n") << true;
    QTest::newRow("in the second field")
        << QByteArray("Upgrade: a\r\nUpgrade: websocket\r\n") << true;
    QTest::newRow("between empty elements") << QByteArray("Upgrade: ,,websocket,\r\n") << true;
    QTest::newRow("part of a longer word") << QByteArray("Upgrade: websockets\r\n") << false;
    QTest::newRow("with a version") << QByteArray("Upgrade: websocket/13\r\n") << false;
    QTest::newRow("another field") << QByteArray("Connection: websocket\r\n") << false;
    QTest::newRow("empty") << QByteArray("Upgrade:\r\n") << false;
    QTest::newRow("absent") << QByteArray() << false;
}

void TestRequest::headerHasTokenLooksAtWholeElements()
{
    QFETCH(QByteArray, lines);
    QFETCH(bool, found);
    QCOMPARE(withFields(lines).headerHasToken("Upgrade", "websocket"), found);
}

void TestRequest::acceptsLooksAtWholeMediaTypes_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<bool>("accepts");
    const auto row = [](const char *fields, bool accepts) {
        QTest::newRow(fields) << QByteArray(fields) << accepts;
    };
    row("", false);
    row("Accept: text/event-stream\r\n", true);
    row("accept: Text/Event-Stream\r\n", true);
    row("Accept: text/html, text/event-stream;q=0.9\r\n", true);
    row("Accept: text/html\r\nAccept: text/event-stream\r\n", true);
    row("Accept: text/event-stream2\r\n", false);
    row("Accept: text/*, */*\r\n", false);
    row("Accept:\r\n", false);
}

void TestRequest::acceptsLooksAtWholeMediaTypes()
{
    QFETCH(QByteArray, fields);
    QTEST(withFields(fields).accepts("text/event-stream"), "accepts");
}

void TestRequest::viewsOutliveParserAndOriginal()
{
    Request copy;
    {
        RequestParser parser(1000);
        parser.append("GET /first?q HTTP/1.1\r\nHost: a\r\nX-Field: one\r\n\r\n");
        QVERIFY(parser.parse().ok());
        const Request original = parser.takeRequest();
        copy = original;
        parser.append(QByteArray("GET /second HTTP/1.1\r\nHost: b\r\nX-Field: two\r\n\r\n"));
        QVERIFY(parser.parse().ok());
    }
    const Request moved = std::move(copy);
    QCOMPARE(moved.target.toByteArray(), "/first?q");
    QCOMPARE(moved.path.toByteArray(), "/first");
    QCOMPARE(moved.host.toByteArray(), "a");
    QCOMPARE(moved.header("X-Field").toByteArray(), "one");
}

void TestRequest::manyFieldsKeepTheirOrder()
{
    QByteArray lines;
    for (int i = 0; i < 90; ++i)
        lines += "X-" + QByteArray::number(i) + ": " + QByteArray::number(i) + "\r\n";
    const Request request = withFields(lines);
    QCOMPARE(request.fields.size(), 91);
    for (int i = 0; i < 90; ++i)
        QCOMPARE(request.fields[i + 1].value.toByteArray(), QByteArray::number(i));
}

QTEST_GUILESS_MAIN(TestRequest)
#include "tst_request.moc"
