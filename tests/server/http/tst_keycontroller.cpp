// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/httpfixture.h"
#include "tests/server/http/responsecontent.h"

#include "shared/limits.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

/// Requests for one key, through QHttpServer's routing to the store and back.
class TestKeyController : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void putCreatesAndReplaces();
    void putTakesATtl();
    void putRefuses_data();
    void putRefuses();
    void putOverTheMemoryLimitIs507();
    void getGivesWhatWasPut();
    void getObeysConditions_data();
    void getObeysConditions();
    void getRefusesParameters();
    void headIsAGetForTheObserver();
    void deleteGivesBackAndRemoves();
    void patchChangesTheExpiry();
    void patchRefuses_data();
    void patchRefuses();
    void conditionsOnWrites();
    void minimalLeavesTheValueOut();
};

void TestKeyController::putCreatesAndReplaces()
{
    HttpFixture http;
    const Response created = http.answer("PUT", "/k", "Content-Type: text/plain\r\n", "1");
    QCOMPARE(created.status, 201);
    QCOMPARE(contentOf(created), QByteArray());
    QCOMPARE(fieldOf(created, "ETag"), QByteArray("\"1\""));
    QVERIFY(fieldOf(created, "Content-Type").isNull());
    const Response replaced = http.answer("PUT", "/k", {}, "2");
    QCOMPARE(replaced.status, 200);
    QCOMPARE(contentOf(replaced), QByteArray("1"));
    QCOMPARE(fieldOf(replaced, "Content-Type"), QByteArray("text/plain"));
    QCOMPARE(fieldOf(replaced, "ETag"), QByteArray("\"2\""));
    QCOMPARE(fieldOf(replaced, "Content-Security-Policy"), QByteArray("sandbox"));
    QCOMPARE(http.answer("PUT", "/k").status, 200); // an empty value is a value
    QCOMPARE(http.answer("GET", "/k").status, 200);
    QCOMPARE(contentOf(http.answer("GET", "/k")), QByteArray());
}

void TestKeyController::putTakesATtl()
{
    HttpFixture http;
    http.answer("PUT", "/k?ttl=60", {}, "v");
    QCOMPARE(http.store.get("k").entry->expiresAtMs(), http.clock.nowMs() + 60'000);
    http.clock.advance(60'000);
    QCOMPARE(http.answer("GET", "/k").status, 404);
    QCOMPARE(http.answer("PUT", "/k", {}, "v").status, 201);
    QCOMPARE(http.store.get("k").entry->expiresAtMs(), 0);
}

void TestKeyController::putRefuses_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("status");
    const auto row = [](const char *target, const char *fields, int status) {
        QTest::addRow("%s %s", target, fields)
            << QByteArray(target) << QByteArray(fields) << status;
    };
    row("/k?ttl=0", "", 400);
    row("/k?ttl=-1", "", 400);
    row("/k?ttl=x", "", 400);
    row("/k?ttl", "", 400);
    row("/k?ttl=5&ttl=5", "", 400);
    row("/k?tll=5", "", 400);
    row("/k?ttl=99999999999", "", 400);
    row("/k", "If-Match: 5\r\n", 400);
    row("/k", "Content-Encoding: gzip\r\n", 415);
    row("/k", "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n", 415);
    row("/k", "Content-Encoding: identity, br\r\n", 415);
    row("/k", "Content-Type: a/b\r\nContent-Type: text/html\r\n", 400);
    row("/k", "Content-Range: bytes 0-1/5\r\n", 400);
    row("/k", "If-Match: *\r\n", 412);
    QTest::newRow("long content type")
        << QByteArray("/k") << "Content-Type: " + QByteArray(kMaxTypeSize + 1, 't') + "\r\n"
        << 400;
}

void TestKeyController::putRefuses()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    HttpFixture http;
    const Response response = http.answer("PUT", target, fields, "v");
    QTEST(response.status, "status");
    QCOMPARE(fieldOf(response, "Content-Type"), QByteArray("application/problem+json"));
    QCOMPARE(http.log.lastSeq(), 0U);
}

