// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedclient.h"

#include "tests/support/fakeidentity.h"
#include "tests/support/fakeserver.h"

#include <QSignalSpy>
#include <QTest>

#include <atomic>

using namespace memorykv;
using namespace memorykv::test;

namespace {

constexpr int kWaitMs = 30'000;

constexpr quint64 kEpoch = 77;

Event insert(quint64 seq, quint64 epoch = kEpoch)
{
    return {.op = Op::Insert,
            .epoch = epoch,
            .seq = seq,
            .timeMs = 1'700'000'000'000,
            .key = "k" + QByteArray::number(seq),
            .value = QByteArray("\xff\0v", 3)};
}

Event heartbeat(quint64 seq)
{
    return {.op = Op::Heartbeat,
            .epoch = kEpoch,
            .seq = seq,
            .timeMs = 1'700'000'060'000,
            .peer = "127.0.0.1:9"};
}

Event gap(quint64 from, quint64 to, quint64 epoch = kEpoch)
{
    return {.op = Op::Gap, .epoch = epoch, .seq = to, .gapFrom = from};
}

/// What a row would show, in short: "5" for a mutation, "gap 2-4", "heartbeat".
QByteArray shortText(const Event &event)
{
    if (event.op == Op::Gap)
        return "gap " + QByteArray::number(event.gapFrom) + '-' + QByteArray::number(event.seq);
    return isMutation(event.op) ? QByteArray::number(event.seq) : opName(event.op).toByteArray();
}

} // namespace

class TestFeedClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_now = 1'000;
        m_random = 0;
        m_rows.clear();
        m_states.clear();
        m_server = std::make_unique<FakeServer>();
        FeedOptions options;
        options.flushMs = 1;
        options.clock = [this] { return m_now.load(); };
        options.random = [this] { return m_random.load(); };
        make(options);
    }

    void cleanup()
    {
        m_feed.reset();
        m_server.reset();
    }

    void eventsComeInOrderWithTheirBytes()
    {
        goLive();
        m_server->send(insert(1));
        m_server->send(insert(2));
        m_server->send(heartbeat(2));
        m_server->send(insert(3));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "2", "heartbeat", "3"}), kWaitMs);
        QCOMPARE(m_rows.first().value, QByteArray("\xff\0v", 3));
        QCOMPARE(m_feed->stats().events, 5U); // and the heartbeat of going live
        QCOMPARE(m_feed->stats().lastHeartbeatMs, 1'700'000'060'000);
        QCOMPARE(m_feed->stats().position, std::optional(Position{kEpoch, 3}));
    }

    void statesAreToldInOrder()
    {
        goLive();
        QCOMPARE(m_states, QList({FeedState::Connecting, FeedState::Live}));
        QCOMPARE(m_server->lastFeedTarget(), "/wal?format=json");
        m_feed->stop();
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Stopped, kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(!m_server->hasFeed(), kWaitMs);
    }

    void tokenGoesWithTheUpgrade()
    {
        m_feed->start({.address = m_server->url(), .token = "secret"});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
        QCOMPARE(m_server->lastFeedToken(), "Bearer secret");
        QCOMPARE(m_server->requests().first().field("Authorization"), "Bearer secret");
    }

    void repeatedEventsAreShownOnce()
    {
        goLive();
        for (const quint64 seq : {1, 2, 2, 1, 3, 3})
            m_server->send(insert(seq));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "2", "3"}), kWaitMs);
        QCOMPARE(m_feed->stats().duplicates, 3U);
    }

    void skippedEventsAreAGap()
    {
        goLive();
        m_server->send(insert(1));
        m_server->send(insert(5));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "gap 2-4", "5"}), kWaitMs);
        QCOMPARE(m_feed->stats().missed, 3U);
    }

    void reorderedEventsNeverGoBack()
    {
        goLive();
        for (const quint64 seq : {1, 3, 2, 4})
            m_server->send(insert(seq));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "gap 2-2", "3", "4"}), kWaitMs);
        QCOMPARE(m_feed->stats().duplicates, 1U);
    }

    void tokenThatMayBeConfinedMakesNoGaps()
    {
        m_feed->start({.address = m_server->url(), .token = "secret"});
        QTRY_VERIFY_WITH_TIMEOUT(m_server->hasFeed(), kWaitMs);
        m_server->send(insert(1));
        m_server->send(insert(5));
        m_server->send(gap(6, 8));
        m_server->send(insert(9));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "5", "gap 6-8", "9"}), kWaitMs);
    }

    void garbageIsCountedAndLeftOut()
    {
        goLive();
        m_server->send(insert(1));
        m_server->sendRaw("");
        m_server->sendRaw("{");
        m_server->sendRaw(QByteArray("\xff\xfe\0", 3));
        m_server->sendRaw(R"({"op":"insert","seq":-1})");
        m_server->sendRaw(QByteArray(100'000, '['));
        m_server->send(insert(2));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "2"}), kWaitMs);
        QCOMPARE(m_feed->stats().garbage, 5U);
        QCOMPARE(m_feed->status().state, FeedState::Live);
    }

    void breakIsResumedWithSince_data()
    {
        QTest::addColumn<bool>("inAFrame");
        QTest::newRow("closed with a frame") << false;
        QTest::newRow("broken in the middle of a frame") << true;
    }
    void breakIsResumedWithSince()
    {
        QFETCH(bool, inAFrame);
        goLive();
        m_server->send(insert(41));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"gap 1-40", "41"}), kWaitMs);
        if (inAFrame)
            m_server->breakFrame();
        else
            m_server->closeFeed(1001);
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
        QCOMPARE(m_feed->status().failures, 1);
        QVERIFY(!m_feed->status().reason.isEmpty());
        QCOMPARE(m_server->feedRequests(), 1);

        m_now += 500;
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
        QCOMPARE(m_server->lastFeedTarget(), "/wal?format=json&since=77:41");
        QTRY_VERIFY_WITH_TIMEOUT(m_server->hasFeed(), kWaitMs);
        m_server->send(gap(42, 50));
        m_server->send(insert(51));
        QTRY_COMPARE_WITH_TIMEOUT(texts().last(), "51", kWaitMs);
        QCOMPARE(texts().value(2), "gap 42-50");
    }

    void waitsGrowAndEndAtHalfAMinute()
    {
        m_random = 0.999999;
        m_server->goAway();
        m_feed->start({.address = m_server->url()});
        for (const int wait : {500, 1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000}) {
            QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
            const qint64 at = *m_feed->status().retryAtMs;
            QVERIFY(qAbs(at - m_now - wait) <= 1);
            QCOMPARE(m_feed->retryInSeconds(), (wait + 999) / 1000);
            const int failures = m_feed->status().failures;
            m_now = at;
            QTRY_VERIFY_WITH_TIMEOUT(m_feed->status().state == FeedState::Offline
                                         && m_feed->status().failures == failures + 1,
                                     kWaitMs);
        }
        m_server->comeBack();
        m_now += 30'000;
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
        QVERIFY(!m_states.contains(FeedState::Refused));
    }

    void jitterTakesUpToHalf()
    {
        m_server->goAway();
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().failures, 1, kWaitMs);
        QCOMPARE(*m_feed->status().retryAtMs - m_now, 500);
        m_now += 500;
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().failures, 2, kWaitMs);
        QCOMPARE(*m_feed->status().retryAtMs - m_now, 500);
        m_now += 500;
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().failures, 3, kWaitMs);
        QCOMPARE(*m_feed->status().retryAtMs - m_now, 1'000);
    }

    void nothingIsTriedBeforeItsTime()
    {
        m_server->goAway();
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
        m_server->comeBack();
        m_now += 499;
        QTest::qWait(400);
        QCOMPARE(m_feed->status().state, FeedState::Offline);
        QVERIFY(m_server->requests().isEmpty());
        QVERIFY2(m_feed->statusText().contains(QStringLiteral("Next try in 1 s")),
                 qPrintable(m_feed->statusText()));
    }

    void retryNowDoesNotWait()
    {
        m_server->goAway();
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
        m_server->comeBack();
        m_feed->retryNow();
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
    }

    void silenceIsAskedAboutAndThenALoss()
    {
        goLive();
        m_server->send(insert(1));
        QTRY_COMPARE_WITH_TIMEOUT(m_rows.size(), 1, kWaitMs);
        m_server->fallSilent();
        m_now += 60'000;
        QTest::qWait(300);
        QCOMPARE(m_feed->status().state, FeedState::Live);
        m_now += 90'000;
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
        QVERIFY2(m_feed->status().reason.contains(QStringLiteral("silent for 150 s")),
                 qPrintable(m_feed->status().reason));
    }

    void quietServerThatAnswersPingsIsAlive()
    {
        goLive();
        for (int minute = 0; minute < 3; ++minute) {
            m_now += 60'000;
            QTest::qWait(1'000);
        }
        QCOMPARE(m_feed->status().state, FeedState::Live);
        QCOMPARE(m_server->feedRequests(), 1);
    }

    void handshakeThatNeverEndsTimesOut()
    {
        m_server->keepFeedWaiting(true);
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_server->feedRequests(), 1, kWaitMs);
        m_now += 15'000;
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
        m_server->keepFeedWaiting(false);
        m_feed->retryNow();
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
    }

    void serverThatWantsATokenIsToldSo()
    {
        m_server->answer("/-/info", {.body = R"({"name":"MemoryKV","version":"0.1.0",)"
                                             R"("auth":{"required":true}})"});
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Refused, kWaitMs);
        QCOMPARE(m_feed->status().httpStatus, 401);
        QCOMPARE(m_server->feedRequests(), 0);
    }

    void tokenThatReachesAllMakesGaps()
    {
        m_server->answer("/-/info", {.body = R"({"name":"MemoryKV","version":"0.1.0","epoch":77,)"
                                             R"("seq":0,"auth":{"required":true,"role":"read"}})"});
        m_feed->start({.address = m_server->url(), .token = "secret"});
        QTRY_VERIFY_WITH_TIMEOUT(m_server->hasFeed(), kWaitMs);
        m_server->send(insert(1));
        m_server->send(insert(5));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "gap 2-4", "5"}), kWaitMs);
    }

    void tokenThatIsConfinedMakesNone()
    {
        m_server->answer("/-/info",
                         {.body = R"({"name":"MemoryKV","version":"0.1.0","epoch":77,"seq":0,)"
                                  R"("auth":{"required":true,"role":"read","prefix":"k"}})"});
        m_feed->start({.address = m_server->url(), .token = "secret"});
        QTRY_VERIFY_WITH_TIMEOUT(m_server->hasFeed(), kWaitMs);
        m_server->send(insert(1));
        m_server->send(insert(5));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "5"}), kWaitMs);
    }

    void refusalEndsTheTrying_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("atTheFeed");
        QTest::newRow("401 of /-/info") << 401 << false;
        QTest::newRow("403 of /-/info") << 403 << false;
        QTest::newRow("401 of the feed") << 401 << true;
        QTest::newRow("403 of the feed") << 403 << true;
    }
    void refusalEndsTheTrying()
    {
        QFETCH(int, status);
        QFETCH(bool, atTheFeed);
        const FakeAnswer refusal{.status = status,
                                 .fields = {{"WWW-Authenticate", "Bearer realm=\"memorykv\""}}};
        if (atTheFeed)
            m_server->refuseFeed(refusal);
        else
            m_server->answer("/-/info", refusal);
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Refused, kWaitMs);
        QCOMPARE(m_feed->status().httpStatus, status);
        QVERIFY(!m_feed->status().reason.isEmpty());
        const auto asked = m_server->requests().size();
        m_now += 1'000'000;
        QTest::qWait(300);
        QCOMPARE(m_feed->status().state, FeedState::Refused);
        QCOMPARE(m_server->requests().size(), asked);
    }

    void feedThatIsFullIsTriedAgain()
    {
        m_server->refuseFeed({.status = 503});
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
        m_server->refuseFeed({.status = 0});
        m_now += 500;
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
    }

    void whatIsNoMemoryKvIsToldSo_data()
    {
        QTest::addColumn<FakeAnswer>("info");
        QTest::addColumn<FeedState>("state");
        QTest::newRow("404") << FakeAnswer{.status = 404} << FeedState::NotMemoryKv;
        QTest::newRow("a page") << FakeAnswer{.body = "<html/>"} << FeedState::NotMemoryKv;
        QTest::newRow("another program")
            << FakeAnswer{.body = R"({"name":"Other","epoch":1,"seq":2})"}
            << FeedState::NotMemoryKv;
        QTest::newRow("no position")
            << FakeAnswer{.body = R"({"name":"MemoryKV","version":"0.0.1"})"} << FeedState::TooOld;
        QTest::newRow("a broken proxy") << FakeAnswer{.status = 502} << FeedState::Offline;
    }
    void whatIsNoMemoryKvIsToldSo()
    {
        QFETCH(FakeAnswer, info);
        QFETCH(FeedState, state);
        m_server->answer("/-/info", info);
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, state, kWaitMs);
        QVERIFY(!m_feed->status().reason.isEmpty());
        QCOMPARE(m_server->feedRequests(), 0);
    }

    void serverThatBeganAnewIsTold()
    {
        goLive();
        m_server->send(insert(1));
        m_server->send(insert(2));
        QTRY_COMPARE_WITH_TIMEOUT(m_rows.size(), 2, kWaitMs);
        m_server->goAway();
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Offline, kWaitMs);
        m_server->comeBack();
        m_feed->retryNow();
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(m_server->hasFeed(), kWaitMs);
        m_server->send(gap(1, 0, 99));
        m_server->send(insert(1, 99));
        m_server->send(insert(3, kEpoch)); // of a history that is over
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1", "2", "gap 1-0", "1"}), kWaitMs);
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->stats().duplicates, 1U, kWaitMs);
    }

    void anotherServerBeginsWithoutAPosition()
    {
        goLive();
        m_server->send(insert(1));
        QTRY_COMPARE_WITH_TIMEOUT(m_rows.size(), 1, kWaitMs);
        FakeServer other;
        m_feed->start({.address = other.url()});
        QTRY_VERIFY_WITH_TIMEOUT(other.hasFeed(), kWaitMs);
        QCOMPARE(other.lastFeedTarget(), "/wal?format=json");
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_server->feedRequests(), 2, kWaitMs);
        QCOMPARE(m_server->lastFeedTarget(), "/wal?format=json");
    }

    void sameServerAfterAStopIsResumed()
    {
        goLive();
        m_server->send(insert(1));
        QTRY_COMPARE_WITH_TIMEOUT(m_rows.size(), 1, kWaitMs);
        m_feed->stop();
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Stopped, kWaitMs);
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_server->feedRequests(), 2, kWaitMs);
        QCOMPARE(m_server->lastFeedTarget(), "/wal?format=json&since=77:1");
    }

    void busyWindowGetsOneBatchAtATime()
    {
        goLive();
        int depth = 0;
        bool nested = false;
        connect(m_feed.get(), &FeedClient::events, this, [&](const QList<Event> &batch) {
            nested = nested || ++depth > 1;
            QVERIFY(batch.size() <= 5'000);
            QTest::qWait(20);
            --depth;
        });
        for (quint64 seq = 1; seq <= 20'000; ++seq)
            m_server->send(insert(seq));
        QTRY_COMPARE_WITH_TIMEOUT(m_rows.size(), 20'000, 30'000);
        QVERIFY(!nested);
        for (qsizetype row = 0; row < m_rows.size(); ++row)
            QCOMPARE(m_rows.at(row).seq, static_cast<quint64>(row + 1));
    }

    void whatTheWindowCannotTakeIsShedAsAGap()
    {
        FeedOptions options;
        options.flushMs = 1;
        options.maxBatch = 10;
        options.maxBufferedBytes = 100 * 1024;
        make(options);
        goLive();
        // While this function runs the window takes nothing, but the server has to send.
        bool first = true;
        connect(m_feed.get(), &FeedClient::events, this, [&] {
            if (!std::exchange(first, false))
                return;
            for (quint64 seq = 2; seq <= 3'000; ++seq)
                m_server->send(insert(seq));
            // Numbers come once a second of the clock.
            for (int turn = 0; turn < 100 && m_feed->stats().shed == 0; ++turn) {
                m_now += 1'000;
                QTest::qWait(200);
            }
        });
        m_server->send(insert(1));
        QTRY_COMPARE_WITH_TIMEOUT(m_rows.isEmpty() ? 0 : m_rows.last().seq, 3'000U, 30'000);
        quint64 next = 1;
        int gaps = 0;
        for (const Event &event : m_rows) {
            gaps += event.op == Op::Gap ? 1 : 0;
            QCOMPARE(event.op == Op::Gap ? event.gapFrom : event.seq, next);
            next = event.seq + 1;
        }
        QVERIFY(gaps > 0);
        QVERIFY(m_feed->stats().shed > 0);
    }

    void untrustedCertificateIsAskedAbout()
    {
        const FakeIdentity identity = FakeIdentity::create();
        QVERIFY2(!identity.key.isNull(), "openssl is needed");
        m_server->useTls(identity.certificate, identity.key);
        QSignalSpy questions(m_feed.get(), &FeedClient::certificateUntrusted);
        Endpoint endpoint{.address = m_server->url()};
        m_feed->start(endpoint);
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Untrusted, kWaitMs);
        QTRY_COMPARE_WITH_TIMEOUT(questions.size(), 1, kWaitMs);
        m_now += 1'000'000;
        QTest::qWait(300);
        QCOMPARE(m_feed->status().state, FeedState::Untrusted);

        endpoint.pinnedSha256 = questions.first().first().value<CertificateQuestion>().sha256;
        m_feed->start(endpoint);
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(m_server->hasFeed(), kWaitMs);
        m_server->send(insert(1));
        QTRY_COMPARE_WITH_TIMEOUT(texts(), QByteArrayList({"1"}), kWaitMs);
    }

    void destroyedWhileEventsCome()
    {
        goLive();
        for (quint64 seq = 1; seq <= 1'000; ++seq)
            m_server->send(insert(seq));
        QTRY_VERIFY_WITH_TIMEOUT(!m_rows.isEmpty(), kWaitMs);
        m_feed.reset();
    }

private:
    void make(const FeedOptions &options)
    {
        m_feed = std::make_unique<FeedClient>(options);
        connect(m_feed.get(), &FeedClient::events, this,
                [this](const QList<Event> &batch) { m_rows += batch; });
        connect(m_feed.get(), &FeedClient::statusChanged, this,
                [this](const FeedStatus &status) { m_states.append(status.state); });
    }

    void goLive()
    {
        m_feed->start({.address = m_server->url()});
        QTRY_COMPARE_WITH_TIMEOUT(m_feed->status().state, FeedState::Live, kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(m_server->hasFeed(), kWaitMs);
        m_server->send(heartbeat(0));
        QTRY_COMPARE_WITH_TIMEOUT(m_rows.size(), 1, kWaitMs);
        m_rows.clear();
    }

    QByteArrayList texts() const
    {
        QByteArrayList all;
        for (const Event &event : m_rows)
            all.append(shortText(event));
        return all;
    }

    std::atomic<qint64> m_now = 0;
    std::atomic<double> m_random = 0;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<FeedClient> m_feed;
    QList<Event> m_rows;
    QList<FeedState> m_states;
};

QTEST_GUILESS_MAIN(TestFeedClient)
#include "tst_feedclient.moc"
