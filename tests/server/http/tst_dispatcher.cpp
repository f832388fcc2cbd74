// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/httpfixture.h"

#include "shared/limits.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

/// Requests through QHttpServer's routing to the controllers and back.
class TestDispatcher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyRouteAnswers_data();
    void everyRouteAnswers();
    void otherMethodsAreNotAllowed_data();
    void otherMethodsAreNotAllowed();
    void optionsTellsTheMethods();
    void scopes_data();
    void scopes();
    void unusablePathIs400();

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

    void listGivesKeys();
    void listPagesAreLinked();
    void listLinkIsEncoded();
    void listGivesValues();
    void listCounts();
    void listRefuses_data();
    void listRefuses();
    void listBehindThePrefixIsEmpty();
    void listIsCompressedOnRequest();
    void deleteKeysRemoves();
    void deleteKeysRefusesConditions();

    void batchAppliesAll();
    void batchFailsAsAWhole();
    void batchRefuses_data();
    void batchRefuses();

    void fixedContentIsSentOnce();
    void smallFilesOfThePageAreNotCompressed();
    void thePageMayOnlyLoadWhatIsOfItsOrigin();
    void corsIsAdded();
    void preflight();
    void answersCarryTheSeqTheyShow();
    void operationsAreCounted();
};

namespace {

QByteArray contentOf(const Response &response)
{
    return response.content().toByteArray();
}

} // namespace

void TestDispatcher::everyRouteAnswers_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("route");
    const auto row = [](const char *method, const char *target, int status, Route route) {
        QTest::addRow("%s %s", method, target)
            << QByteArray(method) << QByteArray(target) << status << int(route);
    };
    for (const char *method : {"GET", "HEAD"}) {
        row(method, "/", 200, Route::Page);
        row(method, "/ping", 200, Route::Ping);
        row(method, "/metrics", 200, Route::Metrics);
        row(method, "/-/healthy", 200, Route::Healthy);
        row(method, "/-/ready", 200, Route::Ready);
        row(method, "/-/info", 200, Route::Info);
        row(method, "/-/openapi.yaml", 200, Route::OpenApi);
        row(method, "/-/page/a.js", 200, Route::PageFile);
        row(method, "/-/page/b.js", 404, Route::PageFile);
        row(method, "/-/nothing", 404, Route::Unknown);
        row(method, "/wal", 426, Route::Wal);
        row(method, "/keys", 200, Route::Keys);
        row(method, "/keys/p", 200, Route::KeysPrefix);
        row(method, "/k", 200, Route::Key);
        row(method, "/missing", 404, Route::Key);
    }
    row("PUT", "/new", 201, Route::Key);
    row("PUT", "/k", 200, Route::Key);
    row("DELETE", "/k", 200, Route::Key);
    row("DELETE", "/missing", 404, Route::Key);
    row("PATCH", "/k?ttl=5", 204, Route::Key);
    row("PATCH", "/missing?ttl=5", 404, Route::Key);
    row("DELETE", "/keys", 200, Route::Keys);
    row("DELETE", "/keys/p", 200, Route::KeysPrefix);
    row("POST", "/-/batch", 415, Route::Batch);
    row("OPTIONS", "/k", 204, Route::Key);
    row("OPTIONS", "*", 204, Route::Server);
}

void TestDispatcher::everyRouteAnswers()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    HttpFixture http;
    http.answer("PUT", "/k", {}, "v");
    for (int i = 0; i < 2; ++i) { // the facade serves more than one request
        const Response response = http.answer(method, target);
        if (i == 0)
            QTEST(response.status, "status");
        QTEST(int(response.route), "route");
        // An error text must not be taken for a value.
        if (response.status == 404 && response.route == Route::Key)
            QCOMPARE(contentOf(response), QByteArray());
    }
}

void TestDispatcher::otherMethodsAreNotAllowed_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    for (const char *target : {"/", "/ping", "/metrics", "/wal", "/keys", "/keys/p", "/-/batch",
                               "/-/info", "/-/nothing", "/k"}) {
        for (const char *method : {"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"}) {
            const auto match = matchRoute(target);
            const Method known = requestFor(method, target).method;
            if (!allowsMethod(match->route, known))
                QTest::addRow("%s %s", method, target) << QByteArray(method) << QByteArray(target);
        }
    }
}

