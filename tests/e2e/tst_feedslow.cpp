// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/feedhistory.h"
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketfeed.h"
#include "tests/support/websocketframes.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

constexpr int kManyWrites = 4000;

double metric(HttpClient &client, const QByteArray &name)
{
    const QByteArray text = client.get("/metrics").body;
    const qsizetype at = text.indexOf('\n' + name + ' ');
    if (at < 0)
        return -1;
    const qsizetype begin = at + name.size() + 2;
    return text.mid(begin, text.indexOf('\n', begin) - begin).toDouble();
}

} // namespace

/// Consumers that do not read: a Feed reads only while the test waits for it, so between two waits
/// it is such a consumer.
class TestFeedSlow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void slowWebSocketGetsAGapThenGoesOn();
    void slowEventStreamGetsAGapThenGoesOn();
    void slowConsumerCatchesUpAgainAndAgain();
    void losslessConsumerIsClosedWith1013();
    void readsAreShedFirst();
    void slowConsumerSlowsNobodyElse();
    void eventLargerThanTheBuffer();
    void batchLargerThanTheBuffer();
    void consumerThatNeverReadsAgain();
    void slowInitialStateIsWhole();
    void slowReplayIsWhole();

private:
    // 40 MB of events, more than the kernel keeps for a socket; each is well below the buffer.
    void writeMuch(int count = kManyWrites);
    void writeUntilSeen(Feed &feed, const QByteArray &key);
    void verifyGapThenGoesOn(Feed &feed, quint64 start);
    quint64 seq() { return m_client->put("/seq", "").revision(); }

    ServerProcess m_server{{u"--feed-buffer"_s, u"64KiB"_s}};
    std::unique_ptr<HttpClient> m_client;
};

void TestFeedSlow::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestFeedSlow::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestFeedSlow::writeMuch(int count)
{
    const QByteArray value(10'000, 'x');
    for (int i = 0; i < count; ++i)
        QVERIFY(m_client->put("/large", value, {{"Prefer", "return=minimal"}}).revision() > 0);
}

// While the consumer still lags, a write may become part of the gap.
void TestFeedSlow::writeUntilSeen(Feed &feed, const QByteArray &key)
{
    m_client->put('/' + key, "");
    for (int i = 0; !feed.waitForOp("insert", key, 200); ++i) {
        QVERIFY(i < 100);
        m_client->put('/' + key, "");
    }
}

void TestFeedSlow::verifyGapThenGoesOn(Feed &feed, quint64 start)
{
    writeMuch();
    QVERIFY(feed.waitForOp("gap"));
    writeUntilSeen(feed, "end");
    const FeedHistory history = followHistory(feed.messages(), start);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.lastSeq, seq() - 1);
    QVERIFY(history.mutations > 0 && history.mutations < kManyWrites);
    QVERIFY(!feed.isClosed());
}

void TestFeedSlow::slowWebSocketGetsAGapThenGoesOn()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    verifyGapThenGoesOn(feed, seq() - 1);
    QVERIFY(metric(*m_client, "memorykv_feed_shed_total") > 0);
}

void TestFeedSlow::slowEventStreamGetsAGapThenGoesOn()
{
    SseFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    verifyGapThenGoesOn(feed, seq() - 1);
    // The id of the gap is where it ends, so that a consumer that comes back goes on from there.
    for (const FeedMessage &message : feed.messages()) {
        if (message.op() == "gap")
            QVERIFY(message.id.endsWith(':' + QByteArray::number(message.number("to"))));
    }
}

void TestFeedSlow::slowConsumerCatchesUpAgainAndAgain()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    const quint64 start = seq() - 1;
    for (int round = 0; round < 5; ++round) {
        writeMuch(1500);
        writeUntilSeen(feed, "end" + QByteArray::number(round));
    }
    QCOMPARE(followHistory(feed.messages(), start).fault, ""_ba);
}

void TestFeedSlow::losslessConsumerIsClosedWith1013()
{
    // On the bare socket: QWebSocket may drop what is unread when the peer has closed.
    RawClient consumer(m_server.port());
    consumer.send(webSocketHandshake("/wal?format=json&lossless=true"));
    QCOMPARE(consumer.readHead().status, 101);
    const quint64 start = seq() - 1;
    writeMuch();
    const QList<WebSocketFrame> frames = webSocketFrames(consumer.readUntilClosed());
    QVERIFY(consumer.closed());
    QCOMPARE(frames.constLast().closeCode(), 1013);
    FeedMessages messages;
    for (const WebSocketFrame &frame : frames) {
        if (frame.opcode == WebSocketFrame::kText)
            messages.append({frame.payload, false, {}, 0});
    }
    const FeedHistory history = followHistory(messages, start);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.gaps, 0);
    QVERIFY2(history.mutations > 0 && history.mutations < kManyWrites,
             QByteArray::number(history.mutations).constData());
}

void TestFeedSlow::readsAreShedFirst()
{
    constexpr int kReads = 40'000;
    constexpr int kReadsPerWrite = 400;
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    const quint64 start = seq() - 1;
    const QByteArray longKey = '/' + QByteArray(1000, 'k');
    RawClient writer(m_server.port());
    const QByteArray reads = requestBytes("GET", longKey).repeated(kReadsPerWrite);
    for (int i = 0; i < kReads / kReadsPerWrite; ++i) {
        QVERIFY(writer.send(reads + requestBytes("PUT", "/m", {}, "v")));
        for (int answer = 0; answer <= kReadsPerWrite; ++answer)
            QVERIFY(writer.readResponse().status != 0);
    }
    m_client->put("/end", "");
    QVERIFY(feed.waitForOp("insert", "end"));
    const FeedHistory history = followHistory(feed.messages(), start);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.gaps, 0);
    QCOMPARE(history.mutations, kReads / kReadsPerWrite + 2);
    QVERIFY2(history.reads > 0 && history.reads < kReads,
             QByteArray::number(history.reads).constData());
}

