// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/serverprocess.h"
#include "tests/support/tokens.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// Tokens on requests: who gets in, with which role how far, and what a prefix leaves of it.
class TestTokens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void openToEveryone_data();
    void openToEveryone();
    void roleByMethod_data();
    void roleByMethod();
    void badCredentials_data();
    void badCredentials();
    void tokenIsJudgedBeforeTheRequest();
    void infoSaysWhoIsAsking();
    void prefixConfinesKeys_data();
    void prefixConfinesKeys();
    void prefixNarrowsListings();
    void prefixConfinesBatches();
    void prefixConfinesRemovals();
    void prefixSeesNothingOfTheWhole();
    void bodyWithoutATokenIsNotAwaited_data();
    void bodyWithoutATokenIsNotAwaited();
    void preflightNeedsNoToken();
    void metricsPortNeedsATokenToo();
    void nothingSecretIsLogged();

private:
    HttpResponse ask(const QByteArray &method, const QByteArray &target, const QByteArray &token,
                     const QByteArray &body = {});
    void seed(const QByteArrayList &keys);

    TokenFile m_file{Tokens{{"read", "t-read"},
                            {"write", "t-write"},
                            {"admin", "t-admin"},
                            {"read", "t-read-a", "a/"},
                            {"write", "t-write-a", "a/"},
                            {"admin", "t-admin-a", "a/"}}};
    ServerProcess m_server{{u"--token-file"_s, m_file.path(), u"--cors-origin"_s,
                            u"https://app.example"_s, u"--log-level"_s, u"debug"_s}};
    std::unique_ptr<HttpClient> m_client;
};

void TestTokens::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestTokens::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

HttpResponse TestTokens::ask(const QByteArray &method, const QByteArray &target,
                             const QByteArray &token, const QByteArray &body)
{
    Fields fields = bearer(token);
    if (target == "/-/batch")
        fields += Fields{{"Content-Type", "application/json"}};
    return m_client->request(method, target, fields, body);
}

void TestTokens::seed(const QByteArrayList &keys)
{
    QCOMPARE(ask("DELETE", "/keys", "t-admin").status, 200);
    for (const QByteArray &key : keys)
        QCOMPARE(ask("PUT", '/' + key, "t-admin", "v").status, 201);
}

void TestTokens::openToEveryone_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    for (const char *target : {"/", "/ping", "/-/healthy", "/-/ready"}) {
        QTest::addRow("GET %s", target) << "GET"_ba << QByteArray(target);
        QTest::addRow("HEAD %s", target) << "HEAD"_ba << QByteArray(target);
    }
    for (const char *target : {"/key", "/keys", "/-/batch", "*"})
        QTest::addRow("OPTIONS %s", target) << "OPTIONS"_ba << QByteArray(target);
}

void TestTokens::openToEveryone()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    for (const char *token : {"", "t-read", "nobody's"}) {
        const HttpResponse response = ask(method, target, token);
        QVERIFY2(response.status == 200 || response.status == 204, token);
    }
}

void TestTokens::roleByMethod_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("role"); // the first that may: 0 read, 1 write, 2 admin
    QTest::addColumn<int>("status");
    const QByteArray batch = R"({"operations":[{"op":"delete","key":"nothing"}]})";
    const auto row = [](const char *method, const char *target, int role, int status,
                        const QByteArray &body = {}) {
        QTest::addRow("%s %s", method, target)
            << QByteArray(method) << QByteArray(target) << body << role << status;
    };
    row("GET", "/nothing", 0, 404);
    row("HEAD", "/nothing", 0, 404);
    row("GET", "/keys", 0, 200);
    row("HEAD", "/keys", 0, 200);
    row("GET", "/keys?count=true", 0, 200);
    row("GET", "/keys/a", 0, 200);
    row("GET", "/metrics", 0, 200);
    row("GET", "/wal", 0, 426);
    row("GET", "/-/info", 0, 200);
    row("GET", "/-/openapi.yaml", 0, 200);
    row("GET", "/-/nothing", 0, 404);
    row("PUT", "/again", 1, 200, "v");
    row("PATCH", "/nothing?ttl=1", 1, 404);
    row("DELETE", "/nothing", 1, 404);
    row("POST", "/-/batch", 1, 200, batch);
    row("DELETE", "/keys/nothing", 2, 200);
    row("DELETE", "/keys", 2, 200);
}

