// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/snapshot.h"

#include "server/store/keyvaluestore.h"
#include "tests/support/testclock.h"
#include "tests/support/testlog.h"

#include <QtTest>

#include <random>

using namespace memorykv;
using memorykv::test::TestClock;
using memorykv::test::TestLog;

class TestSnapshot : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyStoreGivesNothing();
    void givesEverythingInOrder_data();
    void givesEverythingInOrder();
    void laterWritesAreNotPartOfIt();
    void changedValueComesAsItWas();
    void touchedKeyComesAsItWas();
    void removedKeysStillCome();
    void whatCameAndWentIsNotPartOfIt();
    void startsBehindAfter();
    void behindThePrefixThereIsNothing();
    void equalsTheStateAtItsSeq_data();
    void equalsTheStateAtItsSeq();
};

namespace {

/// What a store holds, as text, so that differences are readable: key -> value@revision/expiry.
using State = QMap<QByteArray, QByteArray>;

QByteArray describe(const Entry &entry)
{
    return entry.value().toByteArray() + '@' + QByteArray::number(entry.revision()) + '/'
           + QByteArray::number(entry.expiresAtMs());
}

struct Fixture
{
    void put(const QByteArray &key, QByteArrayView value = "v", qint64 ttlMs = 0)
    {
        store.apply(Operation::put(key, value, {}, ttlMs)).ok();
    }
    void remove(const QByteArray &key) { store.apply(Operation::remove(key)).ok(); }

    State state(const QByteArray &prefix = {}, const QByteArray &after = {})
    {
        State state;
        for (const EntryPtr &entry : store.list({}, {}, 500).entries) {
            if (entry->key().startsWith(prefix) && entry->key() > QByteArrayView(after))
                state.insert(entry->key().toByteArray(), describe(*entry));
        }
        return state;
    }

    TestClock clock;
    TestLog log;
    KeyValueStore store{log, 0, clock.reader()};
};

/// Collects what a snapshot gives and checks that the keys ascend.
class Reader
{
public:
    bool readSlice(Snapshot &snapshot, size_t size)
    {
        for (const EntryPtr &entry : snapshot.next(size)) {
            const QByteArray key = entry->key().toByteArray();
            if (!state.isEmpty() && key <= state.lastKey())
                ascending = false;
            state.insert(key, describe(*entry));
        }
        return !snapshot.atEnd();
    }
    void readAll(Snapshot &snapshot, size_t size = 3)
    {
        while (readSlice(snapshot, size)) { }
    }

    State state;
    bool ascending = true;
};

} // namespace

void TestSnapshot::emptyStoreGivesNothing()
{
    Fixture f;
    Snapshot snapshot(f.store, {});
    QCOMPARE(snapshot.seq(), 0U);
    QVERIFY(!snapshot.atEnd());
    QVERIFY(snapshot.next(10).empty());
    QVERIFY(snapshot.atEnd());
    f.put("late");
    QVERIFY(snapshot.next(10).empty());
}

