// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// The fixed paths: what is served there, which methods they take, and that no key lives there.
class TestRestRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void pingPongs();
    void healthAndReadiness();
    void infoTellsVersionEpochSeqAndLimits();
    void infoSeqFollowsTheWrites();
    void openApiDescriptionIsServed();
    void metricsAreServed();
    void rootIsAPage();
    void unknownServicePathIs404();
    void headOfEachFixedPath_data();
    void headOfEachFixedPath();
    void putOnAReservedPathIs405_data();
    void putOnAReservedPathIs405();
    void otherMethodIs405_data();
    void otherMethodIs405();
    void optionsTellsTheMethods_data();
    void optionsTellsTheMethods();
    void optionsOfTheWholeServer();
    void walWithoutUpgradeIs426();

private:
    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestRestRoutes::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestRestRoutes::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestRestRoutes::pingPongs()
{
    const HttpResponse response = m_client->get("/ping");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.body, "pong"_ba);
    QCOMPARE(m_client->get("/%70ing").body, "pong"_ba);
}

void TestRestRoutes::healthAndReadiness()
{
    QCOMPARE(m_client->get("/-/healthy").status, 200);
    QCOMPARE(m_client->get("/-/ready").status, 200);
}

void TestRestRoutes::infoTellsVersionEpochSeqAndLimits()
{
    const HttpResponse response = m_client->get("/-/info");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("content-type"), "application/json"_ba);
    const QJsonObject info = response.json().object();
    QVERIFY2(!info["version"_L1].toString().isEmpty(), response.body.constData());
    QVERIFY2(info.contains("epoch"_L1), response.body.constData());
    QVERIFY2(info.contains("seq"_L1), response.body.constData());
    QVERIFY2(!info["limits"_L1].toObject().isEmpty(), response.body.constData());
    QVERIFY2(response.body.contains("5242880"), response.body.constData());
}

void TestRestRoutes::infoSeqFollowsTheWrites()
{
    const auto seq
        = [this] { return m_client->get("/-/info").json()["seq"_L1].toVariant().toULongLong(); };
    const quint64 before = seq();
    QCOMPARE(m_client->put("/k", "").revision(), before + 1);
    QCOMPARE(seq(), before + 1);
}

void TestRestRoutes::openApiDescriptionIsServed()
{
    const HttpResponse response = m_client->get("/-/openapi.yaml");
    QCOMPARE(response.status, 200);
    QVERIFY(response.header("content-type").contains("yaml"));
    QVERIFY(response.body.contains("openapi: "));
    QVERIFY(response.body.contains("/-/batch"));
}

void TestRestRoutes::metricsAreServed()
{
    const HttpResponse response = m_client->get("/metrics");
    QCOMPARE(response.status, 200);
    QVERIFY2(response.header("content-type").startsWith("text/plain; version=0.0.4"),
             response.header("content-type").constData());
    QVERIFY(response.body.contains("# TYPE memorykv_http_requests_total counter"));
}

void TestRestRoutes::rootIsAPage()
{
    const HttpResponse response = m_client->get("/");
    QCOMPARE(response.status, 200);
    QVERIFY(response.header("content-type").startsWith("text/html"));
    QCOMPARE(m_client->get("").status, 400); // no target at all
}

void TestRestRoutes::unknownServicePathIs404()
{
    QCOMPARE(problemFault(m_client->get("/-/nothing"), 404), ""_ba);
    QCOMPARE(m_client->head("/-/nothing").status, 404);
    QCOMPARE(m_client->get("/-/").status, 404);
}

void TestRestRoutes::headOfEachFixedPath_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path :
         {"/", "/ping", "/keys", "/keys/x", "/-/healthy", "/-/ready", "/-/openapi.yaml"})
        QTest::newRow(path) << QByteArray(path);
}

void TestRestRoutes::headOfEachFixedPath()
{
    QFETCH(QByteArray, path);
    const HttpResponse got = m_client->get(path);
    const HttpResponse head = m_client->head(path);
    QCOMPARE(head.status, 200);
    QCOMPARE(head.header("content-length"), QByteArray::number(got.body.size()));
    QCOMPARE(head.header("content-type"), got.header("content-type"));
    QCOMPARE(m_client->head("/metrics").status, 200);
}

void TestRestRoutes::putOnAReservedPathIs405_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path :
         {"/", "/keys", "/keys/", "/keys/a", "/keys/a/b", "/wal", "/ping", "/metrics", "/-/",
          "/-/batch", "/-/info", "/-/healthy", "/-/nothing", "/%6Beys", "/keys%2Fa", "/%2D/info",
          "/-%2Finfo", "/%77al", "/keys/%2F"})
        QTest::newRow(path) << QByteArray(path);
}

