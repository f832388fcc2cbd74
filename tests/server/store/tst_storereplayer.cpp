// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/storereplayer.h"

#include "tests/support/storemodel.h"
#include "tests/support/testclock.h"
#include "tests/support/testlog.h"
#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestStoreReplayer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOperationIsReplayed();
    void recordsGoOnBehindTheSnapshot();
    void touchKeepsValueAndRevision();
    void whatIsNotThereIsPassedOver();
    void nothingIsAppendedOrAnnounced();
    void numbersAreThoseOfTheContent();
    void nextMutationHasTheNextSeq();
    void answersClaimNoLessThanTheyShow();
    void expiriesAreDue();
    void replayedIsWhatTheStoreWas();
};

namespace {

struct Fixture
{
    TestClock clock;
    TestLog log;
    KeyValueStore store{log, 0, clock.reader()};
    StoreReplayer replayer{store};

    void replay(const std::vector<Record> &records) { replayer.replay(records); }
    StoreModel::State state() { return stateOf(store); }
};

} // namespace

void TestStoreReplayer::everyOperationIsReplayed()
{
    Fixture f;
    const qint64 later = f.clock.nowMs() + 1000;
    f.replay({putRecord(1, "a", "1"), putRecord(2, "b", "2", "t/x", later),
              putRecord(3, "p/1", "3"), putRecord(4, "p/2", "4"), putRecord(5, "gone", "5"),
              putRecord(6, "late", "6")});
    f.replay({touchRecord(7, "a", later), keyRecord(Op::Delete, 8, "gone"),
              keyRecord(Op::Expire, 9, "late"), keyRecord(Op::DeletePrefix, 10, "p/")});
    f.replayer.finish(10);
    const QByteArray type = Entry::kDefaultType.toByteArray();
    QCOMPARE(difference(f.state(), {{"a", {"1", type, 1, later}}, {"b", {"2", "t/x", 2, later}}}),
             QByteArray());

    Fixture all;
    all.replay({putRecord(1, "a", "1"), putRecord(2, "b", "2")});
    all.replay({keyRecord(Op::DeleteAll, 3, {})});
    all.replayer.finish(3);
    QVERIFY(all.state().isEmpty());
}

void TestStoreReplayer::recordsGoOnBehindTheSnapshot()
{
    Fixture f;
    f.replayer.restore(
        {Entry::create({"a", "old", {}, 3, 0}), Entry::create({"b", "x", {}, 5, 0})});
    f.replayer.restore({Entry::create({"c", "y", {}, 1, 0})});
    f.replay({putRecord(6, "a", "new"), keyRecord(Op::Delete, 7, "c")});
    f.replayer.finish(7);
    QCOMPARE(f.state().keys(), (QList<QByteArray>{"a", "b"}));
    QCOMPARE(f.state().value("a").value, "new");
    QCOMPARE(f.state().value("b").revision, 5ULL);
}

void TestStoreReplayer::touchKeepsValueAndRevision()
{
    Fixture f;
    const qint64 later = f.clock.nowMs() + 1000;
    f.replayer.restore({Entry::create({"a", "value", "t/x", 3, 0})});
    f.replay({touchRecord(9, "a", later)});
    f.replayer.finish(9);
    QCOMPARE(f.state().value("a"), (StoreModel::Stored{"value", "t/x", 3, later}));
}

void TestStoreReplayer::whatIsNotThereIsPassedOver()
{
    Fixture f;
    f.replay({keyRecord(Op::Delete, 1, "x"), keyRecord(Op::Expire, 2, "x"), touchRecord(3, "x", 5),
              keyRecord(Op::DeletePrefix, 4, "x"), keyRecord(Op::DeleteAll, 5, {})});
    f.replayer.finish(5);
    QVERIFY(f.state().isEmpty());
}

