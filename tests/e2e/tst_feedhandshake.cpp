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

QTEST_GUILESS_MAIN(TestFeedHandshake)
#include "tst_feedhandshake.moc"