void TestKeyController::putOverTheMemoryLimitIs507()
{
    HttpFixture http({}, Scope::All, 1000);
    QCOMPARE(http.answer("PUT", "/k", {}, "v").status, 201);
    QCOMPARE(http.answer("PUT", "/l", {}, QByteArray(2000, 'v')).status, 507);
    QCOMPARE(http.answer("GET", "/l").status, 404);
}

void TestKeyController::getGivesWhatWasPut()
{
    HttpFixture http;
    const QByteArray value("\0\xFF\r\n", 4);
    http.answer("PUT", "/a%2Fb", "Content-Type: text/html\r\n", value);
    const Response response = http.answer("GET", "/a/b");
    QCOMPARE(response.status, 200);
    QCOMPARE(contentOf(response), value);
    QCOMPARE(fieldOf(response, "Content-Type"), QByteArray("text/html"));
    QCOMPARE(fieldOf(response, "ETag"), QByteArray("\"1\""));
    QCOMPARE(fieldOf(response, "Content-Security-Policy"), QByteArray("sandbox"));
    http.answer("PUT", "/plain", {}, "v");
    QCOMPARE(fieldOf(http.answer("GET", "/plain"), "Content-Type"),
             QByteArray("application/octet-stream"));
}

void TestKeyController::getObeysConditions_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("present");
    QTest::addColumn<int>("missing");
    const auto row = [](const char *fields, int present, int missing) {
        QTest::newRow(fields) << QByteArray(fields) << present << missing;
    };
    row("If-None-Match: \"1\"\r\n", 304, 404);
    row("If-None-Match: W/\"1\"\r\n", 304, 404);
    row("If-None-Match: *\r\n", 304, 404);
    row("If-None-Match: \"2\"\r\n", 200, 404);
    row("If-Match: \"1\"\r\n", 200, 412);
    row("If-Match: \"2\"\r\n", 412, 412);
    row("If-Match: *\r\n", 200, 412);
    row("If-Match: \"1\"\r\nIf-None-Match: \"1\"\r\n", 304, 412);
    row("If-Match: \"2\"\r\nIf-None-Match: \"1\"\r\n", 412, 412);
    row("If-None-Match: 1\r\n", 400, 400);
}

void TestKeyController::getObeysConditions()
{
    QFETCH(QByteArray, fields);
    HttpFixture http;
    http.answer("PUT", "/k", {}, "v");
    const Response response = http.answer("GET", "/k", fields);
    QTEST(response.status, "present");
    if (response.status == 304) {
        QCOMPARE(contentOf(response), QByteArray());
        QCOMPARE(fieldOf(response, "ETag"), QByteArray("\"1\""));
    }
    QTEST(http.answer("GET", "/missing", fields).status, "missing");
}

void TestKeyController::getRefusesParameters()
{
    HttpFixture http;
    http.answer("PUT", "/k", {}, "v");
    QCOMPARE(http.answer("GET", "/k?a=b").status, 400);
    QCOMPARE(http.answer("GET", "/k?").status, 200);
    QCOMPARE(http.answer("DELETE", "/k?a=b").status, 400);
    QCOMPARE(http.store.keyCount(), 1U);
}

void TestKeyController::headIsAGetForTheObserver()
{
    HttpFixture http;
    http.answer("PUT", "/k", {}, "value");
    const Response response = http.answer("HEAD", "/k");
    QCOMPARE(response.content().size(), 5); // appendResponse() leaves it out
    QCOMPARE(http.observer.operations.last().first, OperationKind::Get);
}

void TestKeyController::deleteGivesBackAndRemoves()
{
    HttpFixture http;
    http.answer("PUT", "/k", "Content-Type: text/plain\r\n", "v");
    const Response response = http.answer("DELETE", "/k");
    QCOMPARE(response.status, 200);
    QCOMPARE(contentOf(response), QByteArray("v"));
    QCOMPARE(fieldOf(response, "Content-Type"), QByteArray("text/plain"));
    QCOMPARE(http.answer("GET", "/k").status, 404);
    QCOMPARE(http.answer("DELETE", "/k").status, 404);
}

