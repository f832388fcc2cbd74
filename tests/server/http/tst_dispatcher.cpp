// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/httpfixture.h"
#include "tests/server/http/responsecontent.h"

#include "shared/limits.h"

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
    void fixedContentIsSentOnce();
    void smallFilesOfThePageAreNotCompressed();
    void thePageMayOnlyLoadWhatIsOfItsOrigin();
    void corsIsAdded();
    void preflight();
    void answersCarryTheSeqTheyShow();
    void operationsAreCounted();
};

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
            QCOMPARE(fieldOf(second, "ETag"), tag);
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
