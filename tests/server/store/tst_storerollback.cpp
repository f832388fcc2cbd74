// SPDX-License-Identifier: GPL-3.0-only
// What a store shows once its log has failed.

#include "server/store/keyvaluestore.h"
#include "server/store/snapshot.h"
#include "tests/support/storemodel.h"
#include "tests/support/testclock.h"
#include "tests/support/testlog.h"

#include <QtTest>

#include <random>

using namespace memorykv;
using namespace memorykv::test;

class TestStoreRollback : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindOfMutationIsTakenBack_data();
    void everyKindOfMutationIsTakenBack();
    void whatIsDurableStays();
    void refusesEverythingFromThenOn();
    void seqsAreGivenBack();
    void expiriesAreDueAgain();
    void noEventTellsOfIt();
    void anySequenceIsTakenBack();
    void snapshotInProgressStaysAsItWas();
    void logThatCannotFailKeepsNothing();
};

namespace {

const Error kFailure{ErrorCode::StorageFailed, "the disk is gone"};

struct Fixture
{
    Fixture()
    {
        log.letFail();
        store.emplace(log, 0, clock.reader());
        QObject::connect(&log, &Log::failed, &log, [this] { store->rollBack(); });
        put("a", "1");
        put("b", "2", 1000);
        put("p/1", "3");
        put("p/2", "4", 1000);
        log.holdDurable();
        before = stateOf(*store);
        keys = store->keyCount();
        bytes = store->storedBytes();
        memory = store->memoryUsed();
    }

    void put(const QByteArray &key, const QByteArray &value, qint64 ttlMs = 0)
    {
        QVERIFY(store->apply(Operation::put(key, value, "t/x", ttlMs)));
    }

    void compare()
    {
        QCOMPARE(difference(stateOf(*store), before), QByteArray());
        QCOMPARE(store->keyCount(), keys);
        QCOMPARE(store->storedBytes(), bytes);
        QCOMPARE(store->memoryUsed(), memory);
    }

    TestClock clock;
    TestLog log;
    std::optional<KeyValueStore> store;
    StoreModel::State before;
    quint64 keys = 0;
    quint64 bytes = 0;
    quint64 memory = 0;
};

using Mutate = std::function<void(Fixture &)>;

} // namespace

void TestStoreRollback::everyKindOfMutationIsTakenBack_data()
{
    QTest::addColumn<Mutate>("mutate");
    const auto row = [](const char *name, const Mutate &mutate) { QTest::newRow(name) << mutate; };
    const auto apply = [](const Operation &operation) {
        return [operation](Fixture &f) { QVERIFY(f.store->apply(operation)); };
    };
    row("nothing", [](Fixture &) {});
    row("a new key", [](Fixture &f) { f.put("new", "x", 5); });
    row("a key replaced", [](Fixture &f) { f.put("a", "other and longer"); });
    row("a key replaced twice", [](Fixture &f) {
        f.put("a", "x");
        f.put("a", "y", 1);
    });
    row("a key removed", apply(Operation::remove("a")));
    row("a key removed and made again", [](Fixture &f) {
        QVERIFY(f.store->apply(Operation::remove("a")));
        f.put("a", "again");
    });
    row("a new key removed", [](Fixture &f) {
        f.put("new", "x");
        QVERIFY(f.store->apply(Operation::remove("new")));
    });
    row("an expiry set", apply(Operation::touch("a", 5)));
    row("an expiry taken away", apply(Operation::touch("b", 0)));
    row("a prefix removed", [](Fixture &f) { QVERIFY(f.store->removePrefix("p/")); });
    row("all removed and made again", [](Fixture &f) {
        QVERIFY(f.store->removePrefix({}));
        f.put("p/1", "again");
        QVERIFY(f.store->removePrefix("p"));
    });
    row("a batch", [](Fixture &f) {
        const auto result = f.store->applyBatch(
            {Operation::put("a", "x", {}, 0), Operation::remove("a"), Operation::remove("none"),
             Operation::put("n", "y", {}, 0), Operation::touch("p/1", 9)});
        QVERIFY(!result.error);
    });
}

void TestStoreRollback::everyKindOfMutationIsTakenBack()
{
    QFETCH(Mutate, mutate);
    Fixture f;
    mutate(f);
    f.log.fail(kFailure);
    f.compare();
}

void TestStoreRollback::whatIsDurableStays()
{
    Fixture f;
    f.put("a", "durable");
    f.put("n", "durable too");
    f.log.setDurableSeq(f.log.lastSeq());
    f.before = stateOf(*f.store);
    f.keys = f.store->keyCount();
    f.bytes = f.store->storedBytes();
    f.memory = f.store->memoryUsed();
    f.put("a", "not");
    QVERIFY(f.store->apply(Operation::remove("n")));
    f.log.fail(kFailure);
    f.compare();
}