void TestDispatcher::otherMethodsAreNotAllowed()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    HttpFixture http;
    const Response response = http.answer(method, target, {}, method == "PUT" ? "v" : "");
    QCOMPARE(response.status, 405);
    const QByteArray allow = fieldOf(response, "Allow");
    QCOMPARE(allow, allowField(matchRoute(target)->route));
    QVERIFY(fieldOf(response, "Content-Type") == "application/problem+json");
    QCOMPARE(http.log.lastSeq(), 0U);
}

void TestDispatcher::optionsTellsTheMethods()
{
    HttpFixture http;
    for (const char *target : {"/k", "/keys", "/-/batch", "/wal", "/"}) {
        const Response response = http.answer("OPTIONS", target);
        QCOMPARE(response.status, 204);
        QCOMPARE(fieldOf(response, "Allow"), allowField(matchRoute(target)->route));
        QVERIFY(fieldOf(response, "Access-Control-Allow-Methods").isNull());
    }
}

void TestDispatcher::scopes_data()
{
    QTest::addColumn<int>("scope");
    QTest::addColumn<int>("metrics");
    QTest::addColumn<int>("healthy");
    QTest::addColumn<int>("key");
    QTest::newRow("all") << int(Scope::All) << 200 << 200 << 201;
    QTest::newRow("all but metrics") << int(Scope::AllButMetrics) << 404 << 200 << 201;
    QTest::newRow("metrics only") << int(Scope::MetricsOnly) << 200 << 200 << 404;
}

void TestDispatcher::scopes()
{
    QFETCH(int, scope);
    QFETCH(int, key);
    HttpFixture http({}, Scope(scope));
    QTEST(http.answer("GET", "/metrics").status, "metrics");
    QTEST(http.answer("GET", "/-/healthy").status, "healthy");
    QTEST(http.answer("PUT", "/k", {}, "v").status, "key");
    QCOMPARE(http.log.lastSeq(), key == 201 ? 1U : 0U);
}

void TestDispatcher::unusablePathIs400()
{
    HttpFixture http;
    for (const QByteArray &target : {QByteArray("/%FF"), '/' + QByteArray(kMaxKeySize + 1, 'k')}) {
        for (const char *method : {"GET", "PUT", "OPTIONS"}) {
            const Response response = http.answer(method, target);
            QCOMPARE(response.status, 400);
            QCOMPARE(fieldOf(response, "Content-Type"), QByteArray("application/problem+json"));
        }
    }
}

void TestDispatcher::putCreatesAndReplaces()
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

void TestDispatcher::putTakesATtl()
{
    HttpFixture http;
    http.answer("PUT", "/k?ttl=60", {}, "v");
    QCOMPARE(http.store.get("k").entry->expiresAtMs(), http.clock.nowMs() + 60'000);
    http.clock.advance(60'000);
    QCOMPARE(http.answer("GET", "/k").status, 404);
    QCOMPARE(http.answer("PUT", "/k", {}, "v").status, 201);
    QCOMPARE(http.store.get("k").entry->expiresAtMs(), 0);
}

void TestDispatcher::putRefuses_data()
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
    row("/k", "Content-Range: bytes 0-1/5\r\n", 400);
    row("/k", "If-Match: *\r\n", 412);
    QTest::newRow("long content type")
        << QByteArray("/k") << "Content-Type: " + QByteArray(kMaxTypeSize + 1, 't') + "\r\n"
        << 400;
}

void TestDispatcher::putRefuses()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    HttpFixture http;
    const Response response = http.answer("PUT", target, fields, "v");
    QTEST(response.status, "status");
    QCOMPARE(fieldOf(response, "Content-Type"), QByteArray("application/problem+json"));
    QCOMPARE(http.log.lastSeq(), 0U);
}

void TestDispatcher::putOverTheMemoryLimitIs507()
{
    HttpFixture http({}, Scope::All, 1000);
    QCOMPARE(http.answer("PUT", "/k", {}, "v").status, 201);
    QCOMPARE(http.answer("PUT", "/l", {}, QByteArray(2000, 'v')).status, 507);
    QCOMPARE(http.answer("GET", "/l").status, 404);
}

void TestDispatcher::getGivesWhatWasPut()
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

void TestDispatcher::getObeysConditions_data()
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

void TestDispatcher::getObeysConditions()
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

