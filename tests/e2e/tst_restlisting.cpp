// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

// Keys of many shapes; byte order differs from the order of any locale and from that of UTF-16.
QByteArrayList manyKeys()
{
    QByteArrayList keys;
    for (int i = 0; i < 250; ++i)
        keys.append("item:" + QByteArray::number(i));
    for (int i = 0; i < 50; ++i)
        keys.append("a/b c/" + QByteArray::number(i) + "?x=1&y=%41#z+");
    const QByteArrayList shapes{"A"_ba,       "a"_ba,         "Z"_ba,
                                "z"_ba,       "ä"_ba,         "é"_ba,
                                "中文"_ba,    "😀"_ba,         "\xef\xbf\xbd"_ba,
                                "a b"_ba,     "a%b"_ba,       "a?b"_ba,
                                "a\"b\\c"_ba, "a\0b"_ba,      "a\nb"_ba,
                                "~"_ba,       "a+b"_ba,       "a&b"_ba,
                                "a;b"_ba,     "a,b>; rel"_ba, "-"_ba,
                                "//"_ba,      "\x7f"_ba,      "item:"_ba,
                                "item;"_ba};
    keys += shapes;
    return keys;
}

QByteArrayList sorted(QByteArrayList keys)
{
    std::sort(keys.begin(), keys.end());
    return keys;
}

QByteArrayList withPrefix(const QByteArrayList &keys, const QByteArray &prefix)
{
    QByteArrayList matching;
    for (const QByteArray &key : keys) {
        if (key.startsWith(prefix))
            matching.append(key);
    }
    return sorted(matching);
}

QByteArrayList keysOf(const HttpResponse &response)
{
    QByteArrayList keys;
    const QJsonArray array = response.json().array();
    for (const QJsonValue &value : array)
        keys.append((value.isObject() ? value["key"_L1] : value).toString().toUtf8());
    return keys;
}

// The target of the link with rel="next" (RFC 8288), as a path; empty when there is none.
QByteArray nextTarget(const HttpResponse &response)
{
    const QByteArray link = response.header("link");
    if (link.isEmpty())
        return {};
    const qsizetype end = link.indexOf('>');
    if (!link.startsWith('<') || end < 0 || !link.mid(end).contains("rel=\"next\""))
        return "malformed Link: " + link;
    QByteArray target = link.mid(1, end - 1);
    if (target.startsWith("http://"))
        target.remove(0, target.indexOf('/', 7));
    return target;
}

} // namespace

/// GET and DELETE of /keys and /keys/<prefix>.
class TestRestListing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void emptyStoreListsNothing();
    void allKeysInByteOrder();
    void prefixSelects_data();
    void prefixSelects();
    void walkByLinksSeesEachKeyOnce_data();
    void walkByLinksSeesEachKeyOnce();
    void walkByLinksKeepsTheOtherParameters();
    void lastPageHasNoLink();
    void afterNeedsNoKeyOfThatName();
    void afterTakesPlusAsSpace();
    void afterOutsideThePrefix();
    void limitAboveAllGivesAll();
    void countCounts();
    void valuesDescribeEachKey();
    void valuesOfBytesThatAreNoText();
    void listingNeverShowsAValueByDefault();
    void headOfAListing();
    void badParameterIs400_data();
    void badParameterIs400();
    void badPrefixIs400();
    void removalByPrefixGivesTheKeys();
    void removalThatMatchesNothingTakesNoSeq();
    void removalTakesOneSeq();
    void removalOfAll();

private:
    void fill();
    QByteArrayList walk(QByteArray target, int &pages);

    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestRestListing::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestRestListing::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestRestListing::fill()
{
    const QByteArrayList keys = manyKeys();
    if (m_client->get("/keys?count=true").json()["count"_L1].toInt() == keys.size())
        return;
    QCOMPARE(m_client->del("/keys").status, 200);
    for (const QByteArray &key : keys)
        QCOMPARE(m_client->put('/' + encodedPath(key), "value of " + key).status, 201);
}

