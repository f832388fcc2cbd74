// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/subscriber.h"

#include "server/feed/broadcaster.h"
#include "server/log/memorylog.h"
#include "shared/eventjson.h"
#include "tests/server/feed/fakefeedchannel.h"
#include "tests/support/testclock.h"
#include "tests/support/testlog.h"

#include <QSignalSpy>
#include <QtTest>

#include <random>
#include <thread>

using namespace memorykv;
using namespace memorykv::test;
using namespace std::chrono_literals;

class TestSubscriber : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void watchesAsLongAsItLives();
    void getsWhatHappens();
    void startsWithWhatHappensNow();
    void filtersWhatHappens();

    void initialStateThenWhatHappened();
    void initialStateOfNothing();
    void initialStateIsFiltered();
    void initialStateGoesAtTheConsumersPace();
    void initialStateThenAGapWhenHistoryIsGone();
    void fastConsumerLeavesOthersTheirTurn_data();
    void fastConsumerLeavesOthersTheirTurn();

    void replaysFromAPosition();
    void replayIsFiltered();
    void replayGoesAtTheConsumersPace();
    void replayBeginsWithAGapWhenHistoryIsGone();
    void replayThatFallsBehindHasAGap();
    void positionOfAnotherHistoryIsAGap_data();
    void positionOfAnotherHistoryIsAGap();
    void batchesOnTheWayAreNotRepeated();
    void batchThatBeginsWithAReadIsNotRepeated();

    void slowConsumerLosesReadsFirst();
    void slowConsumerGetsAGap();
    void gapIsOfWhatItWanted();
    void gapsFollowEachOther();
    void losslessConsumerIsClosed();
    void largeEventGoesToAnIdleConsumer();
    void largeBatchGoesToAFastConsumer_data();
    void largeBatchGoesToAFastConsumer();

    void answersBecomeHeartbeats();
    void missedBeatsCloseIt();
    void answeredBeatsKeepIt();
    void streamThatTakesBytesIsKept();
    void streamThatTakesMoreThanItGetsIsKept();
    void streamThatIsStuckIsClosed();

    void closesForAReasonOnce();
    void goneChannelGetsNothingMore();
    void countersAddUp();

    void missesAndRepeatsNothingWhileWritersGoOn_data();
    void missesAndRepeatsNothingWhileWritersGoOn();
};

namespace {

/// A subscriber over a store and a log of the test's, which decides when batches come.
class Fixture : public QObject
{
public:
    explicit Fixture(qint64 bufferBytes = 1 << 20)
        : store(log, 0, clock.reader())
        , context{store, log, counters, {bufferBytes, 60s}}
    { }

    Subscriber &subscribe(Subscription subscription = {})
    {
        subscription.encoding = {Encoding::Framing::EventStream, true};
        auto owned = std::make_unique<FakeFeedChannel>();
        channel = owned.get();
        subscriber = std::make_unique<Subscriber>(std::move(owned), std::move(subscription),
                                                  "127.0.0.1:5", context);
        connect(subscriber.get(), &Subscriber::finished, this, [this] { ++finished; });
        return *subscriber;
    }
    Subscriber &start(Subscription subscription = {})
    {
        subscribe(std::move(subscription)).start();
        return *subscriber;
    }

    void put(const QByteArray &key, const QByteArray &value = "v")
    {
        store.apply(Operation::put(key, value, {}, 0)).ok();
    }
    void remove(const QByteArray &key) { store.apply(Operation::remove(key)).ok(); }

    /// Delivers what has happened since the last time, as one batch.
    void deliver()
    {
        const RecordBatchPtr batch = log.takeBatch();
        if (!batch->records.empty())
            subscriber->deliver(Delivery({std::make_shared<EncodedBatch>(batch)}));
    }

    /// What the consumer got, such as "insert a 1, gap 2-5, read b 5"; an initial insert is "+a 1".
    QByteArray received() const { return text(channel->sent); }