void TestSnapshot::givesEverythingInOrder_data()
{
    QTest::addColumn<int>("slice");
    for (const int slice : {1, 2, 299, 300, 301, 10'000})
        QTest::addRow("slices of %d", slice) << slice;
}

void TestSnapshot::givesEverythingInOrder()
{
    QFETCH(int, slice);
    Fixture f;
    for (int i = 0; i < 300; ++i)
        f.put(QByteArray::number((i * 7919) % 300), QByteArray::number(i));
    Snapshot snapshot(f.store, {});
    QCOMPARE(snapshot.seq(), 300U);
    Reader reader;
    while (true) {
        const qsizetype before = reader.state.size();
        const bool more = reader.readSlice(snapshot, size_t(slice));
        QVERIFY(reader.state.size() - before <= slice);
        if (!more)
            break;
    }
    QVERIFY(reader.ascending);
    QCOMPARE(reader.state, f.state());
    QVERIFY(snapshot.next(10).empty());
}

void TestSnapshot::laterWritesAreNotPartOfIt()
{
    Fixture f;
    f.put("b", "b");
    f.put("d", "d");
    const State before = f.state();
    Snapshot snapshot(f.store, {});
    for (const char *key : {"a", "c", "e"})
        f.put(key);
    Reader reader;
    reader.readAll(snapshot, 1);
    QCOMPARE(reader.state, before);
}

void TestSnapshot::changedValueComesAsItWas()
{
    Fixture f;
    f.put("a", "1");
    f.put("b", "1");
    const State before = f.state();
    Snapshot snapshot(f.store, {});
    f.put("a", "2");
    f.put("a", "3");
    f.put("b", "2");
    f.remove("b");
    f.put("b", "4");
    Reader reader;
    reader.readAll(snapshot, 1);
    QCOMPARE(reader.state, before);
}

void TestSnapshot::touchedKeyComesAsItWas()
{
    Fixture f;
    f.put("a", "1");
    f.put("b", "1", 1000);
    const State before = f.state();
    Snapshot snapshot(f.store, {});
    f.store.apply(Operation::touch("a", 500)).ok();
    f.store.apply(Operation::touch("a", 900)).ok();
    f.store.apply(Operation::touch("b", 0)).ok();
    f.remove("b");
    Reader reader;
    reader.readAll(snapshot, 1);
    QCOMPARE(reader.state, before);
}

void TestSnapshot::removedKeysStillCome()
{
    Fixture f;
    for (const char *key : {"a", "b", "c", "d", "e"})
        f.put(key, key, 1000);
    const State before = f.state();
    Snapshot snapshot(f.store, {});
    Reader reader;
    reader.readSlice(snapshot, 1);
    f.remove("b");
    (void)f.store.removePrefix("c");
    f.clock.advance(1000);
    f.store.expireDue();
    reader.readAll(snapshot, 1);
    QCOMPARE(reader.state, before);
    QVERIFY(reader.ascending);
}

void TestSnapshot::whatCameAndWentIsNotPartOfIt()
{
    Fixture f;
    f.put("b");
    const State before = f.state();
    Snapshot snapshot(f.store, {});
    f.put("c");
    f.remove("c");
    f.put("d");
    f.store.apply(Operation::touch("d", 1000)).ok();
    f.remove("d");
    Reader reader;
    reader.readAll(snapshot);
    QCOMPARE(reader.state, before);
}

void TestSnapshot::startsBehindAfter()
{
    Fixture f;
    for (const char *key : {"a1", "b1", "b2", "b3", "c1"})
        f.put(key);
    const State expected = f.state("b", "b1");
    Snapshot snapshot(f.store, "b", "b1");
    f.remove("b1");
    f.remove("b2");
    f.remove("c1");
    Reader reader;
    reader.readAll(snapshot);
    QCOMPARE(reader.state, expected);
}

void TestSnapshot::behindThePrefixThereIsNothing()
{
    Fixture f;
    for (const char *key : {"a1", "b5", "c1"})
        f.put(key);
    Snapshot snapshot(f.store, "a", "b9");
    Reader reader;
    reader.readAll(snapshot);
    QCOMPARE(reader.state, State());
}

void TestSnapshot::equalsTheStateAtItsSeq_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 20; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

// Several snapshots, begun at different times and read in slices of different sizes, while a
// writer does everything a writer can do.
void TestSnapshot::equalsTheStateAtItsSeq()
{
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    const auto below
        = [&](int bound) { return std::uniform_int_distribution(0, bound - 1)(random); };
    const auto key = [&] {
        static const char *kFolders[] = {"a", "b", "b/c", "\xF4\x8F\xBF\xBF"};
        return kFolders[below(4)] + QByteArray::number(below(60));
    };
    struct Open
    {
        Open(Fixture &f, const QByteArray &prefix, const QByteArray &after)
            : expected(f.state(prefix, after))
            , seq(f.log.lastSeq())
            , snapshot(f.store, prefix, after)
        { }
        const State expected;
        const quint64 seq;
        Snapshot snapshot;
        Reader reader;
    };
    Fixture f;
    std::vector<std::unique_ptr<Open>> open;
    int compared = 0;
    for (int step = 0; step < 4000; ++step) {
        const int dice = below(100);
        if (dice < 50)
            f.put(key(), QByteArray::number(step), below(3) == 0 ? below(50) : 0);
        else if (dice < 70)
            f.remove(key());
        else if (dice < 78)
            f.store.apply(Operation::touch(key(), below(2) ? below(90) : 0)).ok();
        else if (dice < 79)
            (void)f.store.removePrefix(key().first(below(3)));
        else if (dice < 82)
            f.clock.advance(below(5));
        else if (dice < 86) {
            // The contract of a snapshot is about what was not expired yet, or removed since.
            f.store.expireDue();
            if (open.size() < 4) {
                const QByteArray prefix = below(2) ? QByteArray() : key().first(below(3));
                const QByteArray after
                    = below(2) ? QByteArray() : prefix + QByteArray::number(below(60));
                open.push_back(std::make_unique<Open>(f, prefix, after));
                QCOMPARE(open.back()->snapshot.seq(), open.back()->seq);
            }
        } else if (!open.empty()) {
            const size_t at = size_t(below(int(open.size())));
            Open &one = *open[at];
            if (one.reader.readSlice(one.snapshot, size_t(1 + below(20))))
                continue;
            QVERIFY(one.reader.ascending);
            QCOMPARE(one.reader.state, one.expected);
            open.erase(open.begin() + std::ptrdiff_t(at));
            ++compared;
        }
    }
    QVERIFY(compared > 20);
}

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