QByteArrayList TestRestListing::walk(QByteArray target, int &pages)
{
    QByteArrayList keys;
    for (pages = 0; !target.isEmpty() && pages < 1000; ++pages) {
        const HttpResponse response = m_client->get(target);
        if (response.status != 200)
            return {"status " + QByteArray::number(response.status) + " for " + target};
        keys += keysOf(response);
        target = nextTarget(response);
    }
    return keys;
}

void TestRestListing::emptyStoreListsNothing()
{
    const HttpResponse response = m_client->get("/keys");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("content-type"), "application/json"_ba);
    QCOMPARE(response.body, "[]"_ba);
    QCOMPARE(m_client->get("/keys/none").body, "[]"_ba);
    QCOMPARE(m_client->get("/keys?values=true").body, "[]"_ba);
    QCOMPARE(m_client->get("/keys?count=true").body, R"({"count":0})"_ba);
    QCOMPARE(m_client->del("/keys").body, "[]"_ba);
}

void TestRestListing::allKeysInByteOrder()
{
    fill();
    int pages = 0;
    QCOMPARE(walk("/keys", pages), sorted(manyKeys()));
}

void TestRestListing::prefixSelects_data()
{
    QTest::addColumn<QByteArray>("prefix");
    QTest::newRow("item") << "item:"_ba;
    QTest::newRow("item with digits") << "item:24"_ba;
    QTest::newRow("slash and space") << "a/b c/"_ba;
    QTest::newRow("question mark") << "a?"_ba;
    QTest::newRow("percent") << "a%"_ba;
    QTest::newRow("one character") << "a"_ba;
    QTest::newRow("slash") << "/"_ba;
    QTest::newRow("unicode") << "ä"_ba;
    QTest::newRow("whole key") << "item:7"_ba;
    QTest::newRow("nothing begins so") << "zebra"_ba;
    QTest::newRow("longer than all keys") << "item:249:more"_ba;
}

void TestRestListing::prefixSelects()
{
    fill();
    QFETCH(QByteArray, prefix);
    const QByteArrayList expected = withPrefix(manyKeys(), prefix);
    int pages = 0;
    QCOMPARE(walk("/keys/" + encodedPath(prefix), pages), expected);
    const HttpResponse count = m_client->get("/keys/" + encodedPath(prefix) + "?count=true");
    QCOMPARE(count.body, R"({"count":)" + QByteArray::number(expected.size()) + '}');
}

void TestRestListing::walkByLinksSeesEachKeyOnce_data()
{
    QTest::addColumn<QByteArray>("prefix");
    QTest::addColumn<int>("limit");
    QTest::newRow("one at a time") << ""_ba << 1;
    QTest::newRow("seven at a time") << ""_ba << 7;
    QTest::newRow("hundred at a time") << ""_ba << 100;
    QTest::newRow("with slashes, spaces, question marks") << "a/b c/"_ba << 3;
    QTest::newRow("page that divides the keys") << "item:"_ba << 50;
}

void TestRestListing::walkByLinksSeesEachKeyOnce()
{
    fill();
    QFETCH(QByteArray, prefix);
    QFETCH(int, limit);
    const QByteArray path = prefix.isEmpty() ? "/keys"_ba : "/keys/" + encodedPath(prefix);
    const QByteArrayList expected = withPrefix(manyKeys(), prefix);
    int pages = 0;
    QCOMPARE(walk(path + "?limit=" + QByteArray::number(limit), pages), expected);
    QCOMPARE(pages, (static_cast<int>(expected.size()) + limit - 1) / limit);
}

void TestRestListing::walkByLinksKeepsTheOtherParameters()
{
    fill();
    QByteArray target = "/keys/item:?limit=100&values=true";
    int values = 0;
    for (int page = 0; page < 3; ++page) {
        const HttpResponse response = m_client->get(target);
        const QJsonArray array = response.json().array();
        QVERIFY(array.size() <= 100);
        for (const QJsonValue &value : array)
            values += value.isObject() ? 1 : 0;
        target = nextTarget(response);
    }
    QCOMPARE(values, 251);
    QCOMPARE(target, ""_ba);
}