    static QList<Event> eventsIn(const QByteArray &bytes)
    {
        QList<Event> events;
        for (const QByteArray &line : bytes.split('\n')) {
            if (!line.startsWith("data: "))
                continue;
            const auto event = eventFromJson(line.sliced(6));
            if (!event)
                qFatal("not an event: %s", line.constData());
            events.append(*event);
        }
        return events;
    }

    static QByteArray text(const QByteArray &bytes)
    {
        QByteArray text;
        for (const Event &event : eventsIn(bytes)) {
            text += text.isEmpty() ? "" : ", ";
            if (event.op == Op::Gap) {
                text += "gap " + QByteArray::number(event.gapFrom) + '-'
                        + QByteArray::number(event.seq);
                continue;
            }
            text += event.initial ? "+" : opName(event.op).toByteArray() + ' ';
            text += event.key + event.peer;
            text += ' ' + QByteArray::number(event.seq);
        }
        return text;
    }

    TestClock clock;
    TestLog log;
    KeyValueStore store;
    FeedCounters counters;
    FeedContext context;
    FakeFeedChannel *channel = nullptr; ///< the subscriber's
    std::unique_ptr<Subscriber> subscriber;
    int finished = 0;
};

Subscription withInitial(const QByteArray &prefix = {})
{
    Subscription subscription;
    subscription.initial = true;
    subscription.prefix = prefix;
    return subscription;
}

Subscription since(quint64 epoch, quint64 seq)
{
    Subscription subscription;
    subscription.since = Position{epoch, seq};
    return subscription;
}

constexpr quint64 kEpoch = 77;

} // namespace

void TestSubscriber::watchesAsLongAsItLives()
{
    Fixture f;
    f.subscribe();
    QCOMPARE(f.log.watchers(), 1);
    QCOMPARE(f.counters.subscribers.load(), 1U);
    f.subscriber.reset();
    QCOMPARE(f.log.watchers(), 0);
    QCOMPARE(f.counters.subscribers.load(), 0U);
}

void TestSubscriber::getsWhatHappens()
{
    Fixture f;
    f.start();
    f.put("a");
    f.store.get("a");
    f.store.apply(Operation::touch("a", 1000)).ok();
    f.store.list({}, {}, 10);
    f.deliver();
    f.store.list("a", {}, 10);
    f.remove("a");
    f.put("b");
    (void)f.store.removePrefix("b");
    f.put("b");
    (void)f.store.removePrefix({});
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1, read a 1, touch a 2, list  2, list_prefix a 2, "
                                      "delete a 3, insert b 4, delete_prefix b 5, insert b 6, "
                                      "delete_all  7"));
}

void TestSubscriber::startsWithWhatHappensNow()
{
    Fixture f;
    f.put("before");
    f.start();
    f.deliver();
    QCOMPARE(f.received(), QByteArray());
    f.put("after");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert after 2"));
}

void TestSubscriber::filtersWhatHappens()
{
    Fixture f;
    Subscription subscription;
    subscription.prefix = "a";
    subscription.ops = *OpSet::fromText("insert,delete_all");
    f.start(subscription);
    f.put("a1");
    f.put("b1");
    f.store.get("a1");
    f.deliver();
    f.put("b2");
    f.deliver();
    f.put("a2");
    (void)f.store.removePrefix({});
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a1 1, insert a2 4, delete_all  5"));
}

void TestSubscriber::initialStateThenWhatHappened()
{
    Fixture f;
    f.put("b");
    f.put("a");
    f.put("gone");
    f.remove("gone");
    f.start(withInitial());
    f.put("c");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("+a 2, +b 1, synced  4, insert c 5"));
}

void TestSubscriber::initialStateOfNothing()
{
    Fixture f;
    f.start(withInitial());
    QCOMPARE(f.received(), QByteArray("synced  0"));
    f.put("a");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("synced  0, insert a 1"));
}

