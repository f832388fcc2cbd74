// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/feedhistory.h"
#include "tests/support/feedtest.h"
#include "tests/support/randomwriter.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketfeed.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// Where a consumer enters the history: since a position, or after a gap.
class TestFeedPosition : public FeedTest
{
    Q_OBJECT

private Q_SLOTS:
    void sinceReplaysThenGoesOn();
    void lastEventIdReplaysThenGoesOn();
    void sinceZeroReplaysEverything();
    void sinceTheLastSeqReplaysNothing();
    void replayGoesThroughTheFilters();
    void replayHasNoReads();
    void replayOfABatchPart();
    void resumingAgainAndAgainMissesNothing();
    void goneHistoryIsAGap();
    void goneHistoryIsAGapAsText();
    void noHistoryAtAll();
    void otherEpochIsAGap_data();
    void otherEpochIsAGap();
    void restartMakesANewEpoch();
};

void TestFeedPosition::sinceReplaysThenGoesOn()
{
    const quint64 start = seq();
    m_client->put("/a", "1");
    m_client->put("/b", "2");
    m_client->del("/a");
    WebSocketFeed feed(m_server.port(), "since=" + position(start + 1));
    QVERIFY(feed.open());
    m_client->put("/c", "3");
    QVERIFY(feed.waitForText("Insert { key: c, value: 3 }"));
    const QByteArrayList expected{"Insert { key: b, value: 2 }"_ba, "Delete { key: a }"_ba,
                                  "Insert { key: c, value: 3 }"_ba};
    QCOMPARE(feed.texts(), expected);
}

void TestFeedPosition::lastEventIdReplaysThenGoesOn()
{
    SseFeed before(m_server.port());
    QVERIFY(before.open());
    m_client->put("/a", "1");
    QVERIFY(before.waitForText("Insert { key: a, value: 1 }"));
    m_client->put("/b", "2");
    SseFeed feed(m_server.port(), {}, before.messages().constLast().id);
    QVERIFY(feed.open());
    m_client->put("/c", "3");
    QVERIFY(feed.waitForText("Insert { key: c, value: 3 }"));
    const QByteArrayList expected{"Insert { key: b, value: 2 }"_ba,
                                  "Insert { key: c, value: 3 }"_ba};
    QCOMPARE(feed.texts(), expected);
    QCOMPARE(feed.messages().last().id, position(seq()));
}

void TestFeedPosition::sinceZeroReplaysEverything()
{
    m_client->put("/end", "");
    WebSocketFeed feed(m_server.port(), "format=json&since=" + position(0));
    QVERIFY(feed.open());
    const quint64 last = seq();
    QVERIFY(feed.waitFor([&](const FeedMessages &messages) {
        return !messages.isEmpty() && followHistory(messages, 0).lastSeq == last;
    }));
    const FeedHistory history = followHistory(feed.messages(), 0);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.gaps, 0);
}

void TestFeedPosition::sinceTheLastSeqReplaysNothing()
{
    m_client->put("/a", "1");
    WebSocketFeed feed(m_server.port(), "since=" + position(seq()));
    QVERIFY(feed.open());
    m_client->put("/b", "2");
    QVERIFY(feed.waitForText("Insert { key: b, value: 2 }"));
    QCOMPARE(feed.texts().size(), 1);
}

void TestFeedPosition::replayGoesThroughTheFilters()
{
    const quint64 start = seq();
    m_client->put("/a1", "1");
    m_client->put("/b1", "2");
    m_client->del("/a1");
    m_client->put("/a2", "3");
    WebSocketFeed feed(m_server.port(), "op=insert&prefix=a&since=" + position(start));
    QVERIFY(feed.open());
    m_client->put("/b2", "4");
    m_client->put("/a3", "5");
    QVERIFY(feed.waitForText("Insert { key: a3, value: 5 }"));
    const QByteArrayList expected{"Insert { key: a1, value: 1 }"_ba,
                                  "Insert { key: a2, value: 3 }"_ba,
                                  "Insert { key: a3, value: 5 }"_ba};
    QCOMPARE(feed.texts(), expected);
}

void TestFeedPosition::replayHasNoReads()
{
    WebSocketFeed watching(m_server.port());
    QVERIFY(watching.open());
    const quint64 start = seq();
    m_client->get("/a");
    m_client->get("/keys");
    m_client->put("/a", "1");
    QVERIFY(watching.waitForText("Insert { key: a, value: 1 }"));
    WebSocketFeed feed(m_server.port(), "since=" + position(start));
    QVERIFY(feed.open());
    QVERIFY(feed.waitForText("Insert { key: a, value: 1 }"));
    QCOMPARE(feed.texts().size(), 1);
}

void TestFeedPosition::replayOfABatchPart()
{
    const quint64 start = seq();
    m_client->batch(R"({"operations":[{"op":"put","key":"a","value":"1"},
        {"op":"put","key":"b","value":"2"},{"op":"put","key":"c","value":"3"}]})");
    WebSocketFeed feed(m_server.port(), "since=" + position(start + 1));
    QVERIFY(feed.open());
    QVERIFY(feed.waitForText("Insert { key: c, value: 3 }"));
    QCOMPARE(feed.texts().first(), "Insert { key: b, value: 2 }"_ba);
}

void TestFeedPosition::resumingAgainAndAgainMissesNothing()
{
    // The consumer leaves in mid-stream and comes back with the last position it saw, while the
    // writer never pauses: between replay and live nothing is lost and nothing comes twice.
    const quint64 start = seq();
    RandomWriter writer(m_server.port());
    FeedMessages all;
    quint64 last = start;
    for (int round = 0; round < 30; ++round) {
        WebSocketFeed feed(m_server.port(),
                           "format=json&op=insert,delete,delete_prefix&since=" + position(last));
        QVERIFY(feed.open());
        QVERIFY(feed.waitFor([&](const FeedMessages &messages) { return messages.size() > 50; }));
        all += feed.messages();
        last = all.last().number("seq");
    }
    writer.stop();
    const FeedHistory history = followHistory(all, start);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.gaps, 0);
}

