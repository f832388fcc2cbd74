// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/websocketfeed.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// POST /-/batch: all or nothing.
class TestRestBatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void operationsApplyInOrder();
    void takesOneContiguousBlockOfSeq();
    void putTakesTypeTtlAndBase64();
    void conditionsThatHold();
    void failedConditionNamesItsIndexAndChangesNothing_data();
    void failedConditionNamesItsIndexAndChangesNothing();
    void conditionSeesTheOperationsBeforeIt();
    void deleteOfAMissingKeyIsNoFailure();
    void failedBatchIsNotOnTheFeed();
    void malformedBatchIs400_data();
    void malformedBatchIs400();
    void reservedKeyIsRefused_data();
    void reservedKeyIsRefused();
    void valueOverTheLimitIsRefused();
    void otherMethodsAre405();
    void emptyBatchChangesNothing();
    void thousandOperations();

private:
    quint64 seqNow() { return m_client->put("/seq", "").revision(); }

    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestRestBatch::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestRestBatch::init()
{
    QCOMPARE(m_client->del("/keys").status, 200);
}

void TestRestBatch::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestRestBatch::operationsApplyInOrder()
{
    m_client->put("/gone", "x");
    const HttpResponse response = m_client->batch(R"({"operations":[
        {"op":"put","key":"a","value":"first"},
        {"op":"put","key":"a","value":"second"},
        {"op":"delete","key":"gone"},
        {"op":"put","key":"b/c d","value":"ü€"},
        {"op":"put","key":"temporary","value":""},
        {"op":"delete","key":"temporary"}]})");
    QCOMPARE(response.status, 200);
    QVERIFY(!response.json().isNull());
    QCOMPARE(m_client->get("/a").body, "second"_ba);
    QCOMPARE(m_client->get("/gone").status, 404);
    QCOMPARE(m_client->get("/b/c%20d").body, "ü€"_ba);
    QCOMPARE(m_client->get("/keys").body, R"(["a","b/c d"])"_ba);
}

void TestRestBatch::takesOneContiguousBlockOfSeq()
{
    const quint64 before = seqNow();
    m_client->batch(R"({"operations":[
        {"op":"put","key":"a","value":"1"},
        {"op":"put","key":"b","value":"2"},
        {"op":"put","key":"c","value":"3"}]})");
    QCOMPARE(m_client->get("/a").revision(), before + 1);
    QCOMPARE(m_client->get("/b").revision(), before + 2);
    QCOMPARE(m_client->get("/c").revision(), before + 3);
    QCOMPARE(seqNow(), before + 4);
}

void TestRestBatch::putTakesTypeTtlAndBase64()
{
    const HttpResponse response = m_client->batch(R"({"operations":[
        {"op":"put","key":"t","value":"{}","type":"application/json","ttl":1000},
        {"op":"put","key":"b","value_base64":"AP/+gA=="}]})");
    QCOMPARE(response.status, 200);
    QCOMPARE(m_client->get("/t").header("content-type"), "application/json"_ba);
    QCOMPARE(m_client->get("/b").body, "\0\xff\xfe\x80"_ba);
    QCOMPARE(m_client->get("/b").header("content-type"), "application/octet-stream"_ba);
    const int ttl = m_client->get("/keys/t?values=true").json()[0]["ttl"_L1].toInt();
    QVERIFY(ttl > 900 && ttl <= 1000);
}

void TestRestBatch::conditionsThatHold()
{
    const QByteArray revision = QByteArray::number(m_client->put("/a", "1").revision());
    const HttpResponse response
        = m_client->batch(R"({"operations":[{"op":"put","key":"a","value":"2","if_match":)"
                          + revision + R"(},{"op":"put","key":"b","value":"2","if_none_match":"*"},
              {"op":"put","key":"c","value":"2","if_none_match":"\"5\""},
              {"op":"delete","key":"c","if_match":"*"},
              {"op":"delete","key":"a","if_none_match":)"
                          + revision + "}]}");
    QCOMPARE(response.status, 200);
    QCOMPARE(m_client->get("/keys").body, R"(["b"])"_ba);
}

