// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketframes.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

Fields upgradeFields()
{
    return {{"Connection", "Upgrade"},
            {"Upgrade", "websocket"},
            {"Sec-WebSocket-Version", "13"},
            {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
}

} // namespace

/// How a consumer of /wal is let in, or not.
class TestFeedHandshake : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void badParameterIs400BeforeTheUpgrade_data();
    void badParameterIs400BeforeTheUpgrade();
    void badHandshakeIsRefused_data();
    void badHandshakeIsRefused();
    void handshakeIsAnsweredExactly();
    void eventStreamHead();
    void upgradeBehindPipelinedRequests();
    void frameRightBehindTheHandshake();
    void whatAClientSendsHarmsNobody_data();
    void whatAClientSendsHarmsNobody();
    void requestBehindAnEventStreamIsNotServed();

private:
    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestFeedHandshake::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestFeedHandshake::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestFeedHandshake::badParameterIs400BeforeTheUpgrade_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("named");
    QTest::newRow("unknown") << "colour=red"_ba
                             << "colour"_ba;
    QTest::newRow("format") << "format=xml"_ba
                            << "format"_ba;
    QTest::newRow("format empty") << "format="_ba
                                  << "format"_ba;
    QTest::newRow("op unknown") << "op=insert,frobnicate"_ba
                                << "op"_ba;
    QTest::newRow("op empty") << "op="_ba
                              << "op"_ba;
    QTest::newRow("op in capitals") << "op=INSERT"_ba
                                    << "op"_ba;
    QTest::newRow("prefix not UTF-8") << "prefix=%FF"_ba
                                      << "prefix"_ba;
    QTest::newRow("prefix badly encoded") << "prefix=%G1"_ba
                                          << ""_ba;
    QTest::newRow("initial") << "initial=maybe"_ba
                             << "initial"_ba;
    QTest::newRow("lossless") << "lossless=2"_ba
                              << "lossless"_ba;
    QTest::newRow("since empty") << "since="_ba
                                 << "since"_ba;
    QTest::newRow("since without an epoch") << "since=5"_ba
                                            << "since"_ba;
    QTest::newRow("since words") << "since=a:b"_ba
                                 << "since"_ba;
    QTest::newRow("since negative") << "since=1:-1"_ba
                                    << "since"_ba;
    QTest::newRow("since of three") << "since=1:2:3"_ba
                                    << "since"_ba;
    QTest::newRow("since over 64 bits") << "since=1:99999999999999999999"_ba
                                        << "since"_ba;
}

void TestFeedHandshake::badParameterIs400BeforeTheUpgrade()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, named);
    const QByteArray target = "/wal?" + query;
    QCOMPARE(problemFault(m_client->request("GET", target, upgradeFields()), 400, named), ""_ba);
    QCOMPARE(problemFault(m_client->get(target, {{"Accept", "text/event-stream"}}), 400, named),
             ""_ba);
    if (query.startsWith("since=")) {
        const QByteArray id = query.mid(6);
        const Fields fields{{"Accept", "text/event-stream"}, {"Last-Event-ID", id}};
        if (!id.isEmpty())
            QCOMPARE(problemFault(m_client->get("/wal", fields), 400, "Last-Event-ID"), ""_ba);
    }
}

void TestFeedHandshake::badHandshakeIsRefused_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value"); // null: leave it out
    QTest::newRow("no key") << "Sec-WebSocket-Key"_ba << QByteArray();
    QTest::newRow("key too short") << "Sec-WebSocket-Key"_ba
                                   << "YWJj"_ba;
    QTest::newRow("key no base64") << "Sec-WebSocket-Key"_ba
                                   << "!!!!!!!!!!!!!!!!!!!!!!=="_ba;
    QTest::newRow("no version") << "Sec-WebSocket-Version"_ba << QByteArray();
    QTest::newRow("old version") << "Sec-WebSocket-Version"_ba
                                 << "8"_ba;
    QTest::newRow("other protocol") << "Upgrade"_ba
                                    << "h2c"_ba;
    QTest::newRow("no connection option") << "Connection"_ba
                                          << "keep-alive"_ba;
}

void TestFeedHandshake::badHandshakeIsRefused()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    Fields fields;
    for (auto [fieldName, fieldValue] : upgradeFields()) {
        if (fieldName == name)
            fieldValue = value;
        if (!fieldValue.isNull())
            fields.append({fieldName, fieldValue});
    }
    const HttpResponse response = m_client->request("GET", "/wal", fields);
    QVERIFY2(response.status == 400 || response.status == 426,
             QByteArray::number(response.status).constData());
    QCOMPARE(problemFault(response, response.status), ""_ba);
    // RFC 6455 4.4: the versions that are understood.
    if (name == "Sec-WebSocket-Version" && !value.isNull())
        QCOMPARE(response.header("sec-websocket-version"), "13"_ba);
    QCOMPARE(m_client->get("/ping").body, "pong"_ba);
}