void TestTokens::roleByMethod()
{
    static const QByteArrayList kTokens{"t-read", "t-write", "t-admin"};
    static const QByteArrayList kRoles{"read", "write", "admin"};
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    QFETCH(int, role);
    QFETCH(int, status);
    ask("PUT", "/again", "t-write", "v");
    for (int asking = 0; asking < 3; ++asking) {
        const HttpResponse response = ask(method, target, kTokens[asking], body);
        if (asking >= role) {
            QCOMPARE(response.status, status);
            continue;
        }
        QCOMPARE(problemFault(response, 403), ""_ba);
        QVERIFY(response.header("www-authenticate")
                    .startsWith("Bearer realm=\"memorykv\", error=\"insufficient_scope\""));
        QVERIFY(response.header("www-authenticate").endsWith(", scope=\"" + kRoles[role] + '"'));
    }
    if (target == "/-/info")
        return;
    const HttpResponse nobody = ask(method, target, {}, body);
    QCOMPARE(nobody.status, 401);
    QCOMPARE(nobody.header("www-authenticate"), "Bearer realm=\"memorykv\""_ba);
    if (method != "HEAD")
        QCOMPARE(problemFault(nobody, 401), ""_ba);
}

void TestTokens::badCredentials_data()
{
    QTest::addColumn<Fields>("fields");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("error");
    const auto row = [](const char *name, const Fields &fields, int status, const char *error) {
        QTest::newRow(name) << fields << status << QByteArray(error);
    };
    row("none", {}, 401, "");
    row("Basic", {{"Authorization", "Basic dDp0"}}, 401, "");
    row("longer scheme", {{"Authorization", "BearerX t-read"}}, 401, "");
    row("unknown", {{"Authorization", "Bearer t-nobody"}}, 401, "invalid_token");
    row("no token", {{"Authorization", "Bearer"}}, 401, "invalid_token");
    row("start of one", {{"Authorization", "Bearer t-rea"}}, 401, "invalid_token");
    row("one and more", {{"Authorization", "Bearer t-readx"}}, 401, "invalid_token");
    row("other case", {{"Authorization", "Bearer T-READ"}}, 401, "invalid_token");
    row("two words", {{"Authorization", "Bearer t-read t-read"}}, 401, "invalid_token");
    row("quoted", {{"Authorization", "Bearer \"t-read\""}}, 401, "invalid_token");
    row("very long", {{"Authorization", "Bearer " + QByteArray(4000, 'a')}}, 401, "invalid_token");
    row("two fields", {{"Authorization", "Bearer t-read"}, {"Authorization", "Bearer t-read"}}, 400,
        "invalid_request");
    row("two schemes", {{"Authorization", "Bearer t-read"}, {"Authorization", "Basic dDp0"}}, 400,
        "invalid_request");
    row("scheme in any case", {{"authorization", "bEARER  t-read"}}, 200, "");
    row("subprotocol without an upgrade", {{"Sec-WebSocket-Protocol", "memorykv, bearer.t-read"}},
        401, "");
}

void TestTokens::badCredentials()
{
    QFETCH(Fields, fields);
    QFETCH(int, status);
    QFETCH(QByteArray, error);
    const HttpResponse response = m_client->request("GET", "/keys", fields);
    QCOMPARE(response.status, status);
    if (status == 200)
        return;
    QCOMPARE(problemFault(response, status), ""_ba);
    const QByteArray challenge = response.header("www-authenticate");
    QVERIFY(challenge.startsWith("Bearer realm=\"memorykv\""));
    if (error.isEmpty())
        QVERIFY(!challenge.contains("error"));
    else
        QVERIFY2(challenge.contains("error=\"" + error + '"'), challenge.constData());
    QVERIFY(!response.body.contains("t-"));
}

void TestTokens::tokenIsJudgedBeforeTheRequest()
{
    QCOMPARE(ask("GET", "/%FF", {}).status, 401);
    QCOMPARE(ask("GET", "/%FF", "t-read").status, 400);
    QCOMPARE(ask("PUT", "/wal", {}, "x").status, 401);
    QCOMPARE(ask("PUT", "/wal", "t-read", "x").status, 405);
    QCOMPARE(ask("GET", "/keys?colour=red", {}).status, 401);
    QCOMPARE(ask("GET", "/keys?colour=red", "t-read").status, 400);
}

