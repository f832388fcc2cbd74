// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/serverprocess.h"
#include "tests/support/ssefeed.h"
#include "tests/support/tokens.h"
#include "tests/support/websocketfeed.h"
#include "tests/support/websocketframes.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// Tokens on the feed: how they are sent, what a confined consumer sees, and what becomes of a feed
/// whose token is withdrawn.
class TestTokenFeed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void handshake_data();
    void handshake();
    void handshakeWithoutTokensIsAnsweredAlike();
    void eventStreamTakesTheField();
    void confinedConsumerSeesItsPrefixAlone_data();
    void confinedConsumerSeesItsPrefixAlone();
    void confinedInitialStateAndReplay();
    void confinedConsumerHearsItsOwnHeartbeatAlone();
    void prefixParameterWithinTheConfinement();
    void withdrawnTokenEndsTheFeed();

private:
    void change(const QByteArray &method, const QByteArray &target);
    void makeHistory();

    TokenFile m_file{Tokens{{"read", "t-read"}, {"admin", "t-admin"}, {"read", "t-ab", "ab/"}}};
    ServerProcess m_server{{u"--token-file"_s, m_file.path(), u"--heartbeat"_s, u"1s"_s}};
    std::unique_ptr<HttpClient> m_client;
};

void TestTokenFeed::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestTokenFeed::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestTokenFeed::change(const QByteArray &method, const QByteArray &target)
{
    const QByteArray body = method == "PUT" ? "v"_ba : QByteArray();
    QVERIFY(m_client->request(method, target, bearer("t-admin"), body).status < 300);
}

// Something of every op, inside and outside of the prefix "ab/".
void TestTokenFeed::makeHistory()
{
    for (const char *key : {"/ab/1", "/ab/2", "/ab", "/abc/1", "/secret/1", "/ab/3"})
        change("PUT", key);
    change("GET", "/ab/1");
    change("GET", "/secret/1");
    change("PATCH", "/secret/1?ttl=1000");
    change("PATCH", "/ab/1?ttl=1000");
    change("DELETE", "/abc/1");
    change("DELETE", "/ab/2");
    change("GET", "/keys");
    change("GET", "/keys/a");
    change("GET", "/keys/ab/");
    change("GET", "/keys/secret");
    change("DELETE", "/keys/secret");
    change("DELETE", "/keys/ab/3");
    change("DELETE", "/keys/a");
    change("PUT", "/secret/2");
    change("DELETE", "/keys");
    change("PUT", "/ab/end");
}

void TestTokenFeed::handshake_data()
{
    QTest::addColumn<Fields>("fields");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("protocol");
    const auto protocols = [](const char *list) {
        return Fields{{"Sec-WebSocket-Protocol", list}};
    };
    QTest::newRow("none") << Fields{} << 401 << ""_ba;
    QTest::newRow("field") << bearer("t-read") << 101 << ""_ba;
    QTest::newRow("field and protocol")
        << bearer("t-read") + protocols("memorykv") << 101 << "memorykv"_ba;
    QTest::newRow("protocol") << protocols("memorykv, bearer.t-read") << 101 << "memorykv"_ba;
    QTest::newRow("protocol first") << protocols("bearer.t-read,memorykv") << 101 << "memorykv"_ba;
    QTest::newRow("in two fields")
        << protocols("memorykv") + protocols("bearer.t-read") << 101 << "memorykv"_ba;
    QTest::newRow("unknown") << protocols("memorykv, bearer.t-nobody") << 401 << ""_ba;
    QTest::newRow("no token in it") << protocols("memorykv, bearer.") << 401 << ""_ba;
    QTest::newRow("without memorykv") << protocols("bearer.t-read") << 400 << ""_ba;
    QTest::newRow("two tokens") << protocols("memorykv, bearer.t-read, bearer.t-admin") << 400
                                << ""_ba;
    QTest::newRow("field and protocol token")
        << bearer("t-read") + protocols("memorykv, bearer.t-read") << 400 << ""_ba;
    QTest::newRow("other protocol") << bearer("t-read") + protocols("chat") << 101 << ""_ba;
}

