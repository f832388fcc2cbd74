// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/httpfixture.h"
#include "tests/server/http/responsecontent.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

/// Batches, through QHttpServer's routing to the store and back.
class TestBatchController : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void batchAppliesAll();
    void batchFailsAsAWhole();
    void batchRefuses_data();
    void batchRefuses();
};

void TestBatchController::batchAppliesAll()
{
    HttpFixture http;
    http.answer("PUT", "/a", {}, "v");
    const Response response
        = http.answer("POST", "/-/batch", "Content-Type: application/json; charset=utf-8\r\n",
                      R"({"operations":[{"op":"put","key":"b","value":"1"},
                          {"op":"put","key":"a","value":"2"},{"op":"delete","key":"b"},
                          {"op":"delete","key":"c"}]})");
    QCOMPARE(response.status, 200);
    QCOMPARE(contentOf(response),
             QByteArray(R"({"results":[{"status":201,"seq":2,"revision":2},)"
                        R"({"status":200,"seq":3,"revision":3},{"status":200,"seq":4},)"
                        R"({"status":404}]})"));
    QCOMPARE(response.seq, 4U);
}

void TestBatchController::batchFailsAsAWhole()
{
    HttpFixture http;
    const Response response = http.answer(
        "POST", "/-/batch", "Content-Type: application/json\r\n",
        R"({"operations":[{"op":"put","key":"a","value":"1"},{"op":"delete","key":"b","if_match":3}]})");
    QCOMPARE(response.status, 412);
    QCOMPARE(QJsonDocument::fromJson(contentOf(response)).object()[u"index"].toInt(-1), 1);
    QCOMPARE(http.log.lastSeq(), 0U);
}

void TestBatchController::batchRefuses_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    const QByteArray json = "Content-Type: application/json\r\n";
    const QByteArray good = R"({"operations":[]})";
    QTest::newRow("no type") << QByteArray() << QByteArray("/-/batch") << good << 415;
    QTest::newRow("other type") << QByteArray("Content-Type: text/json\r\n")
                                << QByteArray("/-/batch") << good << 415;
    QTest::newRow("two types") << json + json << QByteArray("/-/batch") << good << 400;
    QTest::newRow("coded") << json + "Content-Encoding: gzip\r\n"
                           << QByteArray("/-/batch") << good << 415;
    QTest::newRow("parameter") << json << QByteArray("/-/batch?a=1") << good << 400;
    QTest::newRow("no body") << json << QByteArray("/-/batch") << QByteArray() << 400;
    QTest::newRow("no JSON") << json << QByteArray("/-/batch") << QByteArray("x") << 400;
    QTest::newRow("good") << json << QByteArray("/-/batch") << good << 200;
    QTest::newRow("good, other case") << QByteArray("Content-Type: Application/JSON\r\n")
                                      << QByteArray("/-/batch") << good << 200;
}

void TestBatchController::batchRefuses()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    HttpFixture http;
    QTEST(http.answer("POST", target, fields, body).status, "status");
}

QTEST_GUILESS_MAIN(TestBatchController)
#include "tst_batchcontroller.moc"
