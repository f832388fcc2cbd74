// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QTest>

#include <zlib.h>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

// The bytes of a gzip member (RFC 1952); a null array when it is none.
QByteArray gunzip(const QByteArray &compressed)
{
    z_stream stream = {};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
        return {};
    QByteArray bytes(8 << 20, '\0');
    QByteArray input = compressed;
    stream.next_in = reinterpret_cast<Bytef *>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef *>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    const int result = inflate(&stream, Z_FINISH);
    bytes.truncate(static_cast<qsizetype>(stream.total_out));
    const bool whole = result == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole ? bytes : QByteArray();
}

} // namespace

/// What holds for answers across the resources: Date, nosniff, content security, problem documents,
/// gzip and CORS.
class TestRestHeaders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void everyAnswerHasADate_data();
    void everyAnswerHasADate();
    void everyAnswerForbidsSniffing_data();
    void everyAnswerForbidsSniffing();
    void valuesAreSandboxed();
    void errorsAreProblemDocuments_data();
    void errorsAreProblemDocuments();
    void jsonIsCompressedOnRequest();
    void metricsAreCompressedOnRequest();
    void compressionIsNotForced_data();
    void compressionIsNotForced();
    void smallAnswersAreNotCompressed();
    void valuesAreNotCompressed();
    void headOfACompressedAnswer();
    void corsIsOffByDefault();
    void corsNamesAListedOrigin();
    void corsIgnoresAnotherOrigin();
    void corsForAnyOrigin();
    void corsExposesWhatClientsNeed();
    void corsPreflight();
    void corsPreflightOfAnotherOrigin();
    void corsAlsoOnErrors();

private:
    void fill();

    ServerProcess m_server;
    ServerProcess m_corsServer{{u"--cors-origin"_s, u"http://a.example,https://b.example:8443"_s}};
    std::unique_ptr<HttpClient> m_client;
    std::unique_ptr<HttpClient> m_corsClient;
};

void TestRestHeaders::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    QVERIFY2(m_corsServer.start(), m_corsServer.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
    m_corsClient = std::make_unique<HttpClient>(m_corsServer.port());
    m_client->put("/k", "v");
    m_corsClient->put("/k", "v");
}

void TestRestHeaders::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
    QCOMPARE(m_corsServer.stopFault(), ""_ba);
}

void TestRestHeaders::fill()
{
    QByteArrayList operations;
    for (int i = 0; i < 500; ++i) {
        operations.append(R"({"op":"put","key":"many:)" + QByteArray::number(i)
                          + R"(","value":"value"})");
    }
    QCOMPARE(m_client->batch(R"({"operations":[)" + operations.join(',') + "]}").status, 200);
}

void TestRestHeaders::everyAnswerHasADate_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::newRow("value") << "GET"_ba
                           << "/k"_ba;
    QTest::newRow("head") << "HEAD"_ba
                          << "/k"_ba;
    QTest::newRow("missing") << "GET"_ba
                             << "/missing"_ba;
    QTest::newRow("written") << "PUT"_ba
                             << "/written"_ba;
    QTest::newRow("listing") << "GET"_ba
                             << "/keys"_ba;
    QTest::newRow("ping") << "GET"_ba
                          << "/ping"_ba;
    QTest::newRow("metrics") << "GET"_ba
                             << "/metrics"_ba;
    QTest::newRow("page") << "GET"_ba
                          << "/"_ba;
    QTest::newRow("options") << "OPTIONS"_ba
                             << "/k"_ba;
    QTest::newRow("not allowed") << "PUT"_ba
                                 << "/ping"_ba;
    QTest::newRow("bad key") << "GET"_ba
                             << "/%FF"_ba;
    QTest::newRow("unknown method") << "BREW"_ba
                                    << "/k"_ba;
    QTest::newRow("bad target") << "GET"_ba
                                << "k"_ba;
    QTest::newRow("upgrade required") << "GET"_ba
                                      << "/wal"_ba;
}

void TestRestHeaders::everyAnswerHasADate()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    const HttpResponse response = m_client->request(method, target);
    static const QRegularExpression form(u"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} "
                                         u"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
                                         " [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$"_s);
    const QString date = QString::fromLatin1(response.header("date"));
    QVERIFY2(form.match(date).hasMatch(), qPrintable(date));
    const QDateTime time = QDateTime::fromString(date, Qt::RFC2822Date);
    QVERIFY(qAbs(time.secsTo(QDateTime::currentDateTimeUtc())) < 60);
}

void TestRestHeaders::everyAnswerForbidsSniffing_data()
{
    everyAnswerHasADate_data();
}

void TestRestHeaders::everyAnswerForbidsSniffing()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    const HttpResponse response = m_client->request(method, target);
    QCOMPARE(response.header("x-content-type-options"), "nosniff"_ba);
}