void TestTokenFeed::handshake()
{
    QFETCH(Fields, fields);
    QFETCH(int, status);
    QFETCH(QByteArray, protocol);
    RawClient client(m_server.port());
    QByteArray request = webSocketHandshake("/wal").chopped(2);
    for (const auto &[name, value] : std::as_const(fields))
        request += name + ": " + value + "\r\n";
    QVERIFY(client.send(request + "\r\n"));
    const HttpResponse response = client.readHead();
    QCOMPARE(response.status, status);
    QCOMPARE(response.header("sec-websocket-protocol"), protocol);
    if (status == 401)
        QVERIFY(response.header("www-authenticate").startsWith("Bearer "));
}

void TestTokenFeed::handshakeWithoutTokensIsAnsweredAlike()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    RawClient client(server.port());
    QVERIFY(client.send(webSocketHandshake("/wal").chopped(2)
                        + "Sec-WebSocket-Protocol: memorykv, bearer.anything\r\n\r\n"));
    const HttpResponse response = client.readHead();
    QCOMPARE(response.status, 101);
    QCOMPARE(response.header("sec-websocket-protocol"), "memorykv"_ba);
    client.abort();
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestTokenFeed::eventStreamTakesTheField()
{
    SseFeed nobody(m_server.port());
    QVERIFY(!nobody.open());
    QCOMPARE(nobody.response().status, 401);
    SseFeed feed(m_server.port());
    feed.addField("Authorization", "Bearer t-read");
    QVERIFY(feed.open());
    change("PUT", "/seen");
    QVERIFY(feed.waitForText("Insert { key: seen, value: v }"));
}

void TestTokenFeed::confinedConsumerSeesItsPrefixAlone_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::newRow("no parameter") << ""_ba;
    QTest::newRow("shorter prefix") << "prefix=a"_ba;
    QTest::newRow("the prefix") << "prefix=ab%2F"_ba;
}

void TestTokenFeed::confinedConsumerSeesItsPrefixAlone()
{
    QFETCH(QByteArray, query);
    change("DELETE", "/keys");
    WebSocketFeed feed(m_server.port(), query);
    feed.addField("Authorization", "Bearer t-ab");
    QVERIFY(feed.open());
    SseFeed other(m_server.port(), query);
    other.addField("Authorization", "Bearer t-ab");
    QVERIFY(other.open());
    makeHistory();
    const QByteArrayList expected{"Insert { key: ab/1, value: v }",
                                  "Insert { key: ab/2, value: v }",
                                  "Insert { key: ab/3, value: v }",
                                  "Read { key: ab/1}",
                                  "Touch { key: ab/1, ttl: 1000 }",
                                  "Delete { key: ab/2 }",
                                  "ListPrefix { prefix: ab/}",
                                  "ListPrefix { prefix: ab/}",
                                  "DeletePrefix { key: ab/3 }",
                                  "DeletePrefix { key: ab/ }",
                                  "DeleteAll",
                                  "Insert { key: ab/end, value: v }"};
    for (Feed *each : {static_cast<Feed *>(&feed), static_cast<Feed *>(&other)}) {
        QVERIFY(each->waitForText(expected.last()));
        QCOMPARE(each->texts(), expected);
    }
}

void TestTokenFeed::confinedInitialStateAndReplay()
{
    change("DELETE", "/keys");
    const QJsonObject info = m_client->get("/-/info", bearer("t-read")).json().object();
    const QByteArray since = QByteArray::number(info[u"epoch"].toInteger()) + "%3A"
                             + QByteArray::number(info[u"seq"].toInteger());
    makeHistory();
    change("PUT", "/secret/3");

    WebSocketFeed replay(m_server.port(), "since=" + since);
    replay.addField("Authorization", "Bearer t-ab");
    QVERIFY(replay.open());
    QVERIFY(replay.waitForText("Insert { key: ab/end, value: v }"));
    QCOMPARE(replay.texts(),
             (QByteArrayList{"Insert { key: ab/1, value: v }", "Insert { key: ab/2, value: v }",
                             "Insert { key: ab/3, value: v }", "Touch { key: ab/1, ttl: 1000 }",
                             "Delete { key: ab/2 }", "DeletePrefix { key: ab/3 }",
                             "DeletePrefix { key: ab/ }", "DeleteAll",
                             "Insert { key: ab/end, value: v }"}));

    WebSocketFeed initial(m_server.port(), "initial=true&format=json");
    initial.addField("Authorization", "Bearer t-ab");
    QVERIFY(initial.open());
    QVERIFY(initial.waitForOp("synced"));
    QCOMPARE(initial.events().size(), 2);
    QCOMPARE(initial.events()[0].json()[u"key"].toString(), u"ab/end"_s);
}