void TestRestListing::lastPageHasNoLink()
{
    fill();
    const qsizetype all = withPrefix(manyKeys(), "item:").size();
    const QByteArray whole = "/keys/item:?limit=" + QByteArray::number(all);
    QCOMPARE(nextTarget(m_client->get(whole)), ""_ba);
    const QByteArray oneLess = "/keys/item:?limit=" + QByteArray::number(all - 1);
    QVERIFY(!nextTarget(m_client->get(oneLess)).isEmpty());
}

void TestRestListing::afterNeedsNoKeyOfThatName()
{
    fill();
    const QByteArrayList keys
        = keysOf(m_client->get("/keys/item:?limit=2&after=" + encodedQuery("item:24")));
    QCOMPARE(keys, (QByteArrayList{"item:240"_ba, "item:241"_ba}));
    const QByteArrayList between
        = keysOf(m_client->get("/keys/item:?limit=1&after=" + encodedQuery("item:240!")));
    QCOMPARE(between, QByteArrayList{"item:241"_ba});
    QCOMPARE(m_client->get("/keys/item:?after=item:~").body, "[]"_ba);
}

void TestRestListing::afterTakesPlusAsSpace()
{
    fill();
    QCOMPARE(keysOf(m_client->get("/keys/a?limit=1&after=a+b")),
             keysOf(m_client->get("/keys/a?limit=1&after=a%20b")));
    QCOMPARE(keysOf(m_client->get("/keys/a?limit=1&after=a%2Bb")), QByteArrayList{"a,b>; rel"_ba});
}

void TestRestListing::afterOutsideThePrefix()
{
    fill();
    QCOMPARE(keysOf(m_client->get("/keys/item:?limit=1&after=a")), QByteArrayList{"item:"_ba});
    QCOMPARE(m_client->get("/keys/item:?limit=1&after=z").body, "[]"_ba);
}

void TestRestListing::limitAboveAllGivesAll()
{
    fill();
    QCOMPARE(keysOf(m_client->get("/keys/item:?limit=1000")).size(), 251);
}

void TestRestListing::countCounts()
{
    fill();
    const HttpResponse response = m_client->get("/keys?count=true");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("content-type"), "application/json"_ba);
    QCOMPARE(response.body, R"({"count":)" + QByteArray::number(manyKeys().size()) + '}');
}

void TestRestListing::valuesDescribeEachKey()
{
    m_client->del("/keys");
    const quint64 first
        = m_client->put("/a", "text ü", {{"Content-Type", "text/plain"}}).revision();
    m_client->put("/b?ttl=1000", "");
    const QJsonArray array = m_client->get("/keys?values=true").json().array();
    QCOMPARE(array.size(), 2);
    const QJsonObject a = array.at(0).toObject();
    QCOMPARE(a["key"_L1].toString(), u"a"_s);
    QCOMPARE(a["value"_L1].toString(), u"text ü"_s);
    QVERIFY(!a.contains("value_base64"_L1));
    QCOMPARE(a["revision"_L1].toInteger(), static_cast<qint64>(first));
    QCOMPARE(a["type"_L1].toString(), u"text/plain"_s);
    QVERIFY(!a["ttl"_L1].isDouble());
    const QJsonObject b = array.at(1).toObject();
    QCOMPARE(b["value"_L1].toString(), u""_s);
    QVERIFY(b.contains("value"_L1));
    QCOMPARE(b["revision"_L1].toInteger(), static_cast<qint64>(first + 1));
    QCOMPARE(b["type"_L1].toString(), u"application/octet-stream"_s);
    QVERIFY(b["ttl"_L1].toInt() > 900 && b["ttl"_L1].toInt() <= 1000);
}

void TestRestListing::valuesOfBytesThatAreNoText()
{
    m_client->del("/keys");
    QByteArray bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    m_client->put("/bytes", bytes);
    m_client->put("/controls", bytes.left(32) + "\"\\/\x7f\xe2\x80\xa8");
    const QJsonArray array = m_client->get("/keys?values=true").json().array();
    const QJsonObject object = array.at(0).toObject();
    QVERIFY(!object.contains("value"_L1));
    QCOMPARE(QByteArray::fromBase64(object["value_base64"_L1].toString().toLatin1()), bytes);
    QCOMPARE(array.at(1)["value"_L1].toString().toUtf8(), bytes.left(32) + "\"\\/\x7f\xe2\x80\xa8");
}