void TestStoreReplayer::nothingIsAppendedOrAnnounced()
{
    Fixture f;
    f.log.addWatcher();
    f.replayer.restore({Entry::create({"a", "1", {}, 1, 0})});
    f.replay({putRecord(2, "b", "2"), keyRecord(Op::DeleteAll, 3, {})});
    f.replayer.finish(3);
    QVERIFY(f.log.appended().empty());
    QVERIFY(f.log.announced().empty());
}

void TestStoreReplayer::numbersAreThoseOfTheContent()
{
    Fixture f;
    f.replayer.restore({Entry::create({"aa", "111", {}, 1, 0})});
    f.replay({putRecord(2, "b", "2"), putRecord(3, "b", "22"), putRecord(4, "c", "3"),
              keyRecord(Op::Delete, 5, "c")});
    f.replayer.finish(5);
    QCOMPARE(f.store.keyCount(), 2ULL);
    QCOMPARE(f.store.storedBytes(), 8ULL);
    QCOMPARE(f.store.expiredCount(), 0ULL);
}

void TestStoreReplayer::nextMutationHasTheNextSeq()
{
    Fixture f;
    f.replay({putRecord(1, "a", "1")});
    f.replayer.finish(1);
    const auto outcome = f.store.apply(Operation::put("b", "2", {}, 0));
    QVERIFY(outcome);
    QCOMPARE(outcome->seq, 2ULL);

    Fixture empty; // a snapshot without keys still has a seq
    empty.replayer.finish(41);
    QCOMPARE(empty.store.apply(Operation::put("b", "2", {}, 0))->seq, 42ULL);
}

void TestStoreReplayer::answersClaimNoLessThanTheyShow()
{
    Fixture f;
    f.replayer.restore({Entry::create({"a", "1", {}, 1, 0})});
    f.replayer.finish(9);
    QCOMPARE(f.store.get("a").seq, 9ULL); // its expiry may have been set by any of them
    QCOMPARE(f.store.get("none").seq, 9ULL);
}

void TestStoreReplayer::expiriesAreDue()
{
    Fixture f;
    int calls = 0;
    f.store.setEarlierExpiryListener([&calls] { ++calls; });
    f.replayer.restore({Entry::create({"a", "1", {}, 1, f.clock.nowMs() + 5})});
    f.replay({putRecord(2, "b", "2", {}, f.clock.nowMs() - 5)}); // while it was away
    f.replayer.finish(2);
    QCOMPARE(calls, 1);
    QVERIFY(!f.store.get("b").entry);
    QCOMPARE(f.store.expireDue(), f.clock.nowMs() + 5);
    f.clock.advance(10);
    QCOMPARE(f.store.expireDue(), 0);
    QCOMPARE(f.store.keyCount(), 0ULL);
    QCOMPARE(f.log.appended().size(), size_t(2)); // each in the log, in its order
    QCOMPARE(f.log.appended()[0].seq, 3ULL);
}

void TestStoreReplayer::replayedIsWhatTheStoreWas()
{
    Fixture before;
    for (int i = 0; i < 500; ++i) {
        const QByteArray key = "k/" + QByteArray::number(i * 7919 % 97);
        const qint64 ttlMs = i % 5 == 0 ? i : 0;
        switch (i % 4) {
        case 0:
        case 1:
            QVERIFY(before.store.apply(Operation::put(key, QByteArray::number(i), "t/x", ttlMs)));
            break;
        case 2:
            QVERIFY(before.store.apply(Operation::touch(key, ttlMs)));
            break;
        default:
            QVERIFY(before.store.apply(Operation::remove(key)));
        }
        if (i % 90 == 0)
            QVERIFY(before.store.removePrefix("k/1"));
        before.clock.advance(1);
        before.store.expireDue();
    }
    Fixture after;
    after.clock.advance(500);
    for (const auto &group : before.log.groups())
        after.replay(group);
    after.replayer.finish(before.log.lastSeq());
    QCOMPARE(difference(after.state(), before.state()), QByteArray());
    QCOMPARE(after.store.memoryUsed(), before.store.memoryUsed());
}

QTEST_GUILESS_MAIN(TestStoreReplayer)
#include "tst_storereplayer.moc"