void TestFeedHandshake::handshakeIsAnsweredExactly()
{
    RawClient client(m_server.port());
    client.send(webSocketHandshake("/wal"));
    const HttpResponse head = client.readHead();
    QCOMPARE(head.status, 101);
    QCOMPARE(head.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="_ba);
    QVERIFY(head.headerHasToken("upgrade", "websocket"));
    QVERIFY(head.headerHasToken("connection", "upgrade"));
    QVERIFY(!head.has("sec-websocket-extensions"));
    QVERIFY(!head.has("sec-websocket-protocol"));
    m_client->put("/k", "v");
    QByteArray frames;
    const QByteArray text = "Insert { key: k, value: v }";
    while (!frames.contains(text)) {
        const QByteArray more = client.readSome();
        QVERIFY(!more.isEmpty());
        frames += more;
    }
    // Final text frame, not masked, with its length (RFC 6455 5.2).
    QVERIFY(frames.contains('\x81' + QByteArray(1, static_cast<char>(text.size())) + text));
}

void TestFeedHandshake::eventStreamHead()
{
    SseFeed feed(m_server.port());
    QVERIFY(feed.open());
    const HttpResponse &response = feed.response();
    QVERIFY(response.header("content-type").startsWith("text/event-stream"));
    QVERIFY(response.header("cache-control").contains("no-"));
    QVERIFY(response.has("date"));
    QCOMPARE(response.header("x-content-type-options"), "nosniff"_ba);
    QVERIFY(!response.has("content-length"));
}

void TestFeedHandshake::upgradeBehindPipelinedRequests()
{
    RawClient client(m_server.port());
    client.send(requestBytes("PUT", "/k", {}, "v") + requestBytes("GET", "/k")
                + webSocketHandshake("/wal?op=insert&prefix=after"));
    QVERIFY(client.readResponse().status < 300);
    QCOMPARE(client.readResponse().body, "v"_ba);
    QCOMPARE(client.readHead().status, 101);
    m_client->put("/after", "v");
    QByteArray frames;
    while (!frames.contains("Insert { key: after, value: v }")) {
        const QByteArray more = client.readSome();
        QVERIFY(!more.isEmpty());
        frames += more;
    }
}

void TestFeedHandshake::frameRightBehindTheHandshake()
{
    // A client has to wait for the answer (RFC 6455 4.1). One that does not, and closes in the same
    // bytes, is gone all the same.
    RawClient client(m_server.port());
    client.send(webSocketHandshake("/wal?op=insert") + "\x88\x82\0\0\0\0\x03\xe8"_ba);
    client.readUntilClosed();
    QVERIFY(client.closed());
    QCOMPARE(m_client->get("/ping").body, "pong"_ba);
}

void TestFeedHandshake::whatAClientSendsHarmsNobody_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("closes");
    QTest::newRow("text message") << "\x81\x82\0\0\0\0hi"_ba << false;
    QTest::newRow("pong nobody asked for") << "\x8a\x82\0\0\0\0hi"_ba << false;
    QTest::newRow("message of 2^62 bytes")
        << "\x82\xff\x40\0\0\0\0\0\0\0\0\0\0\0"_ba + QByteArray(100'000, 'x') << true;
    QTest::newRow("message of 64 MiB")
        << "\x82\xff\0\0\0\0\x04\0\0\0\0\0\0\0"_ba + QByteArray(64 << 20, 'x') << true;
    QTest::newRow("unknown opcode") << "\x83\x80\0\0\0\0"_ba << true;
    QTest::newRow("reserved bit") << "\xc1\x82\0\0\0\0hi"_ba << true;
    QTest::newRow("control frame too long")
        << "\x89\xfe\x01\0\0\0\0\0"_ba + QByteArray(256, 'x') << true;
    QTest::newRow("text that is not UTF-8") << "\x81\x82\0\0\0\0\xff\xfe"_ba << true;
    QTest::newRow("another request") << requestBytes("GET", "/ping").repeated(50) << true;
}

void TestFeedHandshake::whatAClientSendsHarmsNobody()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, closes);
    RawClient client(m_server.port());
    client.send(webSocketHandshake("/wal?op=insert"));
    QCOMPARE(client.readHead().status, 101);
    client.send(bytes);
    if (closes) {
        client.readUntilClosed();
        QVERIFY2(client.closed(), "still open after 30 s");
    } else {
        m_client->put("/k", "v");
        QByteArray frames;
        while (!frames.contains("Insert { key: k, value: v }")) {
            const QByteArray more = client.readSome();
            QVERIFY(!more.isEmpty());
            frames += more;
        }
    }
    QCOMPARE(m_client->get("/ping").body, "pong"_ba);
}

void TestFeedHandshake::requestBehindAnEventStreamIsNotServed()
{
    RawClient client(m_server.port());
    client.send(requestBytes("GET", "/wal?op=insert", {{"Accept", "text/event-stream"}})
                + requestBytes("PUT", "/behind", {}, "v"));
    QCOMPARE(client.readHead().status, 200);
    client.send(requestBytes("PUT", "/behind", {}, "v").repeated(100));
    QCOMPARE(m_client->get("/ping").body, "pong"_ba);
    QCOMPARE(m_client->get("/behind").status, 404);
}

QTEST_GUILESS_MAIN(TestFeedHandshake)
#include "tst_feedhandshake.moc"