void TestSubscriber::initialStateIsFiltered()
{
    Fixture f;
    for (const char *key : {"a1", "b1", "b2", "c1"})
        f.put(key);
    f.start(withInitial("b"));
    QCOMPARE(f.received(), QByteArray("+b1 2, +b2 3, synced  4"));
    Subscription deletes = withInitial();
    deletes.ops = *OpSet::fromText("delete");
    f.start(deletes);
    QCOMPARE(f.received(), QByteArray("synced  4"));
}

void TestSubscriber::initialStateGoesAtTheConsumersPace()
{
    Fixture f(10'000);
    for (int i = 0; i < 2000; ++i)
        f.put("k" + QByteArray::number(i).rightJustified(4, '0'), QByteArray(20, 'v'));
    f.subscribe(withInitial());
    f.channel->isClogged = true;
    f.subscriber->start();
    const qsizetype first = f.channel->sent.size();
    QVERIFY(first > 0);
    QVERIFY2(first < 100'000, "it is not all sent at once");
    f.remove("k1999"); // it has not come to that one yet
    f.put("k0000", "changed");
    f.deliver();
    QCOMPARE(f.channel->sent.size(), first);
    while (f.channel->pending > 0)
        f.channel->drain();
    const auto events = f.eventsIn(f.channel->sent);
    QCOMPARE(events.size(), 2003);
    for (int i = 0; i < 2000; ++i) {
        QVERIFY(events[i].initial);
        QCOMPARE(events[i].key, "k" + QByteArray::number(i).rightJustified(4, '0'));
    }
    QCOMPARE(events[2000].op, Op::Synced);
    QCOMPARE(events[2000].seq, 2000U);
    QCOMPARE(events[2001].seq, 2001U);
    QCOMPARE(events[2002].seq, 2002U);
}

void TestSubscriber::initialStateThenAGapWhenHistoryIsGone()
{
    Fixture f(10'000);
    for (int i = 0; i < 1000; ++i)
        f.put("k" + QByteArray::number(i), QByteArray(20, 'v'));
    f.subscribe(withInitial());
    f.channel->isClogged = true;
    f.subscriber->start();
    for (int i = 0; i < 10; ++i)
        f.put("later" + QByteArray::number(i));
    f.log.forgetBefore(1008);
    while (f.channel->pending > 0)
        f.channel->drain();
    QVERIFY(f.received().endsWith("synced  1000, gap 1001-1007, insert later7 1008, "
                                  "insert later8 1009, insert later9 1010"));
}

void TestSubscriber::fastConsumerLeavesOthersTheirTurn_data()
{
    QTest::addColumn<bool>("initial");
    QTest::newRow("initial state") << true;
    QTest::newRow("replay") << false;
}

// Also one who is gone takes everything, until the event loop tells of it.
void TestSubscriber::fastConsumerLeavesOthersTheirTurn()
{
    QFETCH(const bool, initial);
    constexpr qsizetype kValue = 300'000;
    constexpr int kCount = 20;
    Fixture f;
    for (int i = 0; i < kCount; ++i)
        f.put("k" + QByteArray::number(10 + i), QByteArray(kValue, 'v'));
    f.start(initial ? withInitial() : since(kEpoch, 0));
    QVERIFY(f.channel->sent.size() > kValue);
    QVERIFY2(f.channel->sent.size() < 5 * kValue, "it is not all sent in one go");
    const int more = initial ? 1 : 0; // Synced
    QTRY_COMPARE(f.eventsIn(f.channel->sent).size(), kCount + more);
}

void TestSubscriber::replaysFromAPosition()
{
    Fixture f;
    f.put("a");
    f.put("b");
    f.remove("a");
    f.start(since(kEpoch, 1));
    f.put("c");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert b 2, delete a 3, insert c 4"));
    f.start(since(kEpoch, 4));
    f.put("d");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert d 5"));
    f.start(since(kEpoch, 0));
    QCOMPARE(f.received(),
             QByteArray("insert a 1, insert b 2, delete a 3, insert c 4, insert d 5"));
}

void TestSubscriber::replayIsFiltered()
{
    Fixture f;
    for (int i = 0; i < 10'000; ++i)
        f.put("other", QByteArray(1000, 'v'));
    f.put("a1");
    Subscription subscription = since(kEpoch, 0);
    subscription.prefix = "a";
    f.start(subscription);
    // Much is read for nothing, in turns of the event loop.
    QTRY_COMPARE(f.received(), QByteArray("insert a1 10001"));
    f.put("a2");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a1 10001, insert a2 10002"));
}

void TestSubscriber::replayGoesAtTheConsumersPace()
{
    Fixture f;
    for (int i = 0; i < 100; ++i)
        f.put("k", QByteArray(100'000, 'v'));
    f.subscribe(since(kEpoch, 0));
    f.channel->isClogged = true;
    f.subscriber->start();
    QVERIFY(f.channel->sent.size() > 0);
    QVERIFY(f.channel->sent.size() < 2'000'000);
    f.put("last");
    f.deliver();
    while (f.channel->pending > 0)
        f.channel->drain();
    const auto events = f.eventsIn(f.channel->sent);
    QCOMPARE(events.size(), 101);
    for (int i = 0; i < 101; ++i)
        QCOMPARE(events[i].seq, quint64(i + 1));
}

void TestSubscriber::replayBeginsWithAGapWhenHistoryIsGone()
{
    Fixture f;
    for (const char *key : {"a", "b", "c", "d"})
        f.put(key);
    f.log.forgetBefore(3);
    f.start(since(kEpoch, 1));
    QCOMPARE(f.received(), QByteArray("gap 2-2, insert c 3, insert d 4"));
    f.start(since(kEpoch, 2));
    QCOMPARE(f.received(), QByteArray("insert c 3, insert d 4"));
    f.log.forgetBefore(5);
    f.start(since(kEpoch, 1));
    f.put("e");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("gap 2-4, insert e 5"));
}

void TestSubscriber::replayThatFallsBehindHasAGap()
{
    Fixture f;
    for (int i = 0; i < 20; ++i)
        f.put("k", QByteArray(100'000, 'v'));
    f.subscribe(since(kEpoch, 0));
    f.channel->isClogged = true;
    f.subscriber->start();
    const quint64 got = f.eventsIn(f.channel->sent).last().seq;
    QVERIFY(got < 19);
    f.log.forgetBefore(20);
    while (f.channel->pending > 0)
        f.channel->drain();
    QVERIFY(f.received().endsWith("gap " + QByteArray::number(got + 1) + "-19, insert k 20"));
}

void TestSubscriber::positionOfAnotherHistoryIsAGap_data()
{
    QTest::addColumn<quint64>("epoch");
    QTest::addColumn<quint64>("seq");
    QTest::newRow("another epoch") << quint64(1) << quint64(2);
    QTest::newRow("another epoch, of the same seq") << quint64(1) << quint64(3);
    QTest::newRow("ahead") << kEpoch << quint64(4);
    QTest::newRow("far ahead") << kEpoch << std::numeric_limits<quint64>::max();
}

void TestSubscriber::positionOfAnotherHistoryIsAGap()
{
    QFETCH(quint64, epoch);
    QFETCH(quint64, seq);
    Fixture f;
    for (const char *key : {"a", "b", "c"})
        f.put(key);
    f.start(since(epoch, seq));
    QCOMPARE(f.received(), QByteArray("gap 1-3"));
    f.put("d");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("gap 1-3, insert d 4"));
}

// Between subscribing and starting, and while it replays, batches are already on their way.
void TestSubscriber::batchesOnTheWayAreNotRepeated()
{
    Fixture f;
    f.put("a");
    f.subscribe(since(kEpoch, 0));
    f.put("b");
    const auto first = f.log.takeBatch();
    f.put("c");
    const auto second = f.log.takeBatch();
    f.subscriber->start();
    QCOMPARE(f.received(), QByteArray("insert a 1, insert b 2, insert c 3"));
    f.subscriber->deliver(Delivery({std::make_shared<EncodedBatch>(first)}));
    f.subscriber->deliver(Delivery({std::make_shared<EncodedBatch>(second)}));
    f.put("d");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1, insert b 2, insert c 3, insert d 4"));
}

// A read in front of what was replayed already must not let it pass.
void TestSubscriber::batchThatBeginsWithAReadIsNotRepeated()
{
    Fixture f;
    f.put("a");
    f.subscribe(since(kEpoch, 0));
    f.store.get("a");
    f.put("b");
    f.put("c");
    f.subscriber->start();
    QCOMPARE(f.received(), QByteArray("insert a 1, insert b 2, insert c 3"));
    f.deliver();
    QCOMPARE(f.received().count("insert b 2"), 1);
    QCOMPARE(f.received().count("insert c 3"), 1);
}

void TestSubscriber::slowConsumerLosesReadsFirst()
{
    Fixture f(10'000);
    f.start();
    f.put("a");
    f.deliver();
    f.channel->pending = 6000; // over half of the limit, under all of it
    f.store.get("a");
    f.put("b");
    f.store.get("a");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1, insert b 2"));
    QCOMPARE(f.counters.shed.load(), 2U);
    f.channel->drain();
    f.store.get("a");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1, insert b 2, read a 2"));
}

void TestSubscriber::slowConsumerGetsAGap()
{
    Fixture f(10'000);
    f.start();
    f.put("a");
    f.deliver();
    f.channel->pending = 10'000;
    f.put("b");
    f.deliver();
    f.put("c");
    f.store.get("c");
    f.put("d");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1"));
    QCOMPARE(f.counters.shed.load(), 4U);
    f.channel->drain(9000); // not enough room yet to be worth it
    QCOMPARE(f.received(), QByteArray("insert a 1"));
    f.channel->drain(1000);
    QCOMPARE(f.received(), QByteArray("insert a 1, gap 2-4"));
    f.put("e");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1, gap 2-4, insert e 5"));
}

void TestSubscriber::gapIsOfWhatItWanted()
{
    Fixture f(10'000);
    Subscription subscription;
    subscription.prefix = "a";
    f.start(subscription);
    f.channel->pending = 10'000;
    for (const char *key : {"b1", "a1", "b2", "a2", "b3"})
        f.put(key);
    f.deliver();
    f.channel->drain();
    QCOMPARE(f.received(), QByteArray("gap 2-4"));
    // Nothing it wants was left out: no gap.
    f.channel->pending = 10'000;
    f.put("b4");
    f.deliver();
    f.channel->drain();
    f.put("a3");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("gap 2-4, insert a3 7"));
}

void TestSubscriber::gapsFollowEachOther()
{
    Fixture f(10'000);
    f.start();
    for (int round = 0; round < 3; ++round) {
        f.channel->pending = 10'000;
        f.put("lost");
        f.put("lost");
        f.deliver();
        f.channel->drain();
        f.put("kept");
        f.deliver();
    }
    QCOMPARE(f.received(), QByteArray("gap 1-2, insert kept 3, gap 4-5, insert kept 6, gap 7-8, "
                                      "insert kept 9"));
}

void TestSubscriber::losslessConsumerIsClosed()
{
    Fixture f(10'000);
    Subscription subscription;
    subscription.lossless = true;
    f.start(subscription);
    f.put("a");
    f.deliver();
    f.channel->pending = 9950;
    f.store.get("a"); // reads may be left out
    f.deliver();
    QVERIFY(f.channel->reasons.isEmpty());
    f.put("b");
    f.deliver();
    QCOMPARE(f.channel->reasons, QList<CloseReason>{CloseReason::TooSlow});
    f.channel->drain();
    f.put("c");
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1"));
    Q_EMIT f.channel->closed();
    QCOMPARE(f.finished, 1);
}

void TestSubscriber::largeEventGoesToAnIdleConsumer()
{
    Fixture f(10'000);
    f.start();
    f.put("large", QByteArray(50'000, 'v'));
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert large 1"));
}

void TestSubscriber::largeBatchGoesToAFastConsumer_data()
{
    QTest::addColumn<bool>("lossless");
    QTest::newRow("lossy") << false;
    QTest::newRow("lossless") << true;
}

// The limit is on what is pending, and nothing ever is with this one: that the log published two
// large values at once does not make it slow.
void TestSubscriber::largeBatchGoesToAFastConsumer()
{
    QFETCH(bool, lossless);
    Fixture f(10'000);
    Subscription subscription;
    subscription.lossless = lossless;
    f.start(subscription);
    f.put("a", QByteArray(6000, 'v'));
    f.put("b", QByteArray(6000, 'v'));
    f.deliver();
    QCOMPARE(f.received(), QByteArray("insert a 1, insert b 2"));
    QVERIFY(f.channel->reasons.isEmpty());
}

void TestSubscriber::answersBecomeHeartbeats()
{
    Fixture f;
    f.start();
    QCOMPARE(f.channel->beats, 1);
    Q_EMIT f.channel->answered();
    f.deliver();
    QCOMPARE(f.received(), QByteArray("heartbeat 127.0.0.1:5 0"));
}

void TestSubscriber::missedBeatsCloseIt()
{
    Fixture f;
    f.start();
    f.subscriber->beat();
    QCOMPARE(f.channel->beats, 2);
    QCOMPARE(f.channel->aborts, 0);
    f.subscriber->beat(); // two were sent, none was answered
    QCOMPARE(f.channel->aborts, 1);
    QCOMPARE(f.channel->beats, 2);
    QCOMPARE(f.finished, 1);
}

void TestSubscriber::answeredBeatsKeepIt()
{
    Fixture f;
    f.start();
    for (int i = 0; i < 10; ++i) {
        if (i % 2 == 0)
            Q_EMIT f.channel->answered();
        f.subscriber->beat();
    }
    QCOMPARE(f.channel->aborts, 0);
}

void TestSubscriber::streamThatTakesBytesIsKept()
{
    Fixture f;
    f.subscribe();
    f.channel->answers = false;
    f.subscriber->start();
    for (int i = 0; i < 10; ++i)
        f.subscriber->beat();
    QCOMPARE(f.channel->aborts, 0);
    QCOMPARE(f.channel->beats, 11);
}

// It reads as fast as it can while more and more comes: that is slow, not dead.
void TestSubscriber::streamThatTakesMoreThanItGetsIsKept()
{
    Fixture f;
    f.subscribe();
    f.channel->answers = false;
    f.subscriber->start();
    for (int i = 1; i < 10; ++i) {
        f.channel->drain(i * 1000); // has taken some, and more was sent since
        f.channel->drain(i * 2000);
        f.subscriber->beat();
        QCOMPARE(f.channel->aborts, 0);
    }
}

void TestSubscriber::streamThatIsStuckIsClosed()
{
    Fixture f;
    f.subscribe();
    f.channel->answers = false;
    f.subscriber->start();
    f.channel->pending = 5000;
    for (int i = 0; i < 5 && f.channel->aborts == 0; ++i)
        f.subscriber->beat();
    QCOMPARE(f.channel->aborts, 1);
    QCOMPARE(f.finished, 1);
}

void TestSubscriber::closesForAReasonOnce()
{
    Fixture f;
    f.start();
    f.subscriber->close(CloseReason::Stopping);
    f.subscriber->close(CloseReason::TooSlow);
    QCOMPARE(f.channel->reasons, QList<CloseReason>{CloseReason::Stopping});
    f.put("a");
    f.deliver();
    f.subscriber->beat();
    QCOMPARE(f.channel->beats, 1);
    QCOMPARE(f.received(), QByteArray());
}

void TestSubscriber::goneChannelGetsNothingMore()
{
    Fixture f;
    for (int i = 0; i < 3000; ++i)
        f.put("k" + QByteArray::number(i));
    // It may go in any send: that of the initial state, of synced, of the replay.
    for (int last = 1; last < 15; ++last) {
        f.subscribe(withInitial());
        FakeFeedChannel *channel = f.channel;
        channel->onSend = [channel, last] {
            if (channel->sends.size() == last)
                Q_EMIT channel->closed();
        };
        const int before = f.finished;
        f.subscriber->start();
        QVERIFY(channel->sends.size() <= last);
        if (f.finished == before)
            break; // it was all sent before
        f.put("more");
        f.deliver();
        QCOMPARE(channel->sends.size(), last);
    }
}

void TestSubscriber::countersAddUp()
{
    Fixture f(10'000);
    f.put("a");
    f.start(withInitial()); // an insert and synced
    f.put("b");
    f.store.get("b");
    f.deliver();
    f.channel->pending = 10'000;
    f.put("c");
    f.store.get("b");
    f.deliver();
    f.channel->drain(); // a gap
    QCOMPARE(f.counters.delivered.load(), quint64(f.eventsIn(f.channel->sent).size()));
    QCOMPARE(f.counters.shed.load(), 2U);
}

void TestSubscriber::missesAndRepeatsNothingWhileWritersGoOn_data()
{
    QTest::addColumn<bool>("initial");
    QTest::addColumn<bool>("withReads");
    QTest::newRow("from a position") << false << false;
    QTest::newRow("from a position, with reads") << false << true;
    QTest::newRow("from the state") << true << false;
    QTest::newRow("from the state, with reads") << true << true;
}

// The real log and its thread: the consumer comes while writers are at work, and each seq after
// where it begins comes once.
void TestSubscriber::missesAndRepeatsNothingWhileWritersGoOn()
{
    QFETCH(bool, initial);
    QFETCH(bool, withReads);
    for (int round = 0; round < 5; ++round) {
        MemoryLog log(256 << 20);
        FeedCounters counters;
        Broadcaster broadcaster(log, counters);
        TestClock clock;
        KeyValueStore store(log, 0, clock.reader());
        FeedContext context{store, log, counters, {64 << 20, 60s}};
        log.addWatcher(); // so that batches are on their way
        std::atomic<bool> stop = false;
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&, i] {
                for (int n = 0; !stop && n < 20'000; ++n) {
                    const QByteArray key = "k" + QByteArray::number((n * 7 + i) % 1000);
                    if (withReads)
                        store.get(key);
                    (void)store.apply(Operation::put(key, "v", {}, 0));
                }
            });
        }
        const auto join = qScopeGuard([&] {
            stop = true;
            for (std::thread &thread : threads)
                thread.join();
        });
        while (log.lastSeq() < 500)
            std::this_thread::yield();

        Subscription subscription = initial ? withInitial() : since(log.epoch(), 0);
        subscription.encoding = {Encoding::Framing::EventStream, true};
        auto owned = std::make_unique<FakeFeedChannel>();
        FakeFeedChannel *channel = owned.get();
        Subscriber subscriber(std::move(owned), subscription, "peer", context);
        connect(
            &broadcaster, &Broadcaster::broadcast, &subscriber,
            [&](const EncodedBatchPtr &batch) { subscriber.deliver(Delivery({batch})); },
            Qt::QueuedConnection);
        subscriber.start();
        while (!stop) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
            if (Fixture::eventsIn(channel->sends.last()).last().seq > 1500)
                stop = true;
        }
        for (std::thread &thread : threads)
            thread.join();
        threads.clear();
        const quint64 end = log.lastSeq();
        const auto lastSeq = [&] { return Fixture::eventsIn(channel->sends.last()).last().seq; };
        QTRY_VERIFY(lastSeq() >= end);

        quint64 last = 0;
        bool inInitial = initial;
        for (const Event &event : Fixture::eventsIn(channel->sent)) {
            if (inInitial) {
                QVERIFY(event.initial || event.op == Op::Synced);
                inInitial = event.initial;
                last = event.seq;
            } else if (isMutation(event.op)) {
                QCOMPARE(event.seq, last + 1);
                last = event.seq;
            } else {
                QCOMPARE(event.op, Op::Read);
            }
        }
        QCOMPARE(last, end);
        log.removeWatcher();
    }
}

QTEST_GUILESS_MAIN(TestSubscriber)
#include "tst_subscriber.moc"