void TestFeedSlow::slowConsumerSlowsNobodyElse()
{
    WebSocketFeed slow(m_server.port(), "format=json");
    QVERIFY(slow.open());
    // A consumer of its own thread would do as well; this one is on the wire alone.
    RawClient fast(m_server.port());
    fast.send(
        "GET /wal?op=insert HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
    QCOMPARE(fast.readHead().status, 200);
    const QByteArray value(100'000, 'x');
    for (int i = 0; i < 400; ++i) {
        const QByteArray key = "fast:" + QByteArray::number(i) + ':';
        m_client->put('/' + key, value, {{"Prefer", "return=minimal"}});
        QByteArray seen;
        while (!seen.contains(" }\n")) {
            const QByteArray more = fast.readSome();
            QVERIFY2(!more.isEmpty(), key.constData());
            seen += more;
        }
        QVERIFY2(seen.contains("Insert { key: " + key), seen.left(200).constData());
    }
    QCOMPARE(m_client->del("/keys/fast:").status, 200);
}

void TestFeedSlow::eventLargerThanTheBuffer()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    const quint64 start = seq() - 1;
    // One event that is larger than the buffer reaches a consumer that keeps up.
    m_client->put("/huge", QByteArray(5 << 20, 'x'), {{"Prefer", "return=minimal"}});
    m_client->put("/end", "");
    QVERIFY(feed.waitFor([](const FeedMessages &messages) {
        return std::any_of(messages.begin(), messages.end(), [](const FeedMessage &message) {
            return message.op() == "gap" || message.json()["key"_L1].toString() == "end"_L1;
        });
    }));
    QCOMPARE(followHistory(feed.messages(), start).fault, ""_ba);
    QCOMPARE(m_client->del("/huge").body.size(), 5 << 20);
}

void TestFeedSlow::batchLargerThanTheBuffer()
{
    // Many events at once are no sign of a slow consumer: what counts is what the network has not
    // taken.
    WebSocketFeed feed(m_server.port(), "format=json&lossless=true");
    QVERIFY(feed.open());
    const quint64 start = seq() - 1;
    QByteArrayList operations;
    for (int i = 0; i < 50; ++i) {
        operations.append(R"({"op":"put","key":"batch:)" + QByteArray::number(i) + R"(","value":")"
                          + QByteArray(10'000, 'x') + R"("})");
    }
    QCOMPARE(m_client->batch(R"({"operations":[)" + operations.join(',') + "]}").status, 200);
    QVERIFY(feed.waitForOp("insert", "batch:49"));
    const FeedHistory history = followHistory(feed.messages(), start);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.gaps, 0);
    QCOMPARE(history.mutations, 51);
}

void TestFeedSlow::consumerThatNeverReadsAgain()
{
    // Those of the tests before may still be on their way out.
    QTRY_COMPARE_WITH_TIMEOUT(metric(*m_client, "memorykv_feed_subscribers"), 0.0, 30'000);
    {
        std::vector<std::unique_ptr<WebSocketFeed>> feeds;
        for (int i = 0; i < 10; ++i) {
            feeds.push_back(std::make_unique<WebSocketFeed>(m_server.port()));
            QVERIFY(feeds.back()->open());
        }
        QCOMPARE(metric(*m_client, "memorykv_feed_subscribers"), 10.0);
        writeMuch(1000);
    }
    // They left without a word; the server finds out and lets go of them.
    QTRY_COMPARE_WITH_TIMEOUT(metric(*m_client, "memorykv_feed_subscribers"), 0.0, 30'000);
}

void TestFeedSlow::slowInitialStateIsWhole()
{
    // 20 MB of state go at the pace of the consumer, past any buffer.
    for (int i = 0; i < 200; ++i)
        m_client->put("/state:" + QByteArray::number(i), QByteArray(100'000, 'x'));
    WebSocketFeed feed(m_server.port(), "format=json&initial=true&prefix=state:");
    QVERIFY(feed.open());
    m_client->put("/state:new", "");
    QVERIFY(feed.waitForOp("insert", "state:new"));
    int initial = 0;
    for (const FeedMessage &message : feed.messages())
        initial += message.json()["initial"_L1].toBool() ? 1 : 0;
    QCOMPARE(initial, 200);
    QCOMPARE(followHistory(feed.messages(), 0).gaps, 0);
    QCOMPARE(m_client->del("/keys/state:").status, 200);
}

void TestFeedSlow::slowReplayIsWhole()
{
    // What the history holds is replayed at the pace of the consumer as well.
    const quint64 start = seq();
    writeMuch(2000);
    const QByteArray epoch
        = QByteArray::number(m_client->get("/-/info").json()["epoch"_L1].toVariant().toULongLong());
    WebSocketFeed feed(m_server.port(),
                       "format=json&since=" + epoch + ':' + QByteArray::number(start));
    QVERIFY(feed.open());
    m_client->put("/end", "");
    QVERIFY(feed.waitFor([&](const FeedMessages &messages) {
        return !messages.isEmpty() && messages.last().json()["key"_L1].toString() == "end"_L1;
    }));
    const FeedHistory history = followHistory(feed.messages(), start);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.gaps, 0);
    QCOMPARE(history.mutations, 2001);
}

QTEST_GUILESS_MAIN(TestFeedSlow)
#include "tst_feedslow.moc"