void TestRestBatch::failedConditionNamesItsIndexAndChangesNothing_data()
{
    QTest::addColumn<QByteArray>("failing");
    QTest::newRow("if_match another revision")
        << R"({"op":"put","key":"a","value":"new","if_match":99999})"_ba;
    QTest::newRow("if_match of a missing key")
        << R"({"op":"put","key":"missing","value":"new","if_match":"*"})"_ba;
    QTest::newRow("if_none_match any")
        << R"({"op":"put","key":"a","value":"x","if_none_match":"*"})"_ba;
    QTest::newRow("if_match in the form of the field")
        << R"({"op":"put","key":"a","value":"new","if_match":"\"99999\", W/\"1\""})"_ba;
    QTest::newRow("delete if_match") << R"({"op":"delete","key":"a","if_match":99999})"_ba;
}

void TestRestBatch::failedConditionNamesItsIndexAndChangesNothing()
{
    QFETCH(QByteArray, failing);
    m_client->put("/a", "1");
    const quint64 before = seqNow();
    const HttpResponse response = m_client->batch(
        R"({"operations":[{"op":"put","key":"b","value":"2"},{"op":"delete","key":"seq"},)"
        + failing + R"(,{"op":"put","key":"c","value":"3"}]})");
    QCOMPARE(problemFault(response, 412), ""_ba);
    QCOMPARE(response.json()["index"_L1].toInt(-1), 2);
    QCOMPARE(m_client->get("/keys").body, R"(["a","seq"])"_ba);
    QCOMPARE(m_client->get("/a").body, "1"_ba);
    QCOMPARE(seqNow(), before + 1);
}

void TestRestBatch::conditionSeesTheOperationsBeforeIt()
{
    const HttpResponse created = m_client->batch(R"({"operations":[
        {"op":"put","key":"a","value":"1"},
        {"op":"put","key":"a","value":"2","if_none_match":"*"}]})");
    QCOMPARE(created.status, 412);
    QCOMPARE(created.json()["index"_L1].toInt(-1), 1);
    m_client->put("/b", "1");
    const HttpResponse removed = m_client->batch(R"({"operations":[
        {"op":"delete","key":"b"},
        {"op":"put","key":"b","value":"2","if_none_match":"*"}]})");
    QCOMPARE(removed.status, 200);
    QCOMPARE(m_client->get("/b").body, "2"_ba);
}

void TestRestBatch::deleteOfAMissingKeyIsNoFailure()
{
    const quint64 before = seqNow();
    const HttpResponse response = m_client->batch(R"({"operations":[
        {"op":"delete","key":"missing"},{"op":"put","key":"a","value":"1"}]})");
    QCOMPARE(response.status, 200);
    QCOMPARE(m_client->get("/a").revision(), before + 1);
}

void TestRestBatch::failedBatchIsNotOnTheFeed()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    m_client->batch(R"({"operations":[{"op":"put","key":"a","value":"1"},
        {"op":"put","key":"b","value":"2","if_match":"*"}]})");
    m_client->put("/end", "");
    QVERIFY(feed.waitForOp("insert", "end"));
    QCOMPARE(feed.events().size(), 1);
}

void TestRestBatch::malformedBatchIs400_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("empty") << ""_ba;
    QTest::newRow("not JSON") << "{operations"_ba;
    QTest::newRow("array") << "[]"_ba;
    QTest::newRow("no operations") << "{}"_ba;
    QTest::newRow("operations no array") << R"({"operations":{}})"_ba;
    QTest::newRow("operation no object") << R"({"operations":["put"]})"_ba;
    const auto with = [](const QByteArray &operation) {
        return R"({"operations":[{"op":"put","key":"a","value":"1"},)" + operation + "]}";
    };
    QTest::newRow("no op") << with(R"({"key":"b","value":"1"})");
    QTest::newRow("unknown op") << with(R"({"op":"get","key":"b"})");
    QTest::newRow("no key") << with(R"({"op":"put","value":"1"})");
    QTest::newRow("empty key") << with(R"({"op":"put","key":"","value":"1"})");
    QTest::newRow("key no text") << with(R"({"op":"put","key":5,"value":"1"})");
    QTest::newRow("key too long") << with(R"({"op":"put","key":")" + "k"_ba.repeated(1025)
                                          + R"(","value":"1"})");
    QTest::newRow("no value") << with(R"({"op":"put","key":"b"})");
    QTest::newRow("value no text") << with(R"({"op":"put","key":"b","value":1})");
    QTest::newRow("two values") << with(
        R"({"op":"put","key":"b","value":"1","value_base64":"MQ=="})");
    QTest::newRow("bad base64") << with(R"({"op":"put","key":"b","value_base64":"%%%"})");
    QTest::newRow("bad ttl") << with(R"({"op":"put","key":"b","value":"1","ttl":-1})");
    QTest::newRow("ttl no number") << with(R"({"op":"put","key":"b","value":"1","ttl":"soon"})");
    QTest::newRow("type no text") << with(R"({"op":"put","key":"b","value":"1","type":5})");
    QTest::newRow("type with a line feed")
        << with(R"({"op":"put","key":"b","value":"1","type":"a/b\r\nSet-Cookie: x"})");
    QTest::newRow("bad condition") << with(R"({"op":"put","key":"b","value":"1","if_match":[]})");
    QTest::newRow("lone surrogate in the key")
        << with(R"({"op":"put","key":"\ud800","value":"1"})");
    QTest::newRow("not UTF-8") << with("{\"op\":\"put\",\"key\":\"\xff\",\"value\":\"1\"}"_ba);
}

