// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/httpfixture.h"
#include "tests/server/http/responsecontent.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

/// Listings and removals of many keys, through QHttpServer's routing to the store and back.
class TestKeysController : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
};

void TestKeysController::listGivesKeys()
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

void TestKeysController::listPagesAreLinked()
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

void TestKeysController::listLinkIsEncoded()
{
    HttpFixture http;
    for (const char *key : {"/a%20%26%3E+%C3%BC1", "/a%20%26%3E+%C3%BC2"})
        http.answer("PUT", key, {}, "v");
    const QByteArray link = fieldOf(http.answer("GET", "/keys/a%20%26%3E+%C3%BC?limit=1"), "Link");
    const QByteArray target = link.sliced(1, link.indexOf('>') - 1);
    QCOMPARE(contentOf(http.answer("GET", target)), QByteArray("[\"a &>+\xC3\xBC"
                                                               "2\"]"));
}

void TestKeysController::listGivesValues()
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

void TestKeysController::listCounts()
{
    HttpFixture http;
    for (const char *key : {"/a1", "/a2", "/b"})
        http.answer("PUT", key, {}, "v");
    QCOMPARE(contentOf(http.answer("GET", "/keys?count=true")), QByteArray("{\"count\":3}"));
    QCOMPARE(contentOf(http.answer("GET", "/keys/a?count=true")), QByteArray("{\"count\":2}"));
    QCOMPARE(contentOf(http.answer("GET", "/keys?count=false&limit=1")), QByteArray("[\"a1\"]"));
}

void TestKeysController::listRefuses_data()
{
    QTest::addColumn<QByteArray>("query");
    for (const char *query :
         {"limit=0", "limit=-1", "limit=x", "limit=1000001", "limit=", "values=1", "values",
          "count=yes", "count=true&limit=5", "count=true&after=a", "count=true&values=true",
          "prefix=a", "limit=1&limit=2", "after=%FF"})
        QTest::newRow(query) << QByteArray(query);
}

void TestKeysController::listRefuses()
{
    QFETCH(QByteArray, query);
    HttpFixture http;
    QCOMPARE(http.answer("GET", "/keys?" + query).status, 400);
    QCOMPARE(http.answer("GET", "/keys/a?" + query).status, 400);
}

void TestKeysController::listBehindThePrefixIsEmpty()
{
    HttpFixture http;
    for (const char *key : {"/a1", "/b5", "/c1"})
        http.answer("PUT", key, {}, "v");
    QCOMPARE(contentOf(http.answer("GET", "/keys/a?after=b9&limit=10")), QByteArray("[]"));
    QCOMPARE(contentOf(http.answer("GET", "/keys/a?after=b9")), QByteArray("[]"));
}

void TestKeysController::listIsCompressedOnRequest()
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

void TestKeysController::deleteKeysRemoves()
{
    HttpFixture http;
    for (const char *key : {"/a2", "/a1", "/b"})
        http.answer("PUT", key, {}, "v");
    QCOMPARE(contentOf(http.answer("DELETE", "/keys/a")), QByteArray("[\"a1\",\"a2\"]"));
    QCOMPARE(contentOf(http.answer("DELETE", "/keys/a")), QByteArray("[]"));
    QCOMPARE(contentOf(http.answer("DELETE", "/keys")), QByteArray("[\"b\"]"));
    QCOMPARE(http.log.lastSeq(), 5U);
}

void TestKeysController::deleteKeysRefusesConditions()
{
    HttpFixture http;
    http.answer("PUT", "/a", {}, "v");
    QCOMPARE(http.answer("DELETE", "/keys", "If-Match: \"1\"\r\n").status, 400);
    QCOMPARE(http.answer("DELETE", "/keys", "If-None-Match:\r\n").status, 400);
    QCOMPARE(http.answer("DELETE", "/keys?prefix=a").status, 400);
    QCOMPARE(http.store.keyCount(), 1U);
}

QTEST_GUILESS_MAIN(TestKeysController)
#include "tst_keyscontroller.moc"
