// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/cors.h"

#include "tests/server/http/httpfixture.h"

#include <QtTest>

using namespace memorykv;
using memorykv::test::fieldOf;
using memorykv::test::requestFor;

class TestCors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void offAddsNothing();
    void listedOriginMayRead_data();
    void listedOriginMayRead();
    void anyOriginMayRead();
    void isPreflight_data();
    void isPreflight();
    void preflightGivesThePermission();
    void preflightOfAStrangerGivesNone();
};

namespace {

const QList<QByteArray> kOrigins{"https://app.example", "http://localhost:3000"};

Request from(const QByteArray &origin)
{
    return requestFor("GET", "/k", origin.isNull() ? QByteArray() : "Origin: " + origin + "\r\n");
}

} // namespace

void TestCors::offAddsNothing()
{
    const Cors cors({});
    QVERIFY(!cors.isEnabled());
    Response response;
    cors.addTo(from("https://app.example"), response);
    cors.addPreflight(from("https://app.example"), Route::Key, response);
    QCOMPARE(response.fields, QByteArray());
}

void TestCors::listedOriginMayRead_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("listed") << QByteArray("https://app.example") << true;
    QTest::newRow("listed, with a port") << QByteArray("http://localhost:3000") << true;
    QTest::newRow("other scheme") << QByteArray("http://app.example") << false;
    QTest::newRow("other port") << QByteArray("https://app.example:8443") << false;
    QTest::newRow("longer name") << QByteArray("https://app.example.evil") << false;
    QTest::newRow("shorter name") << QByteArray("https://app.exampl") << false;
    QTest::newRow("null") << QByteArray("null") << false;
    QTest::newRow("star") << QByteArray("*") << false;
    QTest::newRow("empty") << QByteArray("") << false;
    QTest::newRow("none") << QByteArray() << false;
}

void TestCors::listedOriginMayRead()
{
    QFETCH(QByteArray, origin);
    QFETCH(bool, allowed);
    const Cors cors(kOrigins);
    QVERIFY(cors.isEnabled());
    Response response;
    cors.addTo(from(origin), response);
    QCOMPARE(fieldOf(response, "Access-Control-Allow-Origin"), allowed ? origin : QByteArray());
    QCOMPARE(fieldOf(response, "Access-Control-Expose-Headers").isNull(), !allowed);
    if (allowed) {
        for (const char *name : {"ETag", "Link", "Retry-After"})
            QVERIFY(fieldOf(response, "Access-Control-Expose-Headers").contains(name));
    }
    // A cache must not give one origin's answer to another.
    QCOMPARE(fieldOf(response, "Vary"), QByteArray("Origin"));
}

void TestCors::anyOriginMayRead()
{
    const Cors cors({"*"});
    Response response;
    cors.addTo(from("https://whoever.example"), response);
    QCOMPARE(fieldOf(response, "Access-Control-Allow-Origin"), QByteArray("*"));
    QVERIFY(fieldOf(response, "Vary").isNull());
    Response none;
    cors.addTo(from(QByteArray()), none);
    QVERIFY(fieldOf(none, "Access-Control-Allow-Origin").isNull());
}

void TestCors::isPreflight_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<bool>("preflight");
    const QByteArray origin = "Origin: https://app.example\r\n";
    const QByteArray wanted = "Access-Control-Request-Method: PUT\r\n";
    QTest::newRow("whole") << QByteArray("OPTIONS") << origin + wanted << true;
    QTest::newRow("no origin") << QByteArray("OPTIONS") << wanted << false;
    QTest::newRow("no method") << QByteArray("OPTIONS") << origin << false;
    QTest::newRow("not OPTIONS") << QByteArray("GET") << origin + wanted << false;
}

void TestCors::isPreflight()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, fields);
    QTEST(Cors::isPreflight(requestFor(method, "/k", fields)), "preflight");
}

void TestCors::preflightGivesThePermission()
{
    const Cors cors(kOrigins);
    Response response;
    cors.addPreflight(from("https://app.example"), Route::Key, response);
    QCOMPARE(fieldOf(response, "Access-Control-Allow-Methods"), allowField(Route::Key));
    const QByteArray fields = fieldOf(response, "Access-Control-Allow-Headers");
    for (const char *name : {"Content-Type", "If-Match", "If-None-Match", "Prefer"})
        QVERIFY2(fields.contains(name), name);
    QVERIFY(fieldOf(response, "Access-Control-Max-Age").toInt() > 0);
}

void TestCors::preflightOfAStrangerGivesNone()
{
    const Cors cors(kOrigins);
    Response response;
    cors.addPreflight(from("https://evil.example"), Route::Key, response);
    QCOMPARE(response.fields, QByteArray());
}

QTEST_GUILESS_MAIN(TestCors)
#include "tst_cors.moc"