void TestTokens::infoSaysWhoIsAsking()
{
    const auto info
        = [this](const QByteArray &token) { return ask("GET", "/-/info", token).json().object(); };
    const QJsonObject nobody = info({});
    QCOMPARE(nobody.keys(), (QStringList{u"auth"_s, u"name"_s, u"version"_s}));
    QCOMPARE(nobody[u"auth"].toObject(), (QJsonObject{{u"required"_s, true}}));

    const QJsonObject admin = info("t-admin");
    QCOMPARE(admin[u"auth"].toObject(),
             (QJsonObject{{u"required"_s, true}, {u"role"_s, u"admin"_s}}));
    QVERIFY(admin.contains(u"keys"_s) && admin.contains(u"stored_bytes"_s));

    const QJsonObject confined = info("t-read-a");
    QCOMPARE(confined[u"auth"].toObject(),
             (QJsonObject{{u"required"_s, true}, {u"role"_s, u"read"_s}, {u"prefix"_s, u"a/"_s}}));
    QVERIFY(confined.contains(u"epoch"_s) && confined.contains(u"limits"_s));
    QVERIFY(!confined.contains(u"keys"_s) && !confined.contains(u"stored_bytes"_s));

    QCOMPARE(ask("GET", "/-/info", "t-nobody").status, 401);
}

void TestTokens::prefixConfinesKeys_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<bool>("inside");
    QTest::newRow("inside") << "/a/1"_ba << true;
    QTest::newRow("the prefix itself") << "/a/"_ba << true;
    QTest::newRow("encoded") << "/%61%2F1"_ba << true;
    QTest::newRow("not normalised") << "/a/../b/1"_ba << true;
    QTest::newRow("shorter") << "/a"_ba << false;
    QTest::newRow("other") << "/b/1"_ba << false;
    QTest::newRow("with a slash before") << "//a/1"_ba << false;
    QTest::newRow("in other case") << "/A/1"_ba << false;
}

void TestTokens::prefixConfinesKeys()
{
    QFETCH(QByteArray, target);
    QFETCH(bool, inside);
    seed({"b/1", "a", "A/1", "/a/1"});
    const auto allowed = [inside](const HttpResponse &response) {
        return inside ? response.status < 300 : response.status == 403;
    };
    QVERIFY(allowed(ask("PUT", target, "t-write-a", "w")));
    QVERIFY(allowed(ask("GET", target, "t-read-a")));
    QVERIFY(allowed(ask("HEAD", target, "t-read-a")));
    QVERIFY(allowed(ask("PATCH", target + "?ttl=100", "t-write-a")));
    QVERIFY(allowed(ask("DELETE", target, "t-write-a")));
    const HttpResponse response = ask("GET", target, "t-read-a");
    if (!inside) {
        QCOMPARE(problemFault(response, 403, "prefix"), ""_ba);
        QVERIFY(!response.header("www-authenticate").contains("scope=\""));
    }
    // What is not there is refused in the same words as what is.
    QCOMPARE(ask("GET", "/b/nothing", "t-read-a").body, ask("GET", "/b/1", "t-read-a").body);
}

void TestTokens::prefixNarrowsListings()
{
    seed({"a/1", "a/2", "a/3", "a", "b/1", "c"});
    for (const char *target : {"/keys", "/keys/", "/keys/a", "/keys/a/"})
        QCOMPARE(ask("GET", target, "t-read-a").body, R"(["a/1","a/2","a/3"])"_ba);
    QCOMPARE(ask("GET", "/keys/a/2", "t-read-a").body, R"(["a/2"])"_ba);
    QCOMPARE(ask("GET", "/keys?count=true", "t-read-a").body, R"({"count":3})"_ba);
    QCOMPARE(ask("GET", "/keys?after=a/2", "t-read-a").body, R"(["a/3"])"_ba);
    QCOMPARE(ask("GET", "/keys?after=a/3", "t-read-a").body, "[]"_ba);
    QCOMPARE(ask("GET", "/keys/b", "t-read-a").status, 403);
    QCOMPARE(ask("GET", "/keys/b?count=true", "t-read-a").status, 403);

    const HttpResponse page = ask("GET", "/keys?limit=2", "t-read-a");
    QCOMPARE(page.body, R"(["a/1","a/2"])"_ba);
    QCOMPARE(page.header("link"), "</keys/a/?after=a%2F2&limit=2>; rel=\"next\""_ba);
}

void TestTokens::prefixConfinesBatches()
{
    seed({"b/1"});
    const HttpResponse refused = ask("POST", "/-/batch", "t-write-a", R"({"operations":[
        {"op":"put","key":"a/1","value":"x"},{"op":"delete","key":"b/1"}]})");
    QCOMPARE(problemFault(refused, 403, "operations[1]"), ""_ba);
    QCOMPARE(refused.json()[u"index"].toInt(-1), 1);
    QCOMPARE(ask("GET", "/keys", "t-admin").body, R"(["b/1"])"_ba);
    QCOMPARE(ask("POST", "/-/batch", "t-write-a",
                 R"({"operations":[{"op":"put","key":"a/1","value":"x"}]})")
                 .status,
             200);
}