void TestFeedPosition::goneHistoryIsAGap()
{
    ServerProcess server({u"--history"_s, u"64KiB"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    for (int i = 1; i <= 1000; ++i)
        client.put("/k" + QByteArray::number(i % 10), QByteArray(1000, 'x'));
    const QByteArray epochNow
        = QByteArray::number(client.get("/-/info").json()["epoch"_L1].toVariant().toULongLong());

    WebSocketFeed feed(server.port(), "format=json&since=" + epochNow + ":10");
    QVERIFY(feed.open());
    client.put("/end", "");
    QVERIFY(feed.waitForOp("insert", "end"));
    const FeedHistory history = followHistory(feed.messages(), 10);
    QCOMPARE(history.fault, ""_ba);
    QCOMPARE(history.gaps, 1);
    QCOMPARE(history.lastSeq, 1001);
    QCOMPARE(feed.events().first().op(), "gap"_ba);
    QCOMPARE(feed.events().first().number("from"), 11);
    // 64 KiB hold some of the changes of a little more than 1,000 bytes, but far from all.
    QVERIFY2(history.mutations > 10 && history.mutations < 70,
             QByteArray::number(history.mutations).constData());
    QCOMPARE(feed.events().first().number("epoch"), epochNow.toULongLong());

    WebSocketFeed held(server.port(), "format=json&since=" + epochNow + ":995");
    QVERIFY(held.open());
    QVERIFY(held.waitForOp("insert", "end"));
    QCOMPARE(followHistory(held.messages(), 995).gaps, 0);
    QCOMPARE(followHistory(held.messages(), 995).mutations, 6);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestFeedPosition::goneHistoryIsAGapAsText()
{
    ServerProcess server({u"--history"_s, u"0"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    for (int i = 1; i <= 12; ++i)
        client.put("/k", "v");
    const QByteArray epochNow
        = QByteArray::number(client.get("/-/info").json()["epoch"_L1].toVariant().toULongLong());
    WebSocketFeed feed(server.port(), "since=" + epochNow + ":7");
    SseFeed stream(server.port(), {}, epochNow + ":7");
    QVERIFY(feed.open());
    QVERIFY(stream.open());
    QVERIFY(feed.waitForText("Gap { from: 8, to: 12 }"));
    QVERIFY(stream.waitForText("Gap { from: 8, to: 12 }"));
    // After the gap the position is at its end: a consumer that comes back is not told it again.
    for (const FeedMessage &message : stream.messages()) {
        if (message.data.startsWith("Gap"))
            QCOMPARE(message.id, epochNow + ":12");
    }
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestFeedPosition::noHistoryAtAll()
{
    ServerProcess server({u"--history"_s, u"0"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    WebSocketFeed feed(server.port(), "format=json");
    QVERIFY(feed.open());
    for (int i = 1; i <= 100; ++i)
        client.put("/k" + QByteArray::number(i), "v");
    QVERIFY(feed.waitForOp("insert", "k100"));
    QCOMPARE(followHistory(feed.messages(), 0).fault, ""_ba);
    QCOMPARE(followHistory(feed.messages(), 0).mutations, 100);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestFeedPosition::otherEpochIsAGap_data()
{
    QTest::addColumn<bool>("thisEpoch");
    QTest::addColumn<quint64>("ahead");
    QTest::newRow("another epoch") << false << quint64(0);
    QTest::newRow("this epoch, a seq yet to come") << true << quint64(1'000'000);
}

void TestFeedPosition::otherEpochIsAGap()
{
    QFETCH(bool, thisEpoch);
    QFETCH(quint64, ahead);
    m_client->put("/a", "1");
    const quint64 last = seq();
    const QByteArray since = QByteArray::number(thisEpoch ? epoch() : epoch() - 1) + ':'
                             + QByteArray::number(last + ahead);
    WebSocketFeed feed(m_server.port(), "format=json&since=" + since);
    SseFeed stream(m_server.port(), "format=json", since);
    QVERIFY(feed.open());
    QVERIFY(stream.open());
    QVERIFY(feed.waitForOp("gap"));
    QVERIFY(stream.waitForOp("gap"));
    m_client->put("/b", "2");
    for (Feed *consumer : {static_cast<Feed *>(&feed), static_cast<Feed *>(&stream)}) {
        QVERIFY(consumer->waitForOp("insert", "b"));
        const QList<FeedMessage> events = consumer->events();
        QCOMPARE(events.first().op(), "gap"_ba);
        QCOMPARE(events.first().number("epoch"), epoch());
        QCOMPARE(events.first().number("to"), last);
        QCOMPARE(events.last().number("seq"), last + 1);
        QCOMPARE(events.size(), 2);
    }
}

void TestFeedPosition::restartMakesANewEpoch()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    const auto epochOf = [&] {
        return HttpClient(server.port())
            .get("/-/info")
            .json()["epoch"_L1]
            .toVariant()
            .toULongLong();
    };
    const quint64 first = epochOf();
    QCOMPARE(server.stopFault(), ""_ba);
    QVERIFY2(server.start(), server.standardError().constData());
    QVERIFY(epochOf() != first);
    QCOMPARE(server.stopFault(), ""_ba);
}

QTEST_GUILESS_MAIN(TestFeedPosition)
#include "tst_feedposition.moc"
