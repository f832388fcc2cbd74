// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/feedhub.h"

#include "server/feed/broadcaster.h"
#include "server/net/plaintransport.h"
#include "tests/support/socketpair.h"
#include "tests/support/testclock.h"
#include "tests/support/testlog.h"

#include <QSignalSpy>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;
using namespace std::chrono_literals;

class TestFeedHub : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void streamsGetWhatHappens();
    void streamsGetAllInOrder();
    void answerComesWhenTheLogIsWatched();
    void consumersThatLeaveAreForgotten();
    void drainClosesAll();
    void drainDeliversWhatWaits();
    void drainOfNothingIsAtOnce();
    void canGoWithConsumersOpen();
};

namespace {

/// A client that notes whether the log was watched when its answer came.
class WatchfulTransport final : public Transport
{
    Q_OBJECT

public:
    WatchfulTransport(const Log &log, QList<bool> &watched)
        : Transport({})
        , m_log(log)
        , m_watched(watched)
    { }

    bool isTls() const override { return false; }
    qint64 read(char *, qint64) override { return 0; }
    bool atEnd() const override { return false; }
    void write(const QByteArray &bytes) override
    {
        if (bytes.startsWith("HEAD"))
            m_watched.append(m_log.isWatched());
    }
    qint64 unsentBytes() const override { return 0; }
    void shutdownWrite() override { }
    void close() override { }
    void abort() override { }

private:
    const Log &m_log;
    QList<bool> &m_watched;
};

struct Fixture
{
    Fixture()
        : store(log, 0, clock.reader())
        , broadcaster(log, counters)
        , hub(std::make_unique<FeedHub>(broadcaster,
                                        FeedContext{store, log, counters, {1 << 20, 60s}}))
    { }

    ~Fixture()
    {
        for (const auto &client : clients)
            client->abort();
        (void)QTest::qWaitFor([this] { return counters.subscribers == 0; });
    }

    QTcpSocket &subscribe()
    {
        clients.push_back(std::make_unique<QTcpSocket>());
        QTcpSocket &client = *clients.back();
        Subscription subscription;
        subscription.encoding.framing = Encoding::Framing::EventStream;
        hub->addEventStream(
            PlainTransport::open(connectedTo(client), std::make_shared<SocketPoller>()),
            "HEAD\r\n\r\n", subscription);
        return client;
    }

    void put(const QByteArray &key)
    {
        store.apply(Operation::put(key, "v", {}, 0)).ok();
        Q_EMIT log.published(log.takeBatch());
    }

    TestClock clock;
    TestLog log;
    KeyValueStore store;
    FeedCounters counters;
    Broadcaster broadcaster;
    std::unique_ptr<FeedHub> hub;
    std::vector<std::unique_ptr<QTcpSocket>> clients;
};

} // namespace

void TestFeedHub::streamsGetWhatHappens()
{
    Fixture f;
    for (int i = 0; i < 5; ++i)
        f.subscribe();
    QCOMPARE(f.counters.subscribers.load(), 5U);
    f.put("k");
    for (const auto &client : f.clients) {
        QTRY_VERIFY(client->peek(1000).endsWith("\n\n") && client->peek(1000).contains("Insert"));
        QCOMPARE(client->readAll(), QByteArray("HEAD\r\n\r\n: heartbeat\n\nid: 77:1\n"
                                               "data: Insert { key: k, value: v }\n\n"));
    }
    QCOMPARE(f.counters.events[size_t(Op::Insert)].load(), 1U);
}

// Some of it waits for the next round.
void TestFeedHub::streamsGetAllInOrder()
{
    Fixture f;
    for (int i = 0; i < 20; ++i)
        f.subscribe();
    QByteArray expected = "HEAD\r\n\r\n: heartbeat\n\n";
    for (int i = 1; i <= 2000; ++i) {
        const QByteArray number = QByteArray::number(i);
        f.put(number);
        expected += "id: 77:" + number + "\ndata: Insert { key: " + number + ", value: v }\n\n";
        if (i % 100 == 0)
            QCoreApplication::processEvents();
    }
    for (const auto &client : f.clients) {
        QTRY_COMPARE(client->bytesAvailable(), expected.size());
        QVERIFY(client->readAll() == expected);
    }
    QCOMPARE(f.counters.delivered.load(), 20U * 2000U);
}

// A consumer may write as soon as it has its answer, and is to see what it wrote.
void TestFeedHub::answerComesWhenTheLogIsWatched()
{
    QList<bool> watched;
    for (const auto framing : {Encoding::Framing::TextFrame, Encoding::Framing::EventStream}) {
        Fixture f;
        Subscription subscription;
        subscription.encoding.framing = framing;
        auto transport = std::make_unique<WatchfulTransport>(f.log, watched);
        if (framing == Encoding::Framing::EventStream)
            f.hub->addEventStream(std::move(transport), "HEAD", subscription);
        else
            f.hub->addWebSocket(std::move(transport), "HEAD", {}, subscription);
        f.hub.reset(); // this consumer would never leave
    }
    QCOMPARE(watched, QList<bool>({true, true}));
}

void TestFeedHub::consumersThatLeaveAreForgotten()
{
    Fixture f;
    for (int i = 0; i < 5; ++i)
        f.subscribe();
    for (int i = 0; i < 5; ++i) {
        f.clients[size_t(i)]->abort();
        f.put("k");
    }
    QTRY_COMPARE(f.counters.subscribers.load(), 0U);
    QCOMPARE(f.log.watchers(), 0);
    f.put("k");
}

void TestFeedHub::drainClosesAll()
{
    Fixture f;
    for (int i = 0; i < 5; ++i)
        f.subscribe();
    QSignalSpy drained(f.hub.get(), &FeedHub::drained);
    f.hub->drain();
    QTRY_COMPARE(drained.count(), 1);
    for (const auto &client : f.clients)
        QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
}

void TestFeedHub::drainDeliversWhatWaits()
{
    Fixture f;
    QTcpSocket &client = f.subscribe();
    QSignalSpy drained(f.hub.get(), &FeedHub::drained);
    f.put("a");
    QTRY_VERIFY(f.counters.delivered > 0);
    f.put("b");
    QCoreApplication::processEvents();
    f.put("c");
    f.hub->drain();
    QTRY_COMPARE(drained.count(), 1);
    QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState);
    const QByteArray received = client.readAll();
    for (const char *const key : {"a", "b", "c"})
        QCOMPARE(received.count(QByteArray("key: ") + key), 1);
}

void TestFeedHub::drainOfNothingIsAtOnce()
{
    Fixture f;
    QSignalSpy drained(f.hub.get(), &FeedHub::drained);
    f.hub->drain();
    QCOMPARE(drained.count(), 1);
}

// A stop that does not wait for every consumer ends like this.
void TestFeedHub::canGoWithConsumersOpen()
{
    Fixture f;
    for (int i = 0; i < 50; ++i)
        f.subscribe();
    f.hub.reset();
    QCOMPARE(f.counters.subscribers.load(), 0U);
    QCOMPARE(f.log.watchers(), 0);
    for (const auto &client : f.clients)
        QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
}

QTEST_GUILESS_MAIN(TestFeedHub)
#include "tst_feedhub.moc"