void TestDispatcher::getRefusesParameters()
{
    HttpFixture http;
    http.answer("PUT", "/k", {}, "v");
    QCOMPARE(http.answer("GET", "/k?a=b").status, 400);
    QCOMPARE(http.answer("GET", "/k?").status, 200);
    QCOMPARE(http.answer("DELETE", "/k?a=b").status, 400);
    QCOMPARE(http.store.keyCount(), 1U);
}

void TestDispatcher::headIsAGetForTheObserver()
{
    HttpFixture http;
    http.answer("PUT", "/k", {}, "value");
    const Response response = http.answer("HEAD", "/k");
    QCOMPARE(response.content().size(), 5); // appendResponse() leaves it out
    QCOMPARE(http.observer.operations.last().first, OperationKind::Get);
}

void TestDispatcher::deleteGivesBackAndRemoves()
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

void TestDispatcher::patchChangesTheExpiry()
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

void TestDispatcher::patchRefuses_data()
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

void TestDispatcher::patchRefuses()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, body);
    HttpFixture http;
    http.answer("PUT", "/k", {}, "v");
    QTEST(http.answer("PATCH", target, fields, body).status, "status");
    QCOMPARE(http.log.lastSeq(), 1U);
}

void TestDispatcher::conditionsOnWrites()
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

void TestDispatcher::minimalLeavesTheValueOut()
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

void TestDispatcher::listGivesKeys()
{
    HttpFixture http;
    QCOMPARE(contentOf(http.answer("GET", "/keys")), QByteArray("[]"));
    for (const char *key : {"/b", "/a%2F%22", "/%C3%BC", "/a"})
        http.answer("PUT", key, {}, "v");
    const Response response = http.answer("GET", "/keys");
    QCOMPARE(contentOf(response), QByteArray("[\"a\",\"a/\\\"\",\"b\",\"\xC3\xBC\"]"));
    QCOMPARE(fieldOf(response, "Content-Type"), QByteArray("application/json"));
    QVERIFY(fieldOf(response, "Link").isNull());
    QCOMPARE(contentOf(http.answer("GET", "/keys/a/")), QByteArray("[\"a/\\\"\"]"));
    QCOMPARE(contentOf(http.answer("GET", "/keys/zz")), QByteArray("[]"));
}

void TestDispatcher::listPagesAreLinked()
{
    HttpFixture http;
    for (int i = 0; i < 25; ++i)
        http.answer("PUT", "/p/" + QByteArray::number(i + 10), {}, "v");
    QByteArray target = "/keys/p/?limit=10&values=false";
    QStringList keys;
    int pages = 0;
    while (!target.isEmpty()) {
        const Response page = http.answer("GET", target);
        QCOMPARE(page.status, 200);
        for (const auto &key : QJsonDocument::fromJson(contentOf(page)).array())
            keys.append(key.toString());
        ++pages;
        QByteArray link = fieldOf(page, "Link");
        QVERIFY(link.isNull() || (link.startsWith('<') && link.endsWith(">; rel=\"next\"")));
        target = link.isNull() ? QByteArray() : link.sliced(1, link.indexOf('>') - 1);
    }
    QCOMPARE(pages, 3);
    QCOMPARE(keys.size(), 25);
    QCOMPARE(keys.first(), QStringLiteral("p/10"));
    QCOMPARE(keys.last(), QStringLiteral("p/34"));
}

void TestDispatcher::listLinkIsEncoded()
{
    HttpFixture http;
    for (const char *key : {"/a%20%26%3E+%C3%BC1", "/a%20%26%3E+%C3%BC2"})
        http.answer("PUT", key, {}, "v");
    const QByteArray link = fieldOf(http.answer("GET", "/keys/a%20%26%3E+%C3%BC?limit=1"), "Link");
    const QByteArray target = link.sliced(1, link.indexOf('>') - 1);
    QCOMPARE(contentOf(http.answer("GET", target)), QByteArray("[\"a &>+\xC3\xBC"
                                                               "2\"]"));
}

