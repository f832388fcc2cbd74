// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

constexpr qsizetype kMaxValueSize = 5 << 20; // the default of --max-value

QByteArray allBytes()
{
    QByteArray bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    return bytes;
}

// The fields that must be the same for GET and HEAD: all but the time of the answer.
Fields withoutDate(const HttpResponse &response)
{
    Fields fields;
    for (const auto &field : response.fields) {
        if (field.first != "date")
            fields.append(field);
    }
    return fields;
}

} // namespace

/// One key: GET, HEAD, PUT, DELETE, PATCH, and what values may be.
class TestRestValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void putOfANewKeyIs201WithoutContent();
    void putOfAKnownKeyIs200WithThePreviousValue();
    void previousValueKeepsItsType();
    void etagGrowsByOneWithEachWrite();
    void etagOfGetIsThatOfTheLastWrite();
    void getOfAMissingKeyIs404WithoutContent();
    void deleteGivesTheRemovedValue();
    void deleteOfAMissingKeyIs404WithoutContent();
    void preferReturnMinimalLeavesTheValueOut();
    void headIsGetWithoutContent();
    void headOfAMissingKeyIs404();
    void typeIsKept_data();
    void typeIsKept();
    void typeIsOctetStreamByDefault();
    void valueIsKeptByteForByte_data();
    void valueIsKeptByteForByte();
    void valueOfTheLargestSizeIsKept();
    void valueOverTheLargestSizeIs413();
    void maxValueIsConfigurable();
    void chunkedPutIsKept();
    void patchSetsAndClearsTheExpiry();
    void patchKeepsValueTypeAndRevision();
    void patchOfAMissingKeyIs404();
    void badTtlIs400_data();
    void badTtlIs400();

private:
    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestRestValues::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestRestValues::init()
{
    QCOMPARE(m_client->del("/keys").status, 200);
}

void TestRestValues::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestRestValues::putOfANewKeyIs201WithoutContent()
{
    const HttpResponse response = m_client->put("/k", "one");
    QCOMPARE(response.status, 201);
    QCOMPARE(response.body, ""_ba);
    QVERIFY2(response.revision() > 0, response.header("etag").constData());
}

void TestRestValues::putOfAKnownKeyIs200WithThePreviousValue()
{
    m_client->put("/k", "one");
    const HttpResponse response = m_client->put("/k", "two");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.body, "one"_ba);
    QCOMPARE(m_client->get("/k").body, "two"_ba);
}

void TestRestValues::previousValueKeepsItsType()
{
    m_client->put("/k", "one", {{"Content-Type", "text/plain"}});
    const HttpResponse replaced = m_client->put("/k", "{}", {{"Content-Type", "application/json"}});
    QCOMPARE(replaced.header("content-type"), "text/plain"_ba);
    const HttpResponse removed = m_client->del("/k");
    QCOMPARE(removed.header("content-type"), "application/json"_ba);
}

void TestRestValues::etagGrowsByOneWithEachWrite()
{
    const quint64 first = m_client->put("/a", "1").revision();
    QCOMPARE(m_client->put("/b", "2").revision(), first + 1);
    QCOMPARE(m_client->put("/a", "3").revision(), first + 2);
    m_client->del("/b");
    QCOMPARE(m_client->put("/b", "4").revision(), first + 4);
}

void TestRestValues::etagOfGetIsThatOfTheLastWrite()
{
    const quint64 written = m_client->put("/k", "one").revision();
    m_client->put("/other", "two");
    const HttpResponse response = m_client->get("/k");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.revision(), written);
}

void TestRestValues::getOfAMissingKeyIs404WithoutContent()
{
    const HttpResponse response = m_client->get("/missing");
    QCOMPARE(response.status, 404);
    QCOMPARE(response.body, ""_ba);
    QVERIFY(!response.has("etag"));
}

void TestRestValues::deleteGivesTheRemovedValue()
{
    m_client->put("/k", "one");
    const HttpResponse response = m_client->del("/k");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.body, "one"_ba);
    QCOMPARE(m_client->get("/k").status, 404);
}

