// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/response.h"

#include "server/http/problem.h"

#include <QtTest>

using namespace memorykv;

class TestResponse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wholeResponse();
    void entryIsTheContent();
    void headHasTheLengthOnly();
    void noContentHasNoLength_data();
    void noContentHasNoLength();
    void emptyHasLengthZero();
    void connectionField_data();
    void connectionField();
    void appendsBehindWhatIsThere();
    void everyStatusHasAReason();
};

namespace {

QByteArray bytesOf(const Response &response, WriteOptions options = {})
{
    options.date = "Sun, 06 Nov 1994 08:49:37 GMT";
    QByteArray bytes;
    appendResponse(response, options, bytes);
    return bytes;
}

QByteArray head(const QByteArray &bytes)
{
    return bytes.first(bytes.indexOf("\r\n\r\n") + 2);
}

} // namespace

void TestResponse::wholeResponse()
{
    Response response = Response::text(200, "text/plain", "body\r\n");
    response.setETag(12);
    QCOMPARE(bytesOf(response), QByteArray("HTTP/1.1 200 OK\r\n"
                                           "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                           "X-Content-Type-Options: nosniff\r\n"
                                           "Content-Type: text/plain\r\n"
                                           "ETag: \"12\"\r\n"
                                           "Content-Length: 6\r\n"
                                           "\r\n"
                                           "body\r\n"));
}

void TestResponse::entryIsTheContent()
{
    Response response = Response::text(200, "text/plain", "not this");
    const QByteArray value("\0\r\n\r\n\xFF", 6);
    response.entry = Entry::create({"k", value, {}, 1, 0});
    QCOMPARE(response.content().toByteArray(), value);
    QVERIFY(bytesOf(response).endsWith("\r\n\r\n" + value));
    QVERIFY(head(bytesOf(response)).contains("\r\nContent-Length: 6\r\n"));
}

void TestResponse::headHasTheLengthOnly()
{
    WriteOptions options;
    options.headOnly = true;
    const QByteArray bytes = bytesOf(Response::json("[1,2]"), options);
    QVERIFY(bytes.contains("\r\nContent-Length: 5\r\n"));
    QVERIFY(bytes.endsWith("\r\n\r\n"));
}

void TestResponse::noContentHasNoLength_data()
{
    QTest::addColumn<int>("status");
    QTest::newRow("204") << 204;
    QTest::newRow("304") << 304;
}

void TestResponse::noContentHasNoLength()
{
    QFETCH(int, status);
    const QByteArray bytes = bytesOf(Response::empty(status));
    QVERIFY(!bytes.contains("Content-Length"));
    QVERIFY(bytes.endsWith("\r\n\r\n"));
}

void TestResponse::emptyHasLengthZero()
{
    for (const int status : {200, 201, 404})
        QVERIFY(bytesOf(Response::empty(status)).contains("\r\nContent-Length: 0\r\n"));
}

void TestResponse::connectionField_data()
{
    QTest::addColumn<bool>("close");
    QTest::addColumn<bool>("tellKeepAlive");
    QTest::addColumn<QByteArray>("field");
    QTest::newRow("neither") << false << false << QByteArray();
    QTest::newRow("close") << true << false << QByteArray("close");
    QTest::newRow("keep alive") << false << true << QByteArray("keep-alive");
    QTest::newRow("both") << true << true << QByteArray("close");
}

void TestResponse::connectionField()
{
    QFETCH(bool, close);
    QFETCH(bool, tellKeepAlive);
    QFETCH(QByteArray, field);
    WriteOptions options;
    options.close = close;
    options.tellKeepAlive = tellKeepAlive;
    const QByteArray bytes = head(bytesOf(Response::empty(200), options));
    QCOMPARE(bytes.count("Connection: "), field.isEmpty() ? 0 : 1);
    QVERIFY(field.isEmpty() || bytes.contains("\r\nConnection: " + field + "\r\n"));
}

void TestResponse::appendsBehindWhatIsThere()
{
    QByteArray bytes = bytesOf(Response::empty(201));
    const QByteArray first = bytes;
    appendResponse(Response::json("{}"), {}, bytes);
    QVERIFY(bytes.startsWith(first + "HTTP/1.1 200 OK\r\n"));
}

// A status without a line of its own would go out as a 500.
void TestResponse::everyStatusHasAReason()
{
    QList<int> statuses{200, 201, 204, 304};
    for (int code = 0; code <= int(ErrorCode::Internal); ++code)
        statuses.append(httpStatus(ErrorCode(code)));
    for (const int status : std::as_const(statuses)) {
        const QByteArray bytes = bytesOf(Response::empty(status));
        QVERIFY2(bytes.startsWith("HTTP/1.1 " + QByteArray::number(status) + ' '),
                 bytes.constData());
    }
}

QTEST_GUILESS_MAIN(TestResponse)
#include "tst_response.moc"