void TestKeyController::patchChangesTheExpiry()
{
    HttpFixture http;
    http.answer("PUT", "/k", {}, "v");
    const Response response = http.answer("PATCH", "/k?ttl=60");
    QCOMPARE(response.status, 204);
    QCOMPARE(fieldOf(response, "ETag"), QByteArray("\"1\"")); // the value is the same
    QCOMPARE(http.store.get("k").entry->expiresAtMs(), http.clock.nowMs() + 60'000);
    QCOMPARE(http.answer("PATCH", "/k?ttl=0").status, 204);
    http.clock.advance(120'000);
    QCOMPARE(contentOf(http.answer("GET", "/k")), QByteArray("v"));
}

void TestKeyController::patchRefuses_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    const auto row = [](const char *target, const char *fields, const char *body, int status) {
        QTest::addRow("%s %s%s", target, fields, body)
            << QByteArray(target) << QByteArray(fields) << QByteArray(body) << status;
    };
    row("/k", "", "", 400);
    row("/k?ttl=-1", "", "", 400);
    row("/k?ttl=", "", "", 400);
    row("/k?ttl=5&a=1", "", "", 400);
    row("/k?ttl=5", "", "body", 415);
    row("/k?ttl=5", "If-Match: \"9\"\r\n", "", 412);
    row("/missing?ttl=5", "If-Match: *\r\n", "", 412);
}

void TestKeyController::patchRefuses()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, body);
    HttpFixture http;
    http.answer("PUT", "/k", {}, "v");
    QTEST(http.answer("PATCH", target, fields, body).status, "status");
    QCOMPARE(http.log.lastSeq(), 1U);
}

void TestKeyController::conditionsOnWrites()
{
    HttpFixture http;
    QCOMPARE(http.answer("PUT", "/k", "If-None-Match: *\r\n", "1").status, 201);
    QCOMPARE(http.answer("PUT", "/k", "If-None-Match: *\r\n", "2").status, 412);
    QCOMPARE(http.answer("PUT", "/k", "If-Match: \"1\"\r\n", "2").status, 200);
    QCOMPARE(http.answer("PUT", "/k", "If-Match: \"1\"\r\n", "3").status, 412);
    // A weak tag never matches in If-Match (RFC 9110 13.1.1).
    QCOMPARE(http.answer("PUT", "/k", "If-Match: W/\"2\"\r\n", "3").status, 412);
    QCOMPARE(http.answer("DELETE", "/k", "If-Match: \"1\"\r\n").status, 412);
    QCOMPARE(http.answer("DELETE", "/k", "If-Match: \"2\"\r\n").status, 200);
    QCOMPARE(http.answer("DELETE", "/k", "If-Match: *\r\n").status, 412);
}

void TestKeyController::minimalLeavesTheValueOut()
{
    HttpFixture http;
    const QByteArray prefer = "Prefer: return=minimal\r\n";
    http.answer("PUT", "/k", {}, "1");
    const Response replaced = http.answer("PUT", "/k", prefer, "2");
    QCOMPARE(replaced.status, 200);
    QCOMPARE(contentOf(replaced), QByteArray());
    QCOMPARE(fieldOf(replaced, "Preference-Applied"), QByteArray("return=minimal"));
    const Response removed = http.answer("DELETE", "/k", prefer);
    QCOMPARE(removed.status, 200);
    QCOMPARE(contentOf(removed), QByteArray());
    http.answer("PUT", "/k", {}, "1");
    QCOMPARE(contentOf(http.answer("DELETE", "/keys", prefer)), QByteArray());
    QCOMPARE(http.store.keyCount(), 0U);
}

QTEST_GUILESS_MAIN(TestKeyController)
#include "tst_keycontroller.moc"