void TestRestHeaders::valuesAreSandboxed()
{
    const Fields html{{"Content-Type", "text/html"}};
    m_client->put("/page", "<script>alert(1)</script>", html);
    QVERIFY(m_client->get("/page").header("content-security-policy").startsWith("sandbox"));
    QVERIFY(m_client->head("/page").header("content-security-policy").startsWith("sandbox"));
    const HttpResponse replaced = m_client->put("/page", "<p>", html);
    QVERIFY(replaced.header("content-security-policy").startsWith("sandbox"));
    QVERIFY(m_client->del("/page").header("content-security-policy").startsWith("sandbox"));
}

void TestRestHeaders::errorsAreProblemDocuments_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<int>("status");
    QTest::newRow("bad key") << "GET"_ba
                             << "/%FF"_ba << 400;
    QTest::newRow("bad parameter") << "GET"_ba
                                   << "/keys?limit=x"_ba << 400;
    QTest::newRow("unknown path") << "GET"_ba
                                  << "/-/nothing"_ba << 404;
    QTest::newRow("not allowed") << "PUT"_ba
                                 << "/wal"_ba << 405;
    QTest::newRow("target too long") << "GET"_ba << '/' + "a"_ba.repeated(9000) << 414;
    QTest::newRow("upgrade required") << "GET"_ba
                                      << "/wal"_ba << 426;
    QTest::newRow("unknown method") << "BREW"_ba
                                    << "/k"_ba << 501;
}

void TestRestHeaders::errorsAreProblemDocuments()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    QFETCH(int, status);
    QCOMPARE(problemFault(m_client->request(method, target), status), ""_ba);
}

void TestRestHeaders::jsonIsCompressedOnRequest()
{
    fill();
    const HttpResponse plain = m_client->get("/keys/many:");
    QVERIFY(!plain.has("content-encoding"));
    QVERIFY(plain.headerHasToken("vary", "Accept-Encoding"));
    const HttpResponse small = m_client->get("/keys/many:", {{"Accept-Encoding", "gzip, br"}});
    QCOMPARE(small.status, 200);
    QCOMPARE(small.header("content-encoding"), "gzip"_ba);
    QCOMPARE(small.header("content-type"), "application/json"_ba);
    QVERIFY(small.headerHasToken("vary", "Accept-Encoding"));
    QVERIFY(small.body.size() < plain.body.size() / 2);
    QCOMPARE(gunzip(small.body), plain.body);
    QVERIFY(!plain.has("etag") || plain.header("etag") != small.header("etag"));
}

void TestRestHeaders::metricsAreCompressedOnRequest()
{
    const HttpResponse response = m_client->get("/metrics", {{"Accept-Encoding", "gzip"}});
    QCOMPARE(response.header("content-encoding"), "gzip"_ba);
    QVERIFY(gunzip(response.body).contains("memorykv_keys "));
}

void TestRestHeaders::compressionIsNotForced_data()
{
    QTest::addColumn<QByteArray>("accepted");
    QTest::addColumn<bool>("compressed");
    QTest::newRow("gzip") << "gzip"_ba << true;
    QTest::newRow("with weight") << "gzip;q=0.5"_ba << true;
    QTest::newRow("any case") << "GZip"_ba << true;
    QTest::newRow("anything") << "*"_ba << true;
    QTest::newRow("in a list") << "br, deflate, gzip;q=0.1"_ba << true;
    QTest::newRow("weight zero") << "gzip;q=0"_ba << false;
    QTest::newRow("weight zero with digits") << "gzip; q=0.000, identity"_ba << false;
    QTest::newRow("others") << "br, deflate"_ba << false;
    QTest::newRow("identity") << "identity"_ba << false;
    QTest::newRow("another name that ends so") << "notgzip"_ba << false;
}

void TestRestHeaders::compressionIsNotForced()
{
    QFETCH(QByteArray, accepted);
    QFETCH(bool, compressed);
    fill();
    const HttpResponse response = m_client->get("/keys", {{"Accept-Encoding", accepted}});
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("content-encoding"), compressed ? "gzip"_ba : ""_ba);
    const QByteArray body = compressed ? gunzip(response.body) : response.body;
    QVERIFY(body.startsWith('[') && body.endsWith(']'));
}

void TestRestHeaders::smallAnswersAreNotCompressed()
{
    const HttpResponse response = m_client->get("/keys/k", {{"Accept-Encoding", "gzip"}});
    QVERIFY(!response.has("content-encoding"));
    QCOMPARE(response.body, R"(["k"])"_ba);
}

