// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

// A request and what its answer has to be.
struct Exchange
{
    QByteArray bytes;
    bool isHead = false;
    int status = 200;
    QByteArray body;
};

// The requests of one client that has its own keys, with the answers that follow from their order.
QList<Exchange> mixedExchanges(const QByteArray &name, int count)
{
    QList<Exchange> exchanges;
    for (int i = 0; exchanges.size() < count; ++i) {
        const QByteArray key = '/' + name + '/' + QByteArray::number(i % 7);
        const QByteArray value = name + " value " + QByteArray::number(i);
        const QByteArray size = QByteArray::number(value.size(), 16);
        const QByteArray missing = key + "/missing";
        exchanges += {
            {requestBytes("PUT", key, {}, value), false, 201, ""_ba},
            {requestBytes("GET", key), false, 200, value},
            {requestBytes("HEAD", key), true, 200, ""_ba},
            {requestBytes("PUT", key, {{"Transfer-Encoding", "chunked"}},
                          size + "\r\n" + value + "\r\n1\r\n!\r\n0\r\n\r\n"),
             false, 200, value},
            {requestBytes("GET", missing), false, 404, ""_ba},
            {requestBytes("PATCH", key + "?ttl=1000"), false, 204, ""_ba},
            {requestBytes("GET", "/keys" + key + "?count=true"), false, 200, R"({"count":1})"_ba},
            {requestBytes("OPTIONS", key), false, 0, ""_ba},
            {requestBytes("DELETE", key), false, 200, value + '!'},
            {requestBytes("HEAD", key), true, 404, ""_ba},
            {requestBytes("GET", "/ping"), false, 200, "pong"_ba},
        };
    }
    exchanges.resize(count);
    return exchanges;
}

// The first answer that is not the one it has to be; empty when all are.
QByteArray firstFault(RawClient &client, const QList<Exchange> &exchanges)
{
    for (qsizetype i = 0; i < exchanges.size(); ++i) {
        const Exchange &exchange = exchanges.at(i);
        const HttpResponse response = client.readResponse(exchange.isHead);
        const bool statusFits = exchange.status == 0
                                    ? response.status == 200 || response.status == 204
                                    : response.status == exchange.status;
        if (!statusFits || response.body != exchange.body) {
            return "request " + QByteArray::number(i) + ": " + exchange.bytes.left(100) + " -> "
                   + QByteArray::number(response.status) + ' ' + response.body + response.fault;
        }
    }
    return {};
}

QByteArray allBytes(const QList<Exchange> &exchanges)
{
    QByteArray bytes;
    for (const Exchange &exchange : exchanges)
        bytes += exchange.bytes;
    return bytes;
}

} // namespace

/// Many requests on one connection, however the bytes arrive.
class TestPipelining : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void thousandMixedRequestsAreAnsweredInOrder();
    void severalPipelinesAtATime();
    void largeAnswersAreNotMixedUp();
    void refusalComesAfterTheAnswersBeforeIt();
    void everySplitOfAPutIsTheSame_data();
    void everySplitOfAPutIsTheSame();
    void byteByByte();
    void clientThatNeverReadsIsHeldBack();

private:
    ServerProcess m_server;
};

void TestPipelining::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void TestPipelining::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestPipelining::thousandMixedRequestsAreAnsweredInOrder()
{
    const QList<Exchange> exchanges = mixedExchanges("one", 1000);
    RawClient client(m_server.port());
    client.queue(allBytes(exchanges));
    QCOMPARE(firstFault(client, exchanges), ""_ba);
}

void TestPipelining::severalPipelinesAtATime()
{
    QList<std::shared_ptr<RawClient>> clients;
    QList<QList<Exchange>> exchanges;
    for (int i = 0; i < 8; ++i) {
        exchanges.append(mixedExchanges("client" + QByteArray::number(i), 1000));
        clients.append(std::make_shared<RawClient>(m_server.port()));
        QVERIFY(clients.last()->send(allBytes(exchanges.last())));
    }
    for (qsizetype i = 0; i < clients.size(); ++i)
        QCOMPARE(firstFault(*clients.at(i), exchanges.at(i)), ""_ba);
}