void TestRestListing::listingNeverShowsAValueByDefault()
{
    m_client->del("/keys");
    m_client->put("/a", "secret");
    QCOMPARE(m_client->get("/keys").body, R"(["a"])"_ba);
    QCOMPARE(m_client->get("/keys?values=false").body, R"(["a"])"_ba);
    QCOMPARE(m_client->get("/keys?count=false").body, R"(["a"])"_ba);
}

void TestRestListing::headOfAListing()
{
    m_client->del("/keys");
    m_client->put("/a", "1");
    const HttpResponse head = m_client->head("/keys");
    QCOMPARE(head.status, 200);
    QCOMPARE(head.header("content-length"), "5"_ba);
    QCOMPARE(head.header("content-type"), "application/json"_ba);
}

void TestRestListing::badParameterIs400_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("named");
    QTest::newRow("limit word") << "limit=ten"_ba
                                << "limit"_ba;
    QTest::newRow("limit negative") << "limit=-1"_ba
                                    << "limit"_ba;
    QTest::newRow("limit empty") << "limit="_ba
                                 << "limit"_ba;
    QTest::newRow("limit too large") << "limit=99999999999999999999"_ba
                                     << "limit"_ba;
    QTest::newRow("values word") << "values=maybe"_ba
                                 << "values"_ba;
    QTest::newRow("count word") << "count=maybe"_ba
                                << "count"_ba;
    QTest::newRow("after not UTF-8") << "after=%FF"_ba
                                     << "after"_ba;
    QTest::newRow("after badly encoded") << "after=%4"_ba
                                         << "after"_ba;
}

void TestRestListing::badParameterIs400()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, named);
    QCOMPARE(problemFault(m_client->get("/keys?" + query), 400, named), ""_ba);
    QCOMPARE(problemFault(m_client->get("/keys/a?" + query), 400, named), ""_ba);
}

void TestRestListing::badPrefixIs400()
{
    QCOMPARE(problemFault(m_client->get("/keys/%FF"), 400), ""_ba);
    QCOMPARE(problemFault(m_client->del("/keys/%FF"), 400), ""_ba);
    QCOMPARE(problemFault(m_client->del("/keys/%4"), 400), ""_ba);
}

void TestRestListing::removalByPrefixGivesTheKeys()
{
    fill();
    const QByteArrayList removed = withPrefix(manyKeys(), "a/b c/");
    const HttpResponse response = m_client->del("/keys/a%2Fb%20c/");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("content-type"), "application/json"_ba);
    QCOMPARE(keysOf(response), removed);
    int pages = 0;
    const QByteArrayList left = walk("/keys", pages);
    QCOMPARE(left.size(), manyKeys().size() - removed.size());
    QCOMPARE(withPrefix(left, "a/b c/"), QByteArrayList());
}

void TestRestListing::removalThatMatchesNothingTakesNoSeq()
{
    const quint64 before = m_client->put("/k", "").revision();
    QCOMPARE(m_client->del("/keys/nothing").body, "[]"_ba);
    QCOMPARE(m_client->put("/k", "").revision(), before + 1);
}

void TestRestListing::removalTakesOneSeq()
{
    m_client->del("/keys");
    m_client->put("/p1", "");
    m_client->put("/p2", "");
    const quint64 before = m_client->put("/p3", "").revision();
    QCOMPARE(m_client->del("/keys/p").body, R"(["p1","p2","p3"])"_ba);
    QCOMPARE(m_client->put("/p1", "").revision(), before + 2);
}

void TestRestListing::removalOfAll()
{
    fill();
    QCOMPARE(keysOf(m_client->del("/keys")), sorted(manyKeys()));
    QCOMPARE(m_client->get("/keys").body, "[]"_ba);
}

QTEST_GUILESS_MAIN(TestRestListing)
#include "tst_restlisting.moc"