void TestRestHeaders::valuesAreNotCompressed()
{
    m_client->put("/large", QByteArray(100'000, 'x'));
    const HttpResponse response = m_client->get("/large", {{"Accept-Encoding", "gzip"}});
    QVERIFY(!response.has("content-encoding"));
    QCOMPARE(response.body.size(), 100'000);
}

void TestRestHeaders::headOfACompressedAnswer()
{
    fill();
    const Fields gzip{{"Accept-Encoding", "gzip"}};
    const HttpResponse got = m_client->get("/keys/many:", gzip);
    const HttpResponse head = m_client->head("/keys/many:", gzip);
    QCOMPARE(head.header("content-encoding"), "gzip"_ba);
    QCOMPARE(head.header("content-length"), got.header("content-length"));
}

void TestRestHeaders::corsIsOffByDefault()
{
    const HttpResponse response = m_client->get("/k", {{"Origin", "http://a.example"}});
    QCOMPARE(response.status, 200);
    QVERIFY(!response.has("access-control-allow-origin"));
    const HttpResponse preflight = m_client->options(
        "/k", {{"Origin", "http://a.example"}, {"Access-Control-Request-Method", "PUT"}});
    QVERIFY(!preflight.has("access-control-allow-origin"));
    QVERIFY(!preflight.has("access-control-allow-methods"));
}

void TestRestHeaders::corsNamesAListedOrigin()
{
    for (const char *origin : {"http://a.example", "https://b.example:8443"}) {
        const HttpResponse response = m_corsClient->get("/k", {{"Origin", origin}});
        QCOMPARE(response.header("access-control-allow-origin"), QByteArray(origin));
        QVERIFY(response.headerHasToken("vary", "Origin"));
        QVERIFY(!response.has("access-control-allow-credentials"));
    }
}

void TestRestHeaders::corsIgnoresAnotherOrigin()
{
    for (const char *origin : {"http://c.example", "https://a.example", "http://a.example:81",
                               "http://a.example.evil.example", "null", "http://A.example."}) {
        const HttpResponse response = m_corsClient->get("/k", {{"Origin", origin}});
        QVERIFY2(!response.has("access-control-allow-origin"), origin);
        // A cache must not give this answer to a listed origin.
        QVERIFY2(response.headerHasToken("vary", "Origin"), origin);
    }
    QVERIFY(!m_corsClient->get("/k").has("access-control-allow-origin"));
}

void TestRestHeaders::corsForAnyOrigin()
{
    ServerProcess server({u"--cors-origin"_s, u"*"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    const QByteArray origin = "http://any.example";
    const QByteArray allowed
        = client.get("/ping", {{"Origin", origin}}).header("access-control-allow-origin");
    QVERIFY2(allowed == "*" || allowed == origin, allowed.constData());
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestRestHeaders::corsExposesWhatClientsNeed()
{
    const HttpResponse response = m_corsClient->get("/keys", {{"Origin", "http://a.example"}});
    for (const char *field : {"ETag", "Link", "Retry-After"})
        QVERIFY2(response.headerHasToken("access-control-expose-headers", field), field);
}

void TestRestHeaders::corsPreflight()
{
    const HttpResponse response = m_corsClient->options(
        "/k", {{"Origin", "http://a.example"},
               {"Access-Control-Request-Method", "PUT"},
               {"Access-Control-Request-Headers", "content-type,if-match,if-none-match,prefer"}});
    QVERIFY2(response.status == 200 || response.status == 204,
             QByteArray::number(response.status).constData());
    QCOMPARE(response.header("access-control-allow-origin"), "http://a.example"_ba);
    for (const char *method : {"PUT", "DELETE", "PATCH"})
        QVERIFY2(response.headerHasToken("access-control-allow-methods", method), method);
    for (const char *field : {"Content-Type", "If-Match", "If-None-Match", "Prefer"})
        QVERIFY2(response.headerHasToken("access-control-allow-headers", field), field);
}

void TestRestHeaders::corsPreflightOfAnotherOrigin()
{
    const HttpResponse response = m_corsClient->options(
        "/k", {{"Origin", "http://c.example"}, {"Access-Control-Request-Method", "PUT"}});
    QVERIFY(!response.has("access-control-allow-origin"));
    QVERIFY(!response.has("access-control-allow-methods"));
}

void TestRestHeaders::corsAlsoOnErrors()
{
    const Fields origin{{"Origin", "http://a.example"}};
    for (const char *target : {"/missing", "/%FF", "/keys?limit=x", "/-/nothing"}) {
        const HttpResponse response = m_corsClient->get(target, origin);
        QVERIFY(response.status >= 400);
        QCOMPARE(response.header("access-control-allow-origin"), "http://a.example"_ba);
    }
}

QTEST_GUILESS_MAIN(TestRestHeaders)
#include "tst_restheaders.moc"
