// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/memorylog.h"
#include "server/store/expirer.h"
#include "server/store/keyvaluestore.h"
#include "server/store/snapshot.h"

#include <QtTest>

#include <random>
#include <thread>

using namespace memorykv;

/// The store and the log under real threads. Worth most under the thread sanitizer.
class TestStoreConcurrency : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countersThroughConditionsAddUp();
    void touchKeepsTheValueItFinds();
    void publishedHistoryMakesTheState();
    void listingsAreOfOneMoment_data();
    void listingsAreOfOneMoment();
    void snapshotsStandStill();
};

namespace {

qint64 wallClock()
{
    return QDateTime::currentMSecsSinceEpoch();
}

class Threads
{
public:
    ~Threads() { join(); }
    template <typename Work>
    void start(int count, Work work)
    {
        for (int i = 0; i < count; ++i)
            m_threads.emplace_back(work, i);
    }
    void join()
    {
        for (std::thread &thread : m_threads)
            thread.join();
        m_threads.clear();
    }

private:
    std::vector<std::thread> m_threads;
};

Condition atRevision(quint64 revision)
{
    Condition condition;
    if (revision == 0) {
        condition.hasIfNoneMatch = true;
        condition.ifNoneMatch.any = true;
    } else {
        condition.hasIfMatch = true;
        condition.ifMatch.revisions.append(revision);
    }
    return condition;
}

} // namespace

void TestStoreConcurrency::countersThroughConditionsAddUp()
{
    MemoryLog log(1 << 20);
    KeyValueStore store(log, 0, wallClock);
    constexpr int kRounds = 300;
    constexpr int kThreads = 4;
    Threads threads;
    threads.start(kThreads, [&](int) {
        for (int done = 0; done < kRounds;) {
            const auto lookup = store.get("counter");
            const int count = lookup.entry ? lookup.entry->value().toByteArray().toInt() : 0;
            const quint64 revision = lookup.entry ? lookup.entry->revision() : 0;
            if (store.apply(Operation::put("counter", QByteArray::number(count + 1), {}, 0,
                                           atRevision(revision))))
                ++done;
        }
    });
    threads.join();
    QCOMPARE(store.get("counter").entry->value().toByteArray().toInt(), kRounds * kThreads);
    QCOMPARE(log.lastSeq(), quint64(kRounds * kThreads));
}

