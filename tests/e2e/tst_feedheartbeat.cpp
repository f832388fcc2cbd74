// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketfeed.h"
#include "tests/support/websocketframes.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

QByteArray heartbeatOf(const WebSocketFeed &feed)
{
    return "Heartbeat from 127.0.0.1:" + QByteArray::number(feed.localPort());
}

qsizetype countOf(const FeedMessages &messages, const QByteArray &text)
{
    qsizetype count = 0;
    for (const FeedMessage &message : messages)
        count += message.data == text ? 1 : 0;
    return count;
}

} // namespace

/// Pings, pongs, and the Heartbeat events that come of them.
class TestFeedHeartbeat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void firstHeartbeatComesOnConnect();
    void everyConsumerSeesTheHeartbeatsOfAll();
    void jsonNamesThePeer();
    void filterLeavesHeartbeatsOut();
    void silentConsumerIsClosed();
    void eventStreamStaysWithoutPongs();

private:
    ServerProcess m_server{{u"--heartbeat"_s, u"1"_s}};
};

void TestFeedHeartbeat::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void TestFeedHeartbeat::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestFeedHeartbeat::firstHeartbeatComesOnConnect()
{
    ServerProcess server; // one ping a minute
    QVERIFY2(server.start(), server.standardError().constData());
    WebSocketFeed feed(server.port());
    QVERIFY(feed.open());
    QVERIFY(feed.waitForText(heartbeatOf(feed)));
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestFeedHeartbeat::everyConsumerSeesTheHeartbeatsOfAll()
{
    WebSocketFeed first(m_server.port());
    WebSocketFeed second(m_server.port(), {}, "application/octet-stream");
    QVERIFY(first.open());
    QVERIFY(second.open());
    const auto sawBothTwice = [&](const FeedMessages &messages) {
        return countOf(messages, heartbeatOf(first)) >= 2
               && countOf(messages, heartbeatOf(second)) >= 2;
    };
    QVERIFY(first.waitFor(sawBothTwice));
    QVERIFY(second.waitFor(sawBothTwice));
    QVERIFY(!first.isClosed() && !second.isClosed());
}

void TestFeedHeartbeat::jsonNamesThePeer()
{
    WebSocketFeed feed(m_server.port(), "format=json&op=heartbeat");
    QVERIFY(feed.open());
    QVERIFY(feed.waitForOp("heartbeat"));
    const QByteArray peer = "127.0.0.1:" + QByteArray::number(feed.localPort());
    QVERIFY(feed.waitFor([&](const FeedMessages &messages) {
        return !messages.isEmpty() && messages.last().json()["peer"_L1].toString().toUtf8() == peer;
    }));
    const QJsonObject json = feed.messages().last().json();
    QVERIFY(json.contains("seq"_L1) && json.contains("epoch"_L1) && json.contains("time"_L1));
    QVERIFY(!json.contains("key"_L1));
}

void TestFeedHeartbeat::filterLeavesHeartbeatsOut()
{
    WebSocketFeed all(m_server.port());
    WebSocketFeed inserts(m_server.port(), "op=insert");
    QVERIFY(all.open());
    QVERIFY(inserts.open());
    QVERIFY(all.waitFor([&](const FeedMessages &messages) {
        return countOf(messages, heartbeatOf(inserts)) >= 2;
    }));
    HttpClient(m_server.port()).put("/end", "");
    QVERIFY(inserts.waitForText("Insert { key: end, value:  }"));
    QCOMPARE(inserts.messages().size(), 1);
}

void TestFeedHeartbeat::silentConsumerIsClosed()
{
    // A consumer whose program hangs: the connection is there, but no pong ever comes.
    RawClient silent(m_server.port());
    silent.send(webSocketHandshake("/wal?op=insert"));
    QCOMPARE(silent.readHead().status, 101);
    const QList<WebSocketFrame> frames = webSocketFrames(silent.readUntilClosed());
    QVERIFY2(silent.closed(), "still open after 30 s without a pong");
    QVERIFY(frames.size() >= 2);
    for (const WebSocketFrame &frame : frames)
        QVERIFY2(frame.opcode == WebSocketFrame::kPing || frame.opcode == WebSocketFrame::kClose,
                 QByteArray::number(frame.opcode).constData());
}

void TestFeedHeartbeat::eventStreamStaysWithoutPongs()
{
    SseFeed stream(m_server.port());
    WebSocketFeed other(m_server.port());
    QVERIFY(stream.open());
    QVERIFY(other.open());
    QVERIFY(stream.waitFor(
        [&](const FeedMessages &messages) { return countOf(messages, heartbeatOf(other)) >= 5; }));
    QVERIFY(!stream.isClosed());
}

QTEST_GUILESS_MAIN(TestFeedHeartbeat)
#include "tst_feedheartbeat.moc"