void TestPipelining::largeAnswersAreNotMixedUp()
{
    QList<Exchange> exchanges;
    for (int i = 0; i < 20; ++i) {
        const QByteArray value(1'000'000 + i, static_cast<char>('a' + i));
        const QByteArray key = "/large/" + QByteArray::number(i);
        exchanges.append({requestBytes("PUT", key, {}, value), false, 201, ""_ba});
        exchanges.append({requestBytes("GET", key), false, 200, value});
        exchanges.append({requestBytes("GET", "/ping"), false, 200, "pong"_ba});
        exchanges.append({requestBytes("DELETE", key), false, 200, value});
    }
    RawClient client(m_server.port());
    client.queue(allBytes(exchanges));
    QCOMPARE(firstFault(client, exchanges), ""_ba);
}

void TestPipelining::refusalComesAfterTheAnswersBeforeIt()
{
    const QList<Exchange> exchanges = mixedExchanges("refused", 99);
    RawClient client(m_server.port());
    client.queue(allBytes(exchanges) + "GET /ping HTTP/1.1\r\n\r\n"
                 + requestBytes("PUT", "/after", {}, "x"));
    QCOMPARE(firstFault(client, exchanges), ""_ba);
    const QList<HttpResponse> rest = client.readResponsesUntilClosed();
    QCOMPARE(rest.size(), 1);
    QCOMPARE(rest.first().status, 400);
    QVERIFY(client.closed());
    QCOMPARE(HttpClient(m_server.port()).get("/after").status, 404);
}

void TestPipelining::everySplitOfAPutIsTheSame_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("Content-Length")
        << requestBytes("PUT", "/split%20key?ttl=1000", {{"Content-Type", "text/plain"}}, "hello");
    QTest::newRow("chunked") << requestBytes(
        "PUT", "/split%20key", {{"Transfer-Encoding", "chunked"}},
        "3;x=\"y\"\r\nhel\r\n02\r\nlo\r\n0\r\nTrailer: z\r\n\r\n");
    QTest::newRow("after an empty line")
        << "\r\n" + requestBytes("PUT", "/split%20key", {}, "hello");
}

void TestPipelining::everySplitOfAPutIsTheSame()
{
    QFETCH(QByteArray, bytes);
    HttpClient other(m_server.port());
    RawClient client(m_server.port());
    for (qsizetype at = 1; at < bytes.size(); ++at) {
        QVERIFY(client.send(bytes.left(at)));
        // By the time this is answered, the first part has long arrived.
        QCOMPARE(other.get("/ping").status, 200);
        QVERIFY(client.send(bytes.mid(at)));
        const HttpResponse response = client.readResponse();
        QVERIFY2(response.status == 201,
                 ("split at " + QByteArray::number(at) + response.body).constData());
        QCOMPARE(other.del("/split%20key").body, "hello"_ba);
    }
}

void TestPipelining::byteByByte()
{
    const QList<Exchange> exchanges = mixedExchanges("bytes", 22);
    const QByteArray bytes = allBytes(exchanges);
    RawClient client(m_server.port());
    for (const char byte : bytes)
        QVERIFY(client.send(QByteArrayView(&byte, 1)));
    QCOMPARE(firstFault(client, exchanges), ""_ba);
}

void TestPipelining::clientThatNeverReadsIsHeldBack()
{
    HttpClient other(m_server.port());
    other.put("/million", QByteArray(1'000'000, 'x'));
    RawClient client(m_server.port());
    client.limitReadBuffer(4096);
    // 50,000 answers of a million bytes would be 50 GB, were they all made at once.
    client.sendWhatFits(requestBytes("GET", "/million").repeated(50'000));
    for (int i = 0; i < 100; ++i)
        QCOMPARE(other.get("/ping").body, "pong"_ba);
    const QByteArray metrics = other.get("/metrics").body;
    const QByteArray name = "\nprocess_resident_memory_bytes ";
    const qsizetype at = metrics.indexOf(name) + name.size();
    const double resident = metrics.mid(at, metrics.indexOf('\n', at) - at).toDouble();
    QVERIFY2(resident > 0 && resident < 500e6, QByteArray::number(resident).constData());
}

QTEST_GUILESS_MAIN(TestPipelining)
#include "tst_pipelining.moc"