void TestDispatcher::listGivesValues()
{
    HttpFixture http;
    http.answer("PUT", "/a?ttl=60", "Content-Type: text/plain\r\n", "v\"");
    http.answer("PUT", "/b", {}, "\xFF");
    http.clock.advance(500);
    QCOMPARE(
        contentOf(http.answer("GET", "/keys?values=true")),
        QByteArray("[{\"key\":\"a\",\"value\":\"v\\\"\",\"revision\":1,\"type\":\"text/plain\","
                   "\"ttl\":60},"
                   "{\"key\":\"b\",\"value_base64\":\"/w==\",\"revision\":2,"
                   "\"type\":\"application/octet-stream\"}]"));
}

void TestDispatcher::listCounts()
{
    HttpFixture http;
    for (const char *key : {"/a1", "/a2", "/b"})
        http.answer("PUT", key, {}, "v");
    QCOMPARE(contentOf(http.answer("GET", "/keys?count=true")), QByteArray("{\"count\":3}"));
    QCOMPARE(contentOf(http.answer("GET", "/keys/a?count=true")), QByteArray("{\"count\":2}"));
    QCOMPARE(contentOf(http.answer("GET", "/keys?count=false&limit=1")), QByteArray("[\"a1\"]"));
}

void TestDispatcher::listRefuses_data()
{
    QTest::addColumn<QByteArray>("query");
    for (const char *query :
         {"limit=0", "limit=-1", "limit=x", "limit=1000001", "limit=", "values=1", "values",
          "count=yes", "count=true&limit=5", "count=true&after=a", "count=true&values=true",
          "prefix=a", "limit=1&limit=2", "after=%FF"})
        QTest::newRow(query) << QByteArray(query);
}

void TestDispatcher::listRefuses()
{
    QFETCH(QByteArray, query);
    HttpFixture http;
    QCOMPARE(http.answer("GET", "/keys?" + query).status, 400);
    QCOMPARE(http.answer("GET", "/keys/a?" + query).status, 400);
}

void TestDispatcher::listBehindThePrefixIsEmpty()
{
    HttpFixture http;
    for (const char *key : {"/a1", "/b5", "/c1"})
        http.answer("PUT", key, {}, "v");
    QCOMPARE(contentOf(http.answer("GET", "/keys/a?after=b9&limit=10")), QByteArray("[]"));
    QCOMPARE(contentOf(http.answer("GET", "/keys/a?after=b9")), QByteArray("[]"));
}

void TestDispatcher::listIsCompressedOnRequest()
{
    HttpFixture http;
    for (int i = 0; i < 300; ++i)
        http.answer("PUT", "/key" + QByteArray::number(i), {}, QByteArray(50, 'v'));
    const Response plain = http.answer("GET", "/keys");
    const Response coded = http.answer("GET", "/keys", "Accept-Encoding: gzip\r\n");
    QVERIFY(fieldOf(plain, "Content-Encoding").isNull());
    QCOMPARE(fieldOf(coded, "Content-Encoding"), QByteArray("gzip"));
    QVERIFY(coded.content().size() < plain.content().size());
    http.answer("PUT", "/large", {}, QByteArray(5000, 'v'));
    QCOMPARE(http.answer("GET", "/large", "Accept-Encoding: gzip\r\n").content().size(), 5000);
}

void TestDispatcher::deleteKeysRemoves()
{
    HttpFixture http;
    for (const char *key : {"/a2", "/a1", "/b"})
        http.answer("PUT", key, {}, "v");
    QCOMPARE(contentOf(http.answer("DELETE", "/keys/a")), QByteArray("[\"a1\",\"a2\"]"));
    QCOMPARE(contentOf(http.answer("DELETE", "/keys/a")), QByteArray("[]"));
    QCOMPARE(contentOf(http.answer("DELETE", "/keys")), QByteArray("[\"b\"]"));
    QCOMPARE(http.log.lastSeq(), 5U);
}

void TestDispatcher::deleteKeysRefusesConditions()
{
    HttpFixture http;
    http.answer("PUT", "/a", {}, "v");
    QCOMPARE(http.answer("DELETE", "/keys", "If-Match: \"1\"\r\n").status, 400);
    QCOMPARE(http.answer("DELETE", "/keys", "If-None-Match:\r\n").status, 400);
    QCOMPARE(http.answer("DELETE", "/keys?prefix=a").status, 400);
    QCOMPARE(http.store.keyCount(), 1U);
}

void TestDispatcher::batchAppliesAll()
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