void TestTokens::prefixConfinesRemovals()
{
    seed({"a/1", "a/2", "a", "b/1"});
    QCOMPARE(ask("DELETE", "/keys/b", "t-admin-a").status, 403);
    QCOMPARE(ask("DELETE", "/keys/a/1", "t-admin-a").body, R"(["a/1"])"_ba);
    QCOMPARE(ask("DELETE", "/keys", "t-admin-a").body, R"(["a/2"])"_ba);
    QCOMPARE(ask("GET", "/keys", "t-admin").body, R"(["a","b/1"])"_ba);
}

void TestTokens::prefixSeesNothingOfTheWhole()
{
    QCOMPARE(problemFault(ask("GET", "/metrics", "t-admin-a"), 403), ""_ba);
    QCOMPARE(ask("GET", "/-/openapi.yaml", "t-read-a").status, 200);
}

void TestTokens::bodyWithoutATokenIsNotAwaited_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<Fields>("fields");
    QTest::addColumn<int>("status");
    const Fields expect{{"Expect", "100-continue"}, {"Content-Length", "1000000"}};
    QTest::newRow("no token") << "/k"_ba << Fields{{"Content-Length", "1000000"}} << 401;
    QTest::newRow("chunked") << "/k"_ba << Fields{{"Transfer-Encoding", "chunked"}} << 401;
    QTest::newRow("no token, expect") << "/k"_ba << expect << 401;
    QTest::newRow("unknown token") << "/k"_ba << expect + bearer("t-nobody") << 401;
    QTest::newRow("role too low") << "/k"_ba << expect + bearer("t-read") << 403;
    QTest::newRow("outside the prefix") << "/k"_ba << expect + bearer("t-write-a") << 403;
    QTest::newRow("where none is needed") << "/ping"_ba << expect << 413;
    QTest::newRow("with a token") << "/k"_ba << expect + bearer("t-write") << 100;
}

void TestTokens::bodyWithoutATokenIsNotAwaited()
{
    QFETCH(QByteArray, target);
    QFETCH(Fields, fields);
    QFETCH(int, status);
    RawClient client(m_server.port());
    // Not requestBytes() with a body: none is sent, however much is announced.
    QByteArray head = "PUT " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const auto &[name, value] : std::as_const(fields))
        head += name + ": " + value + "\r\n";
    QVERIFY(client.send(head + "\r\n"));
    const HttpResponse response = client.readResponse();
    QCOMPARE(response.status, status);
    if (status > 100)
        QCOMPARE(response.header("connection"), "close"_ba);
}

void TestTokens::preflightNeedsNoToken()
{
    const HttpResponse preflight
        = m_client->options("/k", {{"Origin", "https://app.example"},
                                   {"Access-Control-Request-Method", "PUT"},
                                   {"Access-Control-Request-Headers", "authorization"}});
    QCOMPARE(preflight.status, 204);
    QVERIFY(preflight.headerHasToken("access-control-allow-headers", "authorization"));
    const HttpResponse refused = m_client->get("/k", {{"Origin", "https://app.example"}});
    QCOMPARE(refused.status, 401);
    QCOMPARE(refused.header("access-control-allow-origin"), "https://app.example"_ba);
    QVERIFY(refused.headerHasToken("access-control-expose-headers", "www-authenticate"));
}

void TestTokens::metricsPortNeedsATokenToo()
{
    const quint16 port = freePort();
    ServerProcess server(
        {u"--token-file"_s, m_file.path(), u"--metrics-port"_s, QString::number(port)});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(port);
    QCOMPARE(client.get("/metrics").status, 401);
    QCOMPARE(client.get("/metrics", bearer("t-read-a")).status, 403);
    QCOMPARE(client.get("/metrics", bearer("t-read")).status, 200);
    QCOMPARE(client.get("/-/healthy").status, 200);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestTokens::nothingSecretIsLogged()
{
    ask("GET", "/keys", "t-nobody");
    ask("GET", "/t-admin", "t-admin");
    const QByteArray log = m_server.standardError();
    QVERIFY(!log.isEmpty());
    QVERIFY2(!log.contains("t-admin") && !log.contains("t-nobody"), log.constData());
}

QTEST_GUILESS_MAIN(TestTokens)
#include "tst_tokens.moc"