void TestRestRoutes::putOnAReservedPathIs405()
{
    QFETCH(QByteArray, path);
    const HttpResponse response = m_client->put(path, "value");
    QCOMPARE(problemFault(response, 405), ""_ba);
    QVERIFY(response.has("allow"));
    QVERIFY(!response.headerHasToken("allow", "PUT"));
    QCOMPARE(m_client->get("/keys?count=true").json()["count"_L1].toInt(),
             m_client->get("/k").status == 200 ? 1 : 0);
}

void TestRestRoutes::otherMethodIs405_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("allowed");
    QTest::newRow("POST key") << "POST"_ba
                              << "/k"_ba
                              << "PUT"_ba;
    QTest::newRow("POST keys") << "POST"_ba
                               << "/keys"_ba
                               << "DELETE"_ba;
    QTest::newRow("PATCH keys") << "PATCH"_ba
                                << "/keys/a"_ba
                                << "DELETE"_ba;
    QTest::newRow("DELETE ping") << "DELETE"_ba
                                 << "/ping"_ba
                                 << "GET"_ba;
    QTest::newRow("POST wal") << "POST"_ba
                              << "/wal"_ba
                              << "GET"_ba;
    QTest::newRow("DELETE wal") << "DELETE"_ba
                                << "/wal"_ba
                                << "GET"_ba;
    QTest::newRow("DELETE metrics") << "DELETE"_ba
                                    << "/metrics"_ba
                                    << "GET"_ba;
    QTest::newRow("DELETE page") << "DELETE"_ba
                                 << "/"_ba
                                 << "GET"_ba;
    QTest::newRow("POST info") << "POST"_ba
                               << "/-/info"_ba
                               << "GET"_ba;
    QTest::newRow("PATCH openapi") << "PATCH"_ba
                                   << "/-/openapi.yaml"_ba
                                   << "GET"_ba;
}

void TestRestRoutes::otherMethodIs405()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, allowed);
    const HttpResponse response = m_client->request(method, path);
    QCOMPARE(problemFault(response, 405), ""_ba);
    QVERIFY2(response.headerHasToken("allow", allowed), response.header("allow").constData());
    QVERIFY2(!response.headerHasToken("allow", method), response.header("allow").constData());
}

void TestRestRoutes::optionsTellsTheMethods_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArrayList>("methods");
    QTest::newRow("key") << "/k"_ba << QByteArrayList{"GET"_ba,    "HEAD"_ba,  "PUT"_ba,
                                                      "DELETE"_ba, "PATCH"_ba, "OPTIONS"_ba};
    QTest::newRow("keys") << "/keys"_ba
                          << QByteArrayList{"GET"_ba, "HEAD"_ba, "DELETE"_ba, "OPTIONS"_ba};
    QTest::newRow("prefix") << "/keys/a"_ba
                            << QByteArrayList{"GET"_ba, "HEAD"_ba, "DELETE"_ba, "OPTIONS"_ba};
    QTest::newRow("ping") << "/ping"_ba << QByteArrayList{"GET"_ba, "HEAD"_ba, "OPTIONS"_ba};
    QTest::newRow("batch") << "/-/batch"_ba << QByteArrayList{"POST"_ba, "OPTIONS"_ba};
}

void TestRestRoutes::optionsTellsTheMethods()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArrayList, methods);
    const HttpResponse response = m_client->options(path);
    QVERIFY2(response.status == 200 || response.status == 204,
             QByteArray::number(response.status).constData());
    QCOMPARE(response.body, ""_ba);
    QByteArrayList allowed = response.header("allow").replace(' ', "").split(',');
    std::sort(allowed.begin(), allowed.end());
    std::sort(methods.begin(), methods.end());
    QCOMPARE(allowed, methods);
}

void TestRestRoutes::optionsOfTheWholeServer()
{
    const HttpResponse response = m_client->options("*");
    QVERIFY2(response.status == 200 || response.status == 204, response.body.constData());
    for (const char *method : {"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"})
        QVERIFY2(response.headerHasToken("allow", method), method);
}

void TestRestRoutes::walWithoutUpgradeIs426()
{
    const HttpResponse response = m_client->get("/wal");
    QCOMPARE(problemFault(response, 426), ""_ba);
    // RFC 9110 15.5.22: Upgrade tells what is needed, and 7.8 has it named in Connection.
    QVERIFY(response.headerHasToken("upgrade", "websocket"));
    QVERIFY(response.headerHasToken("connection", "upgrade"));
    QCOMPARE(m_client->get("/ping").body, "pong"_ba);
}

QTEST_GUILESS_MAIN(TestRestRoutes)
#include "tst_restroutes.moc"
