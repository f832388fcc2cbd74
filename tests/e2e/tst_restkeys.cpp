// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// What a target may be, and which key it stands for.
class TestRestKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void keyIsItsDecodedBytes_data();
    void keyIsItsDecodedBytes();
    void differentEncodingsOfAKeyAreOneKey();
    void plusInAPathIsAPlus();
    void keysThatLookAlikeAreDifferent();
    void badKeyIs400_data();
    void badKeyIs400();
    void unknownParameterIs400_data();
    void unknownParameterIs400();

private:
    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestRestKeys::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestRestKeys::init()
{
    QCOMPARE(m_client->del("/keys").status, 200);
}

void TestRestKeys::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestRestKeys::keyIsItsDecodedBytes_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("plain") << "/k"_ba
                           << "k"_ba;
    QTest::newRow("colon") << "/pre:demo:key"_ba
                           << "pre:demo:key"_ba;
    QTest::newRow("slashes") << "/a/b//c/"_ba
                             << "a/b//c/"_ba;
    QTest::newRow("leading slash") << "//a"_ba
                                   << "/a"_ba;
    QTest::newRow("encoded slash") << "/a%2Fb"_ba
                                   << "a/b"_ba;
    QTest::newRow("space") << "/a%20b"_ba
                           << "a b"_ba;
    QTest::newRow("question mark") << "/what%3F"_ba
                                   << "what?"_ba;
    QTest::newRow("percent") << "/100%25"_ba
                             << "100%"_ba;
    QTest::newRow("percent that looks encoded") << "/%2541"_ba
                                                << "%41"_ba;
    QTest::newRow("hash") << "/a%23b"_ba
                          << "a#b"_ba;
    QTest::newRow("dots") << "/a/../b/./c"_ba
                          << "a/../b/./c"_ba;
    QTest::newRow("only dots") << "/.."_ba
                               << ".."_ba;
    QTest::newRow("unicode") << "/%C3%BC%E2%82%AC%F0%9F%98%80"_ba
                             << "ü€😀"_ba;
    QTest::newRow("unicode, not encoded") << "/ü€😀"_ba
                                          << "ü€😀"_ba;
    QTest::newRow("not normalized") << "/u%CC%88"_ba
                                    << "u\xcc\x88"_ba;
    QTest::newRow("NUL") << "/a%00b"_ba
                         << "a\0b"_ba;
    QTest::newRow("line feed") << "/a%0D%0Ab"_ba
                               << "a\r\nb"_ba;
    QTest::newRow("quotes") << "/a%22b%5C"_ba
                            << "a\"b\\"_ba;
    QTest::newRow("ampersand and equals") << "/a&b=c"_ba
                                          << "a&b=c"_ba;
    QTest::newRow("starts like a reserved path") << "/keysmith"_ba
                                                 << "keysmith"_ba;
    QTest::newRow("below ping") << "/ping/pong"_ba
                                << "ping/pong"_ba;
    QTest::newRow("dash") << "/-"_ba
                          << "-"_ba;
    QTest::newRow("1024 bytes") << '/' + "k"_ba.repeated(1024) << "k"_ba.repeated(1024);
    QTest::newRow("1024 encoded bytes") << '/' + "%C3%BC"_ba.repeated(512) << "ü"_ba.repeated(512);
}

void TestRestKeys::keyIsItsDecodedBytes()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, key);
    QCOMPARE(m_client->put(target, "v").status, 201);
    QCOMPARE(m_client->get(target).body, "v"_ba);
    const QJsonDocument keys = m_client->get("/keys").json();
    QCOMPARE(keys.array().size(), 1);
    QCOMPARE(keys.array().first().toString().toUtf8(), key);
    QCOMPARE(m_client->del('/' + encodedQuery(key)).body, "v"_ba);
}

void TestRestKeys::differentEncodingsOfAKeyAreOneKey()
{
    m_client->put("/abc", "v");
    QCOMPARE(m_client->get("/%61%62%63").body, "v"_ba);
    m_client->put("/%c3%bc", "w");
    QCOMPARE(m_client->get("/%C3%BC").body, "w"_ba);
}