void TestDispatcher::batchFailsAsAWhole()
{
    HttpFixture http;
    const Response response = http.answer(
        "POST", "/-/batch", "Content-Type: application/json\r\n",
        R"({"operations":[{"op":"put","key":"a","value":"1"},{"op":"delete","key":"b","if_match":3}]})");
    QCOMPARE(response.status, 412);
    QCOMPARE(QJsonDocument::fromJson(contentOf(response)).object()[u"index"].toInt(-1), 1);
    QCOMPARE(http.log.lastSeq(), 0U);
}

void TestDispatcher::batchRefuses_data()
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
    QTest::newRow("parameter") << json << QByteArray("/-/batch?a=1") << good << 400;
    QTest::newRow("no body") << json << QByteArray("/-/batch") << QByteArray() << 400;
    QTest::newRow("no JSON") << json << QByteArray("/-/batch") << QByteArray("x") << 400;
    QTest::newRow("good") << json << QByteArray("/-/batch") << good << 200;
    QTest::newRow("good, other case") << QByteArray("Content-Type: Application/JSON\r\n")
                                      << QByteArray("/-/batch") << good << 200;
}

void TestDispatcher::batchRefuses()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    HttpFixture http;
    QTEST(http.answer("POST", target, fields, body).status, "status");
}

void TestDispatcher::fixedContentIsSentOnce()
{
    HttpFixture http;
    for (const char *target : {"/", "/-/openapi.yaml", "/-/page/a.js"}) {
        for (const char *coding : {"", "Accept-Encoding: gzip\r\n"}) {
            const Response first = http.answer("GET", target, coding);
            const QByteArray tag = fieldOf(first, "ETag");
            QVERIFY(tag.startsWith('"') && tag.endsWith('"') && tag.size() > 2);
            const Response second
                = http.answer("GET", target, coding + ("If-None-Match: " + tag) + "\r\n");
            QCOMPARE(second.status, 304);
            QCOMPARE(contentOf(second), QByteArray());
            // What the 200 would have said of caching (RFC 9110 15.4.5).
            QVERIFY(!fieldOf(second, "ETag").isNull());
            QCOMPARE(fieldOf(second, "Vary"), fieldOf(first, "Vary"));
            QCOMPARE(http.answer("GET", target, "If-None-Match: \"other\"\r\n").status, 200);
        }
        QVERIFY(fieldOf(http.answer("GET", target), "ETag")
                != fieldOf(http.answer("GET", target, "Accept-Encoding: gzip\r\n"), "ETag"));
    }
}

void TestDispatcher::smallFilesOfThePageAreNotCompressed()
{
    HttpFixture http;
    const QByteArray gzip = "Accept-Encoding: gzip\r\n";
    const Response first = http.answer("GET", "/-/page/a.svg", gzip);
    QCOMPARE(contentOf(first), QByteArray("<svg/>"));
    QCOMPARE(fieldOf(first, "Content-Type"), QByteArray("image/svg+xml"));
    QVERIFY(fieldOf(first, "Vary").isNull());
    const Response second = http.answer("GET", "/-/page/a.svg",
                                        gzip + "If-None-Match: " + fieldOf(first, "ETag") + "\r\n");
    QCOMPARE(second.status, 304);
    QVERIFY(fieldOf(second, "Vary").isNull());
}

void TestDispatcher::thePageMayOnlyLoadWhatIsOfItsOrigin()
{
    HttpFixture http;
    const QByteArray policy = fieldOf(http.answer("GET", "/"), "Content-Security-Policy");
    QVERIFY(policy.startsWith("default-src 'self'"));
    QVERIFY(!policy.contains("unsafe"));
}

void TestDispatcher::corsIsAdded()
{
    HttpFixture http({"https://app.example"});
    const QByteArray origin = "Origin: https://app.example\r\n";
    for (const char *target : {"/ping", "/missing", "/%FF", "/-/nothing"}) {
        QCOMPARE(fieldOf(http.answer("GET", target, origin), "Access-Control-Allow-Origin"),
                 QByteArray("https://app.example"));
    }
    QVERIFY(fieldsOf(http.answer("GET", "/ping"), "Vary").contains("Origin"));
}

void TestDispatcher::preflight()
{
    HttpFixture http({"https://app.example"});
    const Response response = http.answer("OPTIONS", "/k",
                                          "Origin: https://app.example\r\n"
                                          "Access-Control-Request-Method: PUT\r\n");
    QCOMPARE(response.status, 204);
    QVERIFY(fieldOf(response, "Access-Control-Allow-Methods").contains("PUT"));
    QCOMPARE(fieldOf(response, "Access-Control-Allow-Origin"), QByteArray("https://app.example"));
}