void TestRestValues::deleteOfAMissingKeyIs404WithoutContent()
{
    const quint64 before = m_client->put("/k", "").revision();
    const HttpResponse response = m_client->del("/missing");
    QCOMPARE(response.status, 404);
    QCOMPARE(response.body, ""_ba);
    QCOMPARE(m_client->put("/k", "").revision(), before + 1);
}

void TestRestValues::preferReturnMinimalLeavesTheValueOut()
{
    const Fields minimal{{"Prefer", "return=minimal"}};
    QCOMPARE(m_client->put("/k", "one", minimal).status, 201);
    const HttpResponse replaced = m_client->put("/k", "two", minimal);
    QVERIFY2(replaced.status == 200 || replaced.status == 204, replaced.fault.constData());
    QCOMPARE(replaced.body, ""_ba);
    QVERIFY(replaced.revision() > 0);
    const HttpResponse removed = m_client->del("/k", minimal);
    QVERIFY2(removed.status == 200 || removed.status == 204, removed.fault.constData());
    QCOMPARE(removed.body, ""_ba);
    QCOMPARE(m_client->get("/k").status, 404);
}

void TestRestValues::headIsGetWithoutContent()
{
    m_client->put("/k", "twelve bytes", {{"Content-Type", "text/plain"}});
    const HttpResponse got = m_client->get("/k");
    const HttpResponse head = m_client->head("/k");
    QCOMPARE(head.status, 200);
    QCOMPARE(head.body, ""_ba);
    QCOMPARE(head.header("content-length"), "12"_ba);
    QCOMPARE(withoutDate(head), withoutDate(got));
}

void TestRestValues::headOfAMissingKeyIs404()
{
    const HttpResponse head = m_client->head("/missing");
    QCOMPARE(head.status, 404);
    QCOMPARE(head.body, ""_ba);
}

void TestRestValues::typeIsKept_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("text") << "text/plain"_ba;
    QTest::newRow("parameters") << "text/html; charset=\"utf-8\""_ba;
    QTest::newRow("vendor") << "application/vnd.example+json;version=2"_ba;
    QTest::newRow("image") << "image/png"_ba;
}

void TestRestValues::typeIsKept()
{
    QFETCH(QByteArray, type);
    m_client->put("/k", "x", {{"Content-Type", type}});
    QCOMPARE(m_client->get("/k").header("content-type"), type);
}

void TestRestValues::typeIsOctetStreamByDefault()
{
    m_client->put("/k", "x", {{"Content-Type", "text/plain"}});
    m_client->put("/k", "x");
    QCOMPARE(m_client->get("/k").header("content-type"), "application/octet-stream"_ba);
}

void TestRestValues::valueIsKeptByteForByte_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("empty") << ""_ba;
    QTest::newRow("one byte of zero") << QByteArray(1, '\0');
    QTest::newRow("all 256 bytes") << allBytes();
    QTest::newRow("all 256 bytes, many times") << allBytes().repeated(1000);
    QTest::newRow("JSON") << R"({"a": [1, 2, {"b": "ü"}]})"_ba;
    QTest::newRow("what looks like a request") << "GET / HTTP/1.1\r\nHost: a\r\n\r\n"_ba;
    QTest::newRow("what looks like chunks") << "5\r\nhello\r\n0\r\n\r\n"_ba;
}

void TestRestValues::valueIsKeptByteForByte()
{
    QFETCH(QByteArray, value);
    QCOMPARE(m_client->put("/k", value).status, 201);
    const HttpResponse got = m_client->get("/k");
    QCOMPARE(got.status, 200);
    QCOMPARE(got.body, value);
    QCOMPARE(got.header("content-length"), QByteArray::number(value.size()));
    QCOMPARE(m_client->del("/k").body, value);
}

void TestRestValues::valueOfTheLargestSizeIsKept()
{
    QByteArray value = allBytes().repeated(kMaxValueSize / 256);
    QCOMPARE(value.size(), kMaxValueSize);
    QCOMPARE(m_client->put("/k", value).status, 201);
    QVERIFY(m_client->get("/k").body == value);
}