void TestTokenFeed::confinedConsumerHearsItsOwnHeartbeatAlone()
{
    WebSocketFeed all(m_server.port(), "op=heartbeat");
    all.addField("Authorization", "Bearer t-read");
    QVERIFY(all.open());
    WebSocketFeed feed(m_server.port(), "op=heartbeat");
    feed.addField("Authorization", "Bearer t-ab");
    QVERIFY(feed.open());
    const QByteArray ofAll = "Heartbeat from 127.0.0.1:" + QByteArray::number(all.localPort());
    const QByteArray own = "Heartbeat from 127.0.0.1:" + QByteArray::number(feed.localPort());
    const auto count = [](const Feed &messages, const QByteArray &text) {
        return std::count_if(messages.messages().begin(), messages.messages().end(),
                             [&](const FeedMessage &message) { return message.data == text; });
    };
    // Both answer pings while either waits, and each heartbeat goes to all.
    QVERIFY(all.waitFor([&](const FeedMessages &) {
        return count(all, ofAll) >= 3 && count(all, own) >= 3 && count(feed, own) >= 3;
    }));
    QCOMPARE(count(feed, ofAll), 0);
    QCOMPARE(count(feed, own), feed.messages().size());
}

void TestTokenFeed::prefixParameterWithinTheConfinement()
{
    SseFeed outside(m_server.port(), "prefix=secret");
    outside.addField("Authorization", "Bearer t-ab");
    QVERIFY(!outside.open());
    QCOMPARE(outside.response().status, 403);

    WebSocketFeed feed(m_server.port(), "prefix=ab/x");
    feed.addField("Authorization", "Bearer t-ab");
    QVERIFY(feed.open());
    change("PUT", "/ab/1");
    change("DELETE", "/keys/ab");
    change("PUT", "/ab/x");
    QVERIFY(feed.waitForText("Insert { key: ab/x, value: v }"));
    QCOMPARE(feed.texts(),
             (QByteArrayList{"DeletePrefix { key: ab/ }", "Insert { key: ab/x, value: v }"}));
}

void TestTokenFeed::withdrawnTokenEndsTheFeed()
{
    TokenFile file(Tokens{{"read", "t-kept"}, {"read", "t-gone"}, {"read", "t-other", "a"}});
    ServerProcess server({u"--token-file"_s, file.path()});
    QVERIFY2(server.start(), server.standardError().constData());
    WebSocketFeed kept(server.port());
    kept.addField("Authorization", "Bearer t-kept");
    WebSocketFeed gone(server.port());
    gone.addField("Authorization", "Bearer t-gone");
    WebSocketFeed other(server.port());
    other.addField("Authorization", "Bearer t-other");
    SseFeed stream(server.port());
    stream.addField("Authorization", "Bearer t-gone");
    for (bool opened : {kept.open(), gone.open(), other.open(), stream.open()})
        QVERIFY(opened);

    file.write({{"admin", "t-new"}, {"read", "t-other", "b"}, {"read", "t-kept"}});
    server.sendSignal(SIGHUP);
    QVERIFY(gone.waitForClosed());
    QCOMPARE(gone.closeCode(), 1008);
    QVERIFY(other.waitForClosed());
    QCOMPARE(other.closeCode(), 1008);
    QVERIFY(stream.waitForClosed());
    HttpClient client(server.port());
    QCOMPARE(client.put("/k", "v", bearer("t-new")).status, 201);
    QVERIFY(kept.waitForText("Insert { key: k, value: v }"));
    QVERIFY(!kept.isClosed());
    kept.close();
    QCOMPARE(server.stopFault(), ""_ba);
}

QTEST_GUILESS_MAIN(TestTokenFeed)
#include "tst_tokenfeed.moc"