void TestDispatcher::answersCarryTheSeqTheyShow()
{
    HttpFixture http;
    const QByteArray json = "Content-Type: application/json\r\n";
    QCOMPARE(http.answer("PUT", "/a", {}, "v").seq, 1U);
    QVERIFY(http.answer("GET", "/a").seq >= 1);
    QVERIFY(http.answer("GET", "/a", "If-None-Match: *\r\n").seq >= 1);
    QVERIFY(http.answer("PUT", "/a", "If-Match: \"9\"\r\n", "v").seq >= 1);
    QVERIFY(http.answer("GET", "/a", "If-Match: \"9\"\r\n").seq >= 1);
    QCOMPARE(http.answer("PATCH", "/a?ttl=5").seq, 2U);
    QVERIFY(http.answer("GET", "/keys?values=true").seq >= 2);
    QVERIFY(http.answer("GET", "/keys?count=true").seq >= 2);
    QVERIFY(http.answer("POST", "/-/batch", json,
                        R"({"operations":[{"op":"delete","key":"a","if_match":9}]})")
                .seq
            >= 2);
    QCOMPARE(http.answer("DELETE", "/a").seq, 3U);
    QVERIFY(http.answer("GET", "/a").seq >= 3);
    QVERIFY(http.answer("DELETE", "/a").seq >= 3);
    QVERIFY(http.answer("PATCH", "/a?ttl=5").seq >= 3);
    http.answer("PUT", "/b", {}, "v");
    QCOMPARE(http.answer("DELETE", "/keys").seq, 5U);
    QVERIFY(http.answer("DELETE", "/keys").seq >= 5);
}

void TestDispatcher::operationsAreCounted()
{
    HttpFixture http;
    using Kind = OperationKind;
    using Result = OperationResult;
    const auto last = [&] { return http.observer.operations.last(); };
    const auto expect = [](Kind kind, Result result) { return std::pair(kind, result); };
    http.answer("PUT", "/a", {}, "v");
    QCOMPARE(last(), expect(Kind::Put, Result::Ok));
    http.answer("PUT", "/a", "If-None-Match: *\r\n", "v");
    QCOMPARE(last(), expect(Kind::Put, Result::PreconditionFailed));
    http.answer("PUT", "/a?ttl=x", {}, "v");
    QCOMPARE(last(), expect(Kind::Put, Result::Error));
    http.answer("GET", "/a");
    QCOMPARE(last(), expect(Kind::Get, Result::Ok));
    http.answer("GET", "/a", "If-None-Match: *\r\n");
    QCOMPARE(last(), expect(Kind::Get, Result::Ok));
    http.answer("GET", "/b");
    QCOMPARE(last(), expect(Kind::Get, Result::NotFound));
    http.answer("PATCH", "/a?ttl=5");
    QCOMPARE(last(), expect(Kind::Patch, Result::Ok));
    http.answer("PATCH", "/b?ttl=5");
    QCOMPARE(last(), expect(Kind::Patch, Result::NotFound));
    http.answer("DELETE", "/a");
    QCOMPARE(last(), expect(Kind::Delete, Result::Ok));
    http.answer("GET", "/keys");
    QCOMPARE(last(), expect(Kind::List, Result::Ok));
    http.answer("GET", "/keys?count=true");
    QCOMPARE(last(), expect(Kind::Count, Result::Ok));
    http.answer("DELETE", "/keys");
    QCOMPARE(last(), expect(Kind::DeleteAll, Result::Ok));
    http.answer("DELETE", "/keys/a");
    QCOMPARE(last(), expect(Kind::DeletePrefix, Result::Ok));
    http.answer("POST", "/-/batch", "Content-Type: application/json\r\n", R"({"operations":[]})");
    QCOMPARE(last(), expect(Kind::Batch, Result::Ok));
    const qsizetype count = http.observer.operations.size();
    http.answer("GET", "/ping");
    http.answer("POST", "/a");
    QCOMPARE(http.observer.operations.size(), count);
}

QTEST_GUILESS_MAIN(TestDispatcher)
#include "tst_dispatcher.moc"