void TestStoreRollback::refusesEverythingFromThenOn()
{
    Fixture f;
    f.log.fail(kFailure);
    const auto put = f.store->apply(Operation::put("x", "y", {}, 0));
    QVERIFY(!put);
    QCOMPARE(put.error().detail, kFailure.detail);
    QVERIFY(!f.store->apply(Operation::remove("a")));
    QVERIFY(!f.store->removePrefix({}));
    QVERIFY(f.store->applyBatch({Operation::remove("a")}).error);
    f.clock.advance(5000);
    QCOMPARE(f.store->expireDue(), 0);
    QVERIFY(!f.store->get("b").entry); // its time has come nevertheless
    QCOMPARE(f.store->get("a").entry->value().toByteArray(), "1");
    QCOMPARE(f.store->list({}, {}, 10).entries.size(), size_t(2));
}

void TestStoreRollback::seqsAreGivenBack()
{
    Fixture f;
    const quint64 durable = f.log.durableSeq();
    QVERIFY(f.store->apply(Operation::remove("a")));
    QVERIFY(f.store->apply(Operation::touch("b", 0)));
    QVERIFY(f.store->get("a").seq > durable); // an answer that has to wait
    f.log.fail(kFailure);
    // An answer given from now on may leave at once.
    QVERIFY(f.store->get("a").seq <= durable);
    QVERIFY(f.store->get("b").seq <= durable);
    QVERIFY(f.store->get("none").seq <= durable);
    QVERIFY(f.store->list({}, {}, 10).seq <= durable);
    QVERIFY(f.store->count({}).seq <= durable);
}

void TestStoreRollback::expiriesAreDueAgain()
{
    Fixture f;
    f.clock.advance(2000);
    QCOMPARE(f.store->expireDue(), 0);
    QCOMPARE(f.store->keyCount(), 2ULL);
    f.log.fail(kFailure);
    QCOMPARE(f.store->keyCount(), 4ULL); // they are, but are not seen
    QVERIFY(!f.store->get("b").entry);
    QVERIFY(!f.store->get("p/2").entry);
}

void TestStoreRollback::noEventTellsOfIt()
{
    Fixture f;
    f.log.addWatcher();
    f.put("x", "y");
    const size_t appended = f.log.appended().size();
    f.log.fail(kFailure);
    QCOMPARE(f.log.appended().size(), appended);
    QVERIFY(f.log.announced().empty());
}

void TestStoreRollback::anySequenceIsTakenBack()
{
    for (quint32 seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        Fixture f;
        const int count = 1 + int(random() % 40);
        for (int i = 0; i < count; ++i) {
            const QByteArray key
                = random() % 2 == 0 ? "a" : "p/" + QByteArray::number(random() % 4);
            const qint64 ttlMs = random() % 3 == 0 ? 5000 : 0;
            switch (random() % 6) {
            case 0:
                QVERIFY(f.store->apply(Operation::remove(key)));
                break;
            case 1:
                QVERIFY(f.store->apply(Operation::touch(key, ttlMs)));
                break;
            case 2:
                QVERIFY(f.store->removePrefix(random() % 2 == 0 ? "p" : key));
                break;
            default:
                f.put(key, QByteArray(int(random() % 50), 'x'), ttlMs);
            }
        }
        f.log.fail(kFailure);
        f.compare();
        f.clock.advance(2000); // the queue of expiries has come through it as well
        QVERIFY(!f.store->get("b").entry);
    }
}

void TestStoreRollback::snapshotInProgressStaysAsItWas()
{
    Fixture f;
    Snapshot snapshot(*f.store, {});
    f.put("a", "not durable");
    f.put("c", "not durable");
    QVERIFY(f.store->removePrefix("p/"));
    f.log.fail(kFailure);
    StoreModel::State seen;
    while (!snapshot.atEnd()) {
        for (const EntryPtr &entry : snapshot.next(1))
            seen.insert(entry->key().toByteArray(),
                        {entry->value().toByteArray(), entry->type().toByteArray(),
                         entry->revision(), entry->expiresAtMs()});
    }
    QCOMPARE(difference(seen, f.before), QByteArray());
}

void TestStoreRollback::logThatCannotFailKeepsNothing()
{
    TestClock clock;
    TestLog log;
    KeyValueStore store(log, 0, clock.reader());
    log.holdDurable();
    const auto put = Operation::put("a", QByteArray(1000, 'x'), {}, 0);
    QVERIFY(store.apply(put));
    QVERIFY(store.apply(Operation::remove("a")));
    QVERIFY(put.entry->ref.loadRelaxed() <= 2); // the operation's, and the record's
}

QTEST_GUILESS_MAIN(TestStoreRollback)
#include "tst_storerollback.moc"