// A touch copies the value before others are kept out, and a write may come between.
void TestStoreConcurrency::touchKeepsTheValueItFinds()
{
    MemoryLog log(1 << 20);
    KeyValueStore store(log, 0, wallClock);
    QVERIFY(store.apply(Operation::put("k", "0", {}, 0)));
    std::atomic<bool> stop = false;
    Threads threads;
    const auto stopAtEnd = qScopeGuard([&] {
        stop = true;
        threads.join();
    });
    std::atomic<int> writes = 0;
    threads.start(2, [&](int) {
        while (!stop)
            (void)store.apply(Operation::put("k", QByteArray::number(++writes), {}, 0));
    });
    QTRY_VERIFY(writes > 0);
    for (int round = 0; round < 20'000; ++round) {
        const auto outcome = store.apply(Operation::touch("k", 60'000 + round));
        QVERIFY(outcome);
        QCOMPARE(outcome->current->value(), outcome->previous->value());
        QCOMPARE(outcome->current->revision(), outcome->previous->revision());
        QVERIFY(outcome->current->expiresAtMs() > 0);
    }
}

// Whoever applies what is published gets what the store holds, whatever went on meanwhile.
void TestStoreConcurrency::publishedHistoryMakesTheState()
{
    QMap<QByteArray, QByteArray> copy; // of the log's thread, until the log is gone
    quint64 lastSeq = 0;
    bool inOrder = true;
    QMap<QByteArray, QByteArray> state;
    {
        MemoryLog log(1 << 16);
        connect(
            &log, &Log::published, this,
            [&](const RecordBatchPtr &batch) {
                for (const Record &record : batch->records) {
                    if (!isMutation(record.op)) {
                        inOrder &= record.seq == lastSeq;
                        continue;
                    }
                    inOrder &= record.seq == lastSeq + 1;
                    lastSeq = record.seq;
                    if (record.op == Op::Insert || record.op == Op::Touch)
                        copy[record.entry->key().toByteArray()]
                            = record.entry->value().toByteArray();
                    else if (record.op == Op::DeletePrefix || record.op == Op::DeleteAll)
                        copy.removeIf([&](auto at) { return at.key().startsWith(record.key); });
                    else
                        copy.remove(record.key);
                }
            },
            Qt::DirectConnection);
        QCOMPARE(log.addWatcher(), 0U);
        KeyValueStore store(log, 0, wallClock);
        Threads threads;
        threads.start(4, [&](int thread) {
            std::mt19937 random{unsigned(thread)};
            const auto below
                = [&](int bound) { return std::uniform_int_distribution(0, bound - 1)(random); };
            for (int i = 0; i < 2000; ++i) {
                const QByteArray key = QByteArray::number(below(3)) + QByteArray::number(below(50));
                const qint64 ttlMs = below(4) == 0 ? below(20) : 0;
                switch (below(8)) {
                case 0:
                    (void)store.apply(Operation::remove(key));
                    break;
                case 1:
                    (void)store.apply(Operation::touch(key, ttlMs));
                    break;
                case 2:
                    store.expireDue();
                    break;
                case 3:
                    store.applyBatch({Operation::put(key, "batch", {}, ttlMs),
                                      Operation::remove("0" + key),
                                      Operation::put("x", key, {}, 0)});
                    break;
                case 4:
                    store.get(key);
                    break;
                default:
                    (void)store.apply(Operation::put(key, QByteArray::number(i), {}, ttlMs));
                }
                if (i % 200 == 0)
                    (void)store.removePrefix(key.first(below(2)));
                if (i % 50 == 0)
                    store.list({}, {}, 2000);
            }
        });
        threads.join();
        // Beyond all expiries, so that what is listed is what is there.
        while (const qint64 due = store.expireDue()) {
            QVERIFY(due < wallClock() + 1000);
        }
        for (const EntryPtr &entry : store.list({}, {}, 100'000).entries)
            state[entry->key().toByteArray()] = entry->value().toByteArray();
        QCOMPARE(store.keyCount(), quint64(state.size()));
        QCOMPARE(store.count({}).keys, size_t(state.size()));
    }
    QVERIFY(inOrder);
    QCOMPARE(copy, state);
}

void TestStoreConcurrency::listingsAreOfOneMoment_data()
{
    QTest::addColumn<int>("limit");
    QTest::newRow("under one lock") << 999;
    QTest::newRow("in slices") << 100'000;
}

// Pairs of keys, far apart, are always written in one batch: no listing may tell them apart.
void TestStoreConcurrency::listingsAreOfOneMoment()
{
    QFETCH(int, limit);
    MemoryLog log(1 << 20);
    KeyValueStore store(log, 0, wallClock);
    constexpr int kPairs = 400;
    for (int i = 0; i < kPairs; ++i) {
        const QByteArray n = QByteArray::number(i);
        store.applyBatch(
            {Operation::put("a" + n, "0", {}, 0), Operation::put("z" + n, "0", {}, 0)});
    }
    for (int i = 0; limit > 999 && i < 5000; ++i) // so that there is something to slice
        (void)store.apply(Operation::put("m" + QByteArray::number(i), {}, {}, 0));
    std::atomic<bool> stop = false;
    Threads threads;
    const auto stopAtEnd = qScopeGuard([&] {
        stop = true;
        threads.join();
    });
    threads.start(2, [&](int thread) {
        std::mt19937 random{unsigned(thread)};
        for (int round = 1; !stop; ++round) {
            const QByteArray n
                = QByteArray::number(std::uniform_int_distribution(0, kPairs - 1)(random));
            const QByteArray value = QByteArray::number(thread) + '/' + QByteArray::number(round);
            store.applyBatch(
                {Operation::put("a" + n, value, {}, 0), Operation::put("z" + n, value, {}, 0)});
        }
    });
    for (int round = 0; round < 30; ++round) {
        const auto listing = store.list({}, {}, size_t(limit));
        QVERIFY(!listing.more);
        QMap<QByteArray, QByteArray> values;
        for (const EntryPtr &entry : listing.entries) {
            QVERIFY(entry->revision() <= listing.seq);
            values[entry->key().toByteArray()] = entry->value().toByteArray();
        }
        for (int i = 0; i < kPairs; ++i) {
            const QByteArray n = QByteArray::number(i);
            QCOMPARE(values.value("a" + n), values.value("z" + n));
        }
    }
}

void TestStoreConcurrency::snapshotsStandStill()
{
    MemoryLog log(1 << 20);
    KeyValueStore store(log, 0, wallClock);
    constexpr int kKeys = 2000;
    const auto keyOf = [](int i) { return QByteArray::number(i).rightJustified(5, '0'); };
    for (int i = 0; i < kKeys; ++i)
        (void)store.apply(Operation::put(keyOf(i), "first", {}, 0));
    std::atomic<int> reading = 3;
    std::atomic<bool> good = true;
    Threads threads;
    {
        std::vector<std::unique_ptr<Snapshot>> snapshots;
        for (int i = 0; i < 3; ++i)
            snapshots.push_back(std::make_unique<Snapshot>(store, QByteArray()));
        threads.start(2, [&](int thread) {
            std::mt19937 random{unsigned(thread)};
            while (reading > 0) {
                const QByteArray key = keyOf(std::uniform_int_distribution(0, kKeys - 1)(random));
                if (random() % 3 == 0)
                    (void)store.apply(Operation::remove(key));
                else
                    (void)store.apply(Operation::put(key, "later", {}, 0));
            }
        });
        threads.start(3, [&](int reader) {
            Snapshot &snapshot = *snapshots[size_t(reader)];
            int seen = 0;
            while (!snapshot.atEnd()) {
                for (const EntryPtr &entry : snapshot.next(50)) {
                    if (entry->key() != QByteArrayView(keyOf(seen++)) || entry->value() != "first")
                        good = false;
                }
            }
            if (seen != kKeys)
                good = false;
            --reading;
        });
        threads.join();
    }
    QVERIFY(good);
}

QTEST_GUILESS_MAIN(TestStoreConcurrency)
#include "tst_storeconcurrency.moc"