void TestRestBatch::malformedBatchIs400()
{
    QFETCH(QByteArray, body);
    QCOMPARE(problemFault(m_client->batch(body), 400), ""_ba);
    QCOMPARE(m_client->get("/keys").body, "[]"_ba);
}

void TestRestBatch::reservedKeyIsRefused_data()
{
    QTest::addColumn<QByteArray>("key");
    for (const char *key : {"keys", "keys/a", "-/x", "ping", "metrics", "wal"})
        QTest::newRow(key) << QByteArray(key);
}

// What PUT /<key> cannot reach, a batch must not either: no request could read it.
void TestRestBatch::reservedKeyIsRefused()
{
    QFETCH(QByteArray, key);
    QCOMPARE(m_client->put('/' + key, "1").status, 405);
    const HttpResponse response
        = m_client->batch(R"({"operations":[{"op":"put","key":"a","value":"1"},{"op":"put","key":")"
                          + key + R"(","value":"1"}]})");
    QCOMPARE(problemFault(response, 400, "operations[1]: key"), ""_ba);
    QCOMPARE(response.json()["index"_L1].toInt(-1), 1);
    QCOMPARE(m_client->get("/keys").body, "[]"_ba);
}

void TestRestBatch::valueOverTheLimitIsRefused()
{
    const QByteArray value((5 << 20) + 1, 'x');
    const HttpResponse response = m_client->batch(
        R"({"operations":[{"op":"put","key":"a","value":"1"},{"op":"put","key":"b","value":")"
        + value + R"("}]})");
    QCOMPARE(problemFault(response, 413, "operations[1]: value: has at most 5242880 bytes"), ""_ba);
    QCOMPARE(m_client->get("/keys").body, "[]"_ba);
}

void TestRestBatch::otherMethodsAre405()
{
    for (const char *method : {"GET", "PUT", "DELETE", "PATCH", "HEAD"}) {
        const HttpResponse response = m_client->request(method, "/-/batch");
        QCOMPARE(response.status, 405);
        QVERIFY2(response.headerHasToken("allow", "POST"), method);
    }
}

void TestRestBatch::emptyBatchChangesNothing()
{
    const quint64 before = seqNow();
    const HttpResponse response = m_client->batch(R"({"operations":[]})");
    QVERIFY2(response.status == 200 || response.status == 400, response.body.constData());
    QCOMPARE(seqNow(), before + 1);
}

void TestRestBatch::thousandOperations()
{
    QByteArrayList operations;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray number = QByteArray::number(i);
        operations.append(R"({"op":"put","key":"k)" + number + R"(","value":")" + number + R"("})");
    }
    const quint64 before = seqNow();
    QCOMPARE(m_client->batch(R"({"operations":[)" + operations.join(',') + "]}").status, 200);
    QCOMPARE(m_client->get("/keys/k?count=true").body, R"({"count":1000})"_ba);
    QCOMPARE(m_client->get("/k999").revision(), before + 1000);
}

QTEST_GUILESS_MAIN(TestRestBatch)
#include "tst_restbatch.moc"