void TestRestValues::valueOverTheLargestSizeIs413()
{
    m_client->put("/k", "before");
    const HttpResponse response = m_client->put("/k", QByteArray(kMaxValueSize + 1, 'x'));
    QCOMPARE(problemFault(response, 413), ""_ba);
    QVERIFY2(response.body.contains(QByteArray::number(kMaxValueSize)), response.body.constData());
    QCOMPARE(m_client->get("/k").body, "before"_ba);
}

void TestRestValues::maxValueIsConfigurable()
{
    ServerProcess server({u"--max-value"_s, u"1000"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    QCOMPARE(client.put("/k", QByteArray(1000, 'x')).status, 201);
    QCOMPARE(problemFault(client.put("/k", QByteArray(1001, 'x')), 413, "1000"), ""_ba);
    const HttpResponse chunked
        = client.request("PUT", "/k", {{"Transfer-Encoding", "chunked"}},
                         "3e9\r\n" + QByteArray(1001, 'x') + "\r\n0\r\n\r\n");
    QCOMPARE(problemFault(chunked, 413, "1000"), ""_ba);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestRestValues::chunkedPutIsKept()
{
    const HttpResponse response = m_client->request(
        "PUT", "/k", {{"Transfer-Encoding", "chunked"}, {"Content-Type", "text/plain"}},
        "5\r\nhello\r\n1;name=\"value\"\r\n \r\n00A\r\n0123456789\r\n0\r\nTrailer: "
        "dropped\r\n\r\n");
    QCOMPARE(response.status, 201);
    QCOMPARE(m_client->get("/k").body, "hello 0123456789"_ba);
}

void TestRestValues::patchSetsAndClearsTheExpiry()
{
    const auto ttlOf = [this](QByteArrayView key) {
        const QJsonDocument listing
            = m_client->get("/keys/" + key.toByteArray() + "?values=true").json();
        return listing.array().first().toObject().value("ttl"_L1);
    };
    m_client->put("/k", "v");
    QVERIFY(!ttlOf("k").isDouble());
    const HttpResponse set = m_client->patch("/k?ttl=1000");
    QCOMPARE(set.status, 204);
    QVERIFY(ttlOf("k").toInt() > 900 && ttlOf("k").toInt() <= 1000);
    QCOMPARE(m_client->patch("/k?ttl=0").status, 204);
    QVERIFY(!ttlOf("k").isDouble());
}

void TestRestValues::patchKeepsValueTypeAndRevision()
{
    m_client->put("/k", "v", {{"Content-Type", "text/plain"}});
    const HttpResponse before = m_client->get("/k");
    m_client->patch("/k?ttl=1000");
    const HttpResponse after = m_client->get("/k");
    QCOMPARE(after.body, "v"_ba);
    QCOMPARE(after.header("content-type"), "text/plain"_ba);
    QCOMPARE(after.revision(), before.revision());
}

void TestRestValues::patchOfAMissingKeyIs404()
{
    QCOMPARE(m_client->patch("/missing?ttl=5").status, 404);
    QCOMPARE(m_client->get("/missing").status, 404);
}

void TestRestValues::badTtlIs400_data()
{
    QTest::addColumn<QByteArray>("ttl");
    QTest::newRow("empty") << ""_ba;
    QTest::newRow("word") << "soon"_ba;
    QTest::newRow("negative") << "-1"_ba;
    QTest::newRow("fraction") << "1.5"_ba;
    QTest::newRow("exponent") << "1e3"_ba;
    QTest::newRow("unit") << "5s"_ba;
    QTest::newRow("space") << "%205"_ba;
    QTest::newRow("over ten years") << "400000000"_ba;
    QTest::newRow("over 64 bits") << "99999999999999999999999"_ba;
}

void TestRestValues::badTtlIs400()
{
    QFETCH(QByteArray, ttl);
    m_client->put("/k", "v");
    QCOMPARE(problemFault(m_client->put("/k?ttl=" + ttl, "w"), 400, "ttl"), ""_ba);
    QCOMPARE(problemFault(m_client->patch("/k?ttl=" + ttl), 400, "ttl"), ""_ba);
    QCOMPARE(problemFault(m_client->patch("/k"), 400, "ttl"), ""_ba);
    QCOMPARE(m_client->get("/k").body, "v"_ba);
}

QTEST_GUILESS_MAIN(TestRestValues)
#include "tst_restvalues.moc"