void TestRestKeys::plusInAPathIsAPlus()
{
    m_client->put("/a+b", "plus");
    m_client->put("/a%20b", "space");
    QCOMPARE(m_client->get("/a%2Bb").body, "plus"_ba);
    QCOMPARE(m_client->get("/a+b").body, "plus"_ba);
}

void TestRestKeys::keysThatLookAlikeAreDifferent()
{
    const QByteArrayList targets{"/a"_ba,    "/a/"_ba,        "//a"_ba,      "/A"_ba,
                                 "/a%00"_ba, "/a%20"_ba,      "/%C3%BC"_ba,  "/u%CC%88"_ba,
                                 "/./a"_ba,  "/%EF%BF%BD"_ba, "/%252e/a"_ba, "/a%EF%BB%BF"_ba};
    for (const QByteArray &target : targets)
        QCOMPARE(m_client->put(target, target).status, 201);
    for (const QByteArray &target : targets)
        QCOMPARE(m_client->get(target).body, target);
}

void TestRestKeys::badKeyIs400_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::newRow("1025 bytes") << '/' + "k"_ba.repeated(1025);
    QTest::newRow("1026 encoded bytes") << '/' + "%C3%BC"_ba.repeated(513);
    QTest::newRow("byte that begins nothing") << "/a%FF"_ba;
    QTest::newRow("cut off character") << "/a%C3"_ba;
    QTest::newRow("overlong slash") << "/a%C0%AFb"_ba;
    QTest::newRow("surrogate") << "/%ED%A0%80"_ba;
    QTest::newRow("above U+10FFFF") << "/%F4%90%80%80"_ba;
    QTest::newRow("raw byte") << "/a\xff"_ba;
    QTest::newRow("percent without digits") << "/a%"_ba;
    QTest::newRow("percent with one digit") << "/a%4"_ba;
    QTest::newRow("percent with other letters") << "/a%zz"_ba;
}

void TestRestKeys::badKeyIs400()
{
    QFETCH(QByteArray, target);
    const Fields none;
    QCOMPARE(problemFault(m_client->get(target), 400), ""_ba);
    QCOMPARE(problemFault(m_client->put(target, "v"), 400), ""_ba);
    QCOMPARE(problemFault(m_client->del(target), 400), ""_ba);
    QCOMPARE(problemFault(m_client->patch(target + "?ttl=5"), 400), ""_ba);
    QCOMPARE(m_client->head(target).status, 400);
    QCOMPARE(m_client->get("/keys?count=true").body, R"({"count":0})"_ba);
}

void TestRestKeys::unknownParameterIs400_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::newRow("GET") << "GET"_ba
                         << "/k?colour=red"_ba;
    QTest::newRow("GET with ttl") << "GET"_ba
                                  << "/k?ttl=5&colour"_ba;
    QTest::newRow("PUT") << "PUT"_ba
                         << "/k?ttl=5&colour=red"_ba;
    QTest::newRow("PATCH") << "PATCH"_ba
                           << "/k?colour=red&ttl=5"_ba;
    QTest::newRow("DELETE") << "DELETE"_ba
                            << "/k?colour=red"_ba;
    QTest::newRow("listing") << "GET"_ba
                             << "/keys?colour=red"_ba;
    QTest::newRow("prefix listing") << "GET"_ba
                                    << "/keys/k?limit=5&colour=red"_ba;
    QTest::newRow("removal") << "DELETE"_ba
                             << "/keys?colour=red"_ba;
    QTest::newRow("prefix removal") << "DELETE"_ba
                                    << "/keys/k?colour=red"_ba;
}

void TestRestKeys::unknownParameterIs400()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    m_client->put("/k", "v");
    const HttpResponse response = m_client->request(method, target);
    QCOMPARE(problemFault(response, 400), ""_ba);
    QVERIFY2(response.body.contains("colour") || target.contains("ttl=5&colour"),
             response.body.constData());
    QCOMPARE(m_client->get("/k").body, "v"_ba);
}

QTEST_GUILESS_MAIN(TestRestKeys)
#include "tst_restkeys.moc"
