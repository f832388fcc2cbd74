// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/keyvaluestore.h"

#include "tests/support/testclock.h"
#include "tests/support/testlog.h"

#include <QtTest>

using namespace memorykv;
using memorykv::test::TestClock;
using memorykv::test::TestLog;

class TestKeyValueStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void putMakesAKey();
    void putReplacesAndGivesBackWhatWas();
    void deleteRemoves();
    void touchChangesTheExpiryAlone();
    void whatIsNotThereCannotBeDeletedOrTouched();
    void failedConditionChangesNothing_data();
    void failedConditionChangesNothing();
    void seqsFollowEachOther();
    void seqGoesOnFromTheLog();
    void answersNeverClaimLessThanTheyShow();

    void batchAppliesInOrder();
    void batchIsOneGroup();
    void batchWithAFailedConditionChangesNothing();
    void batchSeesItsOwnOperations();
    void batchSeesWhatItTouched();
    void batchNamesTheRevisionItIsGoingToMake();
    void emptyBatchIsNoMutation();

    void memoryLimitRefusesWhatWouldGrow();
    void memoryLimitLetsShrink();
    void memoryLimitOfABatchCountsTheWholeOfIt();
    void memoryIsGivenBack();

    void expiredKeyIsNotSeen();
    void expiredKeyIsOutOfTheWayOfAWrite();
    void expiredKeyDoesNotMeetACondition();
    void expiredKeyIsAbsentInABatch();
    void expireDueRemovesInOrderOfTime();
    void expireDueWorksInSlices();
    void rewrittenKeyDoesNotExpireAtItsOldTime();
    void listenerIsCalledForEarlierExpiriesOnly();

    void listGivesKeysInByteOrder();
    void listObeysPrefixAfterAndLimit_data();
    void listObeysPrefixAfterAndLimit();
    void listBehindThePrefixIsEmpty_data();
    void listBehindThePrefixIsEmpty();
    void listPagesCoverEverything_data();
    void listPagesCoverEverything();
    void listLeavesOutExpiredKeys_data();
    void listLeavesOutExpiredKeys();
    void countCountsPrefixes();
    void removePrefixIsOneMutation();
    void removePrefixOfNothingIsNone();
    void removePrefixLeavesOutExpiredKeys();
    void removeAll();

    void mutationsAreToldToTheLog();
    void readsAreAnnouncedWhenWatched();
    void readsAreNotAnnouncedWhenNobodyWatches();
    void announcementsCarryTheSeqTheySaw();
    void figuresFollow();
};

namespace {

struct Fixture
{
    explicit Fixture(qint64 maxMemory = 0, quint64 lastSeq = 0)
        : log(77, lastSeq)
        , store(log, maxMemory, clock.reader())
    { }

    Outcome put(const QByteArray &key, QByteArrayView value = "v", qint64 ttlMs = 0,
                Condition condition = {})
    {
        return *store.apply(Operation::put(key, value, {}, ttlMs, std::move(condition)));
    }
    Outcome remove(const QByteArray &key) { return *store.apply(Operation::remove(key)); }
    Outcome touch(const QByteArray &key, qint64 ttlMs)
    {
        return *store.apply(Operation::touch(key, ttlMs));
    }

    QByteArray value(const QByteArray &key) const
    {
        const auto lookup = store.get(key);
        return lookup.entry ? lookup.entry->value().toByteArray() : QByteArray("<none>");
    }

    /// What the log was told, such as "insert a 1, delete a 2".
    QByteArray history() const { return text(log.appended()); }
    static QByteArray text(const std::vector<Record> &records)
    {
        QByteArray text;
        for (const Record &record : records) {
            const QByteArray key = record.entry ? record.entry->key().toByteArray() : record.key;
            text += (text.isEmpty() ? "" : ", ") + opName(record.op).toByteArray() + ' ' + key + ' '
                    + QByteArray::number(record.seq);
        }
        return text;
    }

    TestClock clock;
    TestLog log;
    KeyValueStore store;
};

Condition ifMatch(quint64 revision)
{
    Condition condition;
    condition.hasIfMatch = true;
    condition.ifMatch.revisions.append(revision);
    return condition;
}

Condition ifAbsent()
{
    Condition condition;
    condition.hasIfNoneMatch = true;
    condition.ifNoneMatch.any = true;
    return condition;
}

QList<QByteArray> keysOf(const std::vector<EntryPtr> &entries)
{
    QList<QByteArray> keys;
    for (const EntryPtr &entry : entries)
        keys.append(entry->key().toByteArray());
    return keys;
}

template <typename... Operations>
std::vector<Operation> batchOf(Operations... operations)
{
    std::vector<Operation> batch;
    (batch.push_back(std::move(operations)), ...);
    return batch;
}

} // namespace

void TestKeyValueStore::putMakesAKey()
{
    Fixture f;
    const auto outcome = f.store.apply(Operation::put("k", "value", "text/plain", 0));
    QVERIFY(outcome.ok());
    QVERIFY(outcome->applied);
    QCOMPARE(outcome->seq, 1U);
    QVERIFY(!outcome->previous);
    QCOMPARE(outcome->current->revision(), 1U);
    const auto lookup = f.store.get("k");
    QCOMPARE(lookup.entry->value(), QByteArrayView("value"));
    QCOMPARE(lookup.entry->type(), QByteArrayView("text/plain"));
    QCOMPARE(lookup.entry->expiresAtMs(), 0);
    QCOMPARE(lookup.seq, 1U);
}

void TestKeyValueStore::putReplacesAndGivesBackWhatWas()
{
    Fixture f;
    f.put("k", "old", 1000);
    const Outcome outcome = f.put("k", "new");
    QCOMPARE(outcome.previous->value(), QByteArrayView("old"));
    QCOMPARE(outcome.previous->revision(), 1U);
    QCOMPARE(f.value("k"), QByteArray("new"));
    QCOMPARE(f.store.get("k").entry->expiresAtMs(), 0);
    QCOMPARE(f.store.keyCount(), 1U);
}

void TestKeyValueStore::deleteRemoves()
{
    Fixture f;
    f.put("k", "value");
    const Outcome outcome = f.remove("k");
    QVERIFY(outcome.applied);
    QCOMPARE(outcome.seq, 2U);
    QCOMPARE(outcome.previous->value(), QByteArrayView("value"));
    QVERIFY(!outcome.current);
    QVERIFY(!f.store.get("k").entry);
    QCOMPARE(f.store.keyCount(), 0U);
}

void TestKeyValueStore::touchChangesTheExpiryAlone()
{
    Fixture f;
    f.store.apply(Operation::put("k", "value", "text/plain", 0)).ok();
    const Outcome outcome = f.touch("k", 60'000);
    QVERIFY(outcome.applied);
    QCOMPARE(outcome.seq, 2U);
    QCOMPARE(outcome.current->expiresAtMs(), f.clock.nowMs() + 60'000);
    const auto lookup = f.store.get("k");
    QCOMPARE(lookup.entry->value(), QByteArrayView("value"));
    QCOMPARE(lookup.entry->type(), QByteArrayView("text/plain"));
    QCOMPARE(lookup.entry->revision(), 1U);
    f.touch("k", 0);
    QCOMPARE(f.store.get("k").entry->expiresAtMs(), 0);
    f.clock.advance(120'000);
    QCOMPARE(f.value("k"), QByteArray("value"));
}

void TestKeyValueStore::whatIsNotThereCannotBeDeletedOrTouched()
{
    Fixture f;
    f.put("other");
    f.remove("other");
    for (Operation operation : batchOf(Operation::remove("k"), Operation::touch("k", 5))) {
        const auto outcome = f.store.apply(std::move(operation));
        QVERIFY(outcome.ok());
        QVERIFY(!outcome->applied);
        QVERIFY(!outcome->previous);
        QVERIFY(!outcome->current);
        QVERIFY(outcome->seq <= 2);
    }
    QCOMPARE(f.log.lastSeq(), 2U);
}

void TestKeyValueStore::failedConditionChangesNothing_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("put") << int(Operation::Kind::Put);
    QTest::newRow("delete") << int(Operation::Kind::Delete);
    QTest::newRow("touch") << int(Operation::Kind::Touch);
}

void TestKeyValueStore::failedConditionChangesNothing()
{
    QFETCH(int, kind);
    Fixture f;
    f.put("k", "old");
    const auto operation = [&](Condition condition) {
        switch (Operation::Kind(kind)) {
        case Operation::Kind::Put:
            return Operation::put("k", "new", {}, 0, std::move(condition));
        case Operation::Kind::Delete:
            return Operation::remove("k", std::move(condition));
        case Operation::Kind::Touch:
            break;
        }
        return Operation::touch("k", 5, std::move(condition));
    };
    for (const Condition &condition : {ifMatch(2), ifMatch(0), ifAbsent()}) {
        const auto outcome = f.store.apply(operation(condition));
        QVERIFY(!outcome.ok());
        QCOMPARE(outcome.error().code, ErrorCode::PreconditionFailed);
    }
    QCOMPARE(f.value("k"), QByteArray("old"));
    QCOMPARE(f.store.get("k").entry->expiresAtMs(), 0);
    QCOMPARE(f.history(), QByteArray("insert k 1"));
    QVERIFY(f.store.apply(operation(ifMatch(1))).ok());
    QCOMPARE(f.log.lastSeq(), 2U);
}

void TestKeyValueStore::seqsFollowEachOther()
{
    Fixture f;
    quint64 seq = 0;
    for (int i = 0; i < 100; ++i) {
        const QByteArray key = QByteArray::number(i % 7);
        QCOMPARE(f.put(key).seq, ++seq);
        QCOMPARE(f.touch(key, 1000).seq, ++seq);
        f.touch("missing", 1000);
        if (i % 3 == 0)
            QCOMPARE(f.remove(key).seq, ++seq);
    }
    const auto records = f.log.appended();
    QCOMPARE(records.size(), size_t(seq));
    for (size_t i = 0; i < records.size(); ++i)
        QCOMPARE(records[i].seq, quint64(i + 1));
}

void TestKeyValueStore::seqGoesOnFromTheLog()
{
    Fixture f(0, 41);
    QCOMPARE(f.put("k").seq, 42U);
    QCOMPARE(f.store.count({}).seq, 42U);
}

// Whatever an answer shows was made by a mutation at or below its seq.
void TestKeyValueStore::answersNeverClaimLessThanTheyShow()
{
    Fixture f;
    f.put("a"); // 1
    f.put("b"); // 2
    QVERIFY(f.store.get("a").seq >= 1);
    QVERIFY(f.store.get("b").seq >= 2);
    f.touch("a", 5000); // 3
    QVERIFY(f.store.get("a").seq >= 3);
    f.remove("b"); // 4
    QVERIFY(f.store.get("b").seq >= 4);
    QVERIFY(f.remove("b").seq >= 4);
    QVERIFY(f.store.list({}, {}, 10).seq >= 4);
    QVERIFY(f.store.count({}).seq >= 4);
    QVERIFY(f.store.removePrefix("b")->seq >= 4);
    (void)f.store.removePrefix("a"); // 5
    QVERIFY(f.store.get("a").seq >= 5);
    const auto failed = f.store.applyBatch(batchOf(Operation::remove("a", ifMatch(1))));
    QVERIFY(failed.error);
    QVERIFY(failed.seq >= 5);
}

void TestKeyValueStore::batchAppliesInOrder()
{
    Fixture f;
    f.put("gone", "g");
    const auto result = f.store.applyBatch(batchOf(
        Operation::put("k", "1", {}, 0), Operation::put("k", "2", {}, 0), Operation::remove("gone"),
        Operation::remove("missing"), Operation::touch("k", 1000)));
    QVERIFY(!result.error);
    QCOMPARE(result.outcomes.size(), size_t(5));
    QVERIFY(!result.outcomes[0].previous);
    QCOMPARE(result.outcomes[1].previous->value(), QByteArrayView("1"));
    QCOMPARE(result.outcomes[2].previous->value(), QByteArrayView("g"));
    QVERIFY(!result.outcomes[3].applied);
    QCOMPARE(result.outcomes[4].current->value(), QByteArrayView("2"));
    QCOMPARE(result.seq, 5U);
    QCOMPARE(f.value("k"), QByteArray("2"));
}

void TestKeyValueStore::batchIsOneGroup()
{
    Fixture f;
    f.put("a");
    f.store.applyBatch(batchOf(Operation::put("b", "", {}, 0), Operation::put("a", "", {}, 0),
                               Operation::remove("a")));
    const auto groups = f.log.groups();
    QCOMPARE(groups.size(), size_t(2));
    QCOMPARE(Fixture::text(groups[1]), QByteArray("insert b 2, insert a 3, delete a 4"));
}

void TestKeyValueStore::batchWithAFailedConditionChangesNothing()
{
    Fixture f;
    f.put("a", "old");
    const auto result = f.store.applyBatch(
        batchOf(Operation::put("b", "new", {}, 0), Operation::remove("a"),
                Operation::put("c", "new", {}, 0, ifMatch(9)), Operation::remove("a", ifMatch(8))));
    QVERIFY(result.error);
    QCOMPARE(result.error->code, ErrorCode::PreconditionFailed);
    QCOMPARE(result.failedIndex, size_t(2));
    QVERIFY(result.outcomes.empty());
    QCOMPARE(f.history(), QByteArray("insert a 1"));
    QCOMPARE(f.value("a"), QByteArray("old"));
    QCOMPARE(f.value("b"), QByteArray("<none>"));
}

void TestKeyValueStore::batchSeesItsOwnOperations()
{
    Fixture f;
    auto result = f.store.applyBatch(
        batchOf(Operation::put("k", "1", {}, 0), Operation::put("k", "2", {}, 0, ifAbsent())));
    QVERIFY(result.error);
    QCOMPARE(result.failedIndex, size_t(1));
    f.put("k", "0");
    result = f.store.applyBatch(
        batchOf(Operation::remove("k"), Operation::put("k", "2", {}, 0, ifAbsent())));
    QVERIFY(!result.error);
    QCOMPARE(f.value("k"), QByteArray("2"));
}

void TestKeyValueStore::batchSeesWhatItTouched()
{
    Fixture f;
    f.put("k", "1");
    auto result = f.store.applyBatch(
        batchOf(Operation::touch("k", 1000), Operation::put("k", "2", {}, 0, ifMatch(1))));
    QVERIFY2(!result.error, "a touched key is still there, at its revision");
    result = f.store.applyBatch(
        batchOf(Operation::touch("k", 1000), Operation::put("k", "3", {}, 0, ifAbsent())));
    QVERIFY2(result.error, "a touched key is not absent");
}

// An operation is at the seq it gets: whoever knows it can name it, and no other.
void TestKeyValueStore::batchNamesTheRevisionItIsGoingToMake()
{
    Fixture f;
    f.put("other");
    auto result = f.store.applyBatch(
        batchOf(Operation::put("k", "1", {}, 0), Operation::put("k", "2", {}, 0, ifMatch(0))));
    QVERIFY2(result.error, "no revision is 0");
    result = f.store.applyBatch(
        batchOf(Operation::put("k", "1", {}, 0), Operation::put("k", "2", {}, 0, ifMatch(2))));
    QVERIFY2(!result.error, "the first operation of this batch makes revision 2");
}

void TestKeyValueStore::emptyBatchIsNoMutation()
{
    Fixture f;
    f.put("k");
    const auto result = f.store.applyBatch({});
    QVERIFY(!result.error);
    QVERIFY(result.outcomes.empty());
    QCOMPARE(result.seq, 1U);
    QCOMPARE(f.log.groups().size(), size_t(1));
}

void TestKeyValueStore::memoryLimitRefusesWhatWouldGrow()
{
    Fixture f(10'000);
    const QByteArray large(6000, 'x');
    f.put("a", large);
    const auto refused = f.store.apply(Operation::put("b", large, {}, 0));
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, ErrorCode::OutOfMemory);
    const auto grown = f.store.apply(Operation::put("a", large + large, {}, 0));
    QVERIFY(!grown.ok());
    QCOMPARE(f.value("a"), large);
    QCOMPARE(f.history(), QByteArray("insert a 1"));
    QVERIFY(f.store.memoryUsed() <= 10'000);
}

void TestKeyValueStore::memoryLimitLetsShrink()
{
    Fixture f(10'000);
    f.put("a", QByteArray(9000, 'x'));
    QVERIFY(f.store.apply(Operation::put("a", QByteArray(9000, 'y'), {}, 0)).ok());
    QVERIFY(f.store.apply(Operation::touch("a", 1000)).ok());
    QVERIFY(f.store.apply(Operation::put("a", "small", {}, 0)).ok());
    QVERIFY(f.store.apply(Operation::put("b", QByteArray(9000, 'x'), {}, 0)).ok());
    QVERIFY(f.store.apply(Operation::remove("b")).ok());
}

void TestKeyValueStore::memoryLimitOfABatchCountsTheWholeOfIt()
{
    Fixture f(10'000);
    const QByteArray half(4500, 'x');
    f.put("a", half);
    auto result = f.store.applyBatch(
        batchOf(Operation::put("b", half, {}, 0), Operation::put("c", half, {}, 0)));
    QVERIFY(result.error);
    QCOMPARE(result.error->code, ErrorCode::OutOfMemory);
    QCOMPARE(result.failedIndex, size_t(1));
    QCOMPARE(f.store.keyCount(), 1U);
    result = f.store.applyBatch(batchOf(Operation::put("b", half, {}, 0), Operation::remove("a"),
                                        Operation::put("c", half, {}, 0)));
    QVERIFY(!result.error);
}

void TestKeyValueStore::memoryIsGivenBack()
{
    Fixture f;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 500; ++i)
            f.put("k" + QByteArray::number(i), QByteArray(i, 'x'), i % 5 == 0 ? 1000 : 0);
        for (int i = 0; i < 100; ++i)
            f.remove("k" + QByteArray::number(i));
        f.touch("k101", 500);
        QCOMPARE(f.store.keyCount(), 400U);
        QVERIFY(f.store.memoryUsed() > f.store.storedBytes());
        (void)f.store.removePrefix("k2");
        f.clock.advance(1000);
        f.store.expireDue();
        (void)f.store.removePrefix({});
        QCOMPARE(f.store.keyCount(), 0U);
        QCOMPARE(f.store.storedBytes(), 0U);
        QCOMPARE(f.store.memoryUsed(), 0U);
    }
}

void TestKeyValueStore::expiredKeyIsNotSeen()
{
    Fixture f;
    f.put("k", "v", 1000);
    f.clock.advance(999);
    QCOMPARE(f.value("k"), QByteArray("v"));
    f.clock.advance(1);
    QCOMPARE(f.value("k"), QByteArray("<none>"));
    QCOMPARE(f.history(), QByteArray("insert k 1"));
}

void TestKeyValueStore::expiredKeyIsOutOfTheWayOfAWrite()
{
    Fixture f;
    f.put("k", "v", 1000);
    f.clock.advance(1000);
    const Outcome outcome = f.put("k", "new");
    QVERIFY(!outcome.previous);
    QCOMPARE(outcome.seq, 3U);
    QCOMPARE(f.history(), QByteArray("insert k 1, expire k 2, insert k 3"));
    QCOMPARE(f.store.expiredCount(), 1U);

    f.touch("k", 1000);
    f.clock.advance(1000);
    QVERIFY(!f.touch("k", 1000).applied);
    f.put("k", "v", 1000);
    f.clock.advance(1000);
    QVERIFY(!f.remove("k").applied);
    QCOMPARE(f.store.keyCount(), 0U);
    QCOMPARE(f.store.expiredCount(), 3U);
}

void TestKeyValueStore::expiredKeyDoesNotMeetACondition()
{
    Fixture f;
    f.put("k", "v", 1000);
    f.clock.advance(1000);
    const auto refused = f.store.apply(Operation::put("k", "new", {}, 0, ifMatch(1)));
    QVERIFY(!refused.ok());
    // The end of the old value was seen, so it has happened.
    QCOMPARE(f.history(), QByteArray("insert k 1, expire k 2"));
    QVERIFY(f.store.apply(Operation::put("k", "new", {}, 0, ifAbsent())).ok());
}

void TestKeyValueStore::expiredKeyIsAbsentInABatch()
{
    Fixture f;
    f.put("k", "v", 1000);
    f.clock.advance(1000);
    const auto result = f.store.applyBatch(
        batchOf(Operation::put("k", "1", {}, 0, ifAbsent()), Operation::put("l", "1", {}, 0)));
    QVERIFY(!result.error);
    QVERIFY(!result.outcomes[0].previous);
    QCOMPARE(f.history(), QByteArray("insert k 1, expire k 2, insert k 3, insert l 4"));
    QCOMPARE(f.log.groups().size(), size_t(3));
}

void TestKeyValueStore::expireDueRemovesInOrderOfTime()
{
    Fixture f;
    f.put("c", "v", 3000);
    f.put("a", "v", 1000);
    f.put("b", "v", 2000);
    f.put("ever");
    QCOMPARE(f.store.expireDue(), f.clock.nowMs() + 1000);
    f.clock.advance(2000);
    QCOMPARE(f.store.expireDue(), f.clock.nowMs() + 1000);
    f.clock.advance(5000);
    QCOMPARE(f.store.expireDue(), 0);
    QCOMPARE(f.history(), QByteArray("insert c 1, insert a 2, insert b 3, insert ever 4, "
                                     "expire a 5, expire b 6, expire c 7"));
    QCOMPARE(f.store.expiredCount(), 3U);
    QCOMPARE(f.store.keyCount(), 1U);
}

void TestKeyValueStore::expireDueWorksInSlices()
{
    Fixture f;
    const int keys = 2 * int(KeyValueStore::kExpirySliceSize) + 100;
    for (int i = 0; i < keys; ++i)
        f.put(QByteArray::number(i), "v", 1000);
    f.clock.advance(1500);
    const qint64 next = f.store.expireDue();
    QVERIFY2(next != 0 && next <= f.clock.nowMs(), "there are more");
    QCOMPARE(f.store.expiredCount(), quint64(KeyValueStore::kExpirySliceSize));
    f.store.expireDue();
    QCOMPARE(f.store.expireDue(), 0);
    QCOMPARE(f.store.expiredCount(), quint64(keys));
    QCOMPARE(f.log.lastSeq(), quint64(2 * keys));
}

void TestKeyValueStore::rewrittenKeyDoesNotExpireAtItsOldTime()
{
    Fixture f;
    f.put("k", "1", 1000);
    f.put("k", "2");
    f.put("l", "1", 1000);
    f.remove("l");
    f.put("m", "1", 1000);
    f.touch("m", 9000);
    f.clock.advance(1000);
    QCOMPARE(f.store.expireDue(), f.clock.nowMs() + 8000);
    QCOMPARE(f.store.expiredCount(), 0U);
    QCOMPARE(f.value("k"), QByteArray("2"));
    QCOMPARE(f.value("m"), QByteArray("1"));
}

void TestKeyValueStore::listenerIsCalledForEarlierExpiriesOnly()
{
    Fixture f;
    int calls = 0;
    f.store.setEarlierExpiryListener([&] {
        ++calls;
        f.store.keyCount();
        f.store.expireDue(); // no lock is held: this would not return
    });
    f.put("ever");
    QCOMPARE(calls, 0);
    f.put("a", "v", 5000);
    QCOMPARE(calls, 1);
    f.put("b", "v", 6000);
    QCOMPARE(calls, 1);
    f.touch("b", 4000);
    QCOMPARE(calls, 2);
    f.store.applyBatch(batchOf(Operation::put("c", "v", {}, 3000)));
    QCOMPARE(calls, 3);
    f.touch("c", 0);
    f.put("d", "v", 3500);
    f.store.expireDue();
    f.put("e", "v", 3400);
    QVERIFY(calls >= 4);
}

void TestKeyValueStore::listGivesKeysInByteOrder()
{
    Fixture f;
    for (const char *key : {"b", "a\xC3\xBF", "a", "ab", "\x7F"})
        f.put(key, key);
    const auto listing = f.store.list({}, {}, 100);
    QCOMPARE(keysOf(listing.entries), (QList<QByteArray>{"a", "ab", "a\xC3\xBF", "b", "\x7F"}));
    QVERIFY(!listing.more);
    QCOMPARE(listing.seq, 5U);
    QCOMPARE(listing.entries[1]->value(), QByteArrayView("ab"));
}

void TestKeyValueStore::listObeysPrefixAfterAndLimit_data()
{
    QTest::addColumn<QByteArray>("prefix");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<int>("limit");
    QTest::addColumn<QByteArray>("keys");
    QTest::addColumn<bool>("more");
    const auto row = [](const char *name, const char *prefix, const char *after, int limit,
                        const char *keys, bool more) {
        for (const int factor : {1, 1000}) { // a short listing and one in slices
            if (factor > 1 && more)
                continue;
            QTest::addRow("%s, limit %d", name, limit * factor)
                << QByteArray(prefix) << QByteArray(after) << limit * factor << QByteArray(keys)
                << more;
        }
    };
    row("all", "", "", 9, "a/1 a/2 a/3 b/1 c", false);
    row("prefix", "a/", "", 9, "a/1 a/2 a/3", false);
    row("whole key", "c", "", 9, "c", false);
    row("no such prefix", "ab", "", 9, "", false);
    row("after", "", "a/2", 9, "a/3 b/1 c", false);
    row("after what is not there", "", "a/25", 9, "a/3 b/1 c", false);
    row("after the last", "", "c", 9, "", false);
    row("after all", "", "z", 9, "", false);
    row("after within the prefix", "a/", "a/1", 9, "a/2 a/3", false);
    row("after the last of the prefix", "a/", "a/3", 9, "", false);
    row("after is the prefix", "a/", "a/", 9, "a/1 a/2 a/3", false);
    row("after before the prefix", "b", "a/1", 9, "b/1", false);
    row("cut", "", "", 2, "a/1 a/2", true);
    row("cut in the prefix", "a/", "a/1", 1, "a/2", true);
    row("just not cut", "", "", 5, "a/1 a/2 a/3 b/1 c", false);
    row("just not cut in the prefix", "a/", "", 3, "a/1 a/2 a/3", false);
    row("nothing", "", "", 0, "", true);
}

void TestKeyValueStore::listObeysPrefixAfterAndLimit()
{
    QFETCH(QByteArray, prefix);
    QFETCH(QByteArray, after);
    QFETCH(int, limit);
    QFETCH(QByteArray, keys);
    Fixture f;
    for (const char *key : {"c", "a/3", "a/1", "b/1", "a/2"})
        f.put(key);
    const auto listing = f.store.list(prefix, after, size_t(limit));
    QCOMPARE(keysOf(listing.entries).join(' '), keys);
    QTEST(listing.more, "more");
}

void TestKeyValueStore::listBehindThePrefixIsEmpty_data()
{
    QTest::addColumn<int>("limit");
    QTest::newRow("short") << 100;
    QTest::newRow("in slices") << 100'000;
}

// "after" may lie behind all keys of the prefix, with others in between.
void TestKeyValueStore::listBehindThePrefixIsEmpty()
{
    QFETCH(int, limit);
    Fixture f;
    for (const char *key : {"a1", "b5", "c1"})
        f.put(key);
    const auto listing = f.store.list("a", "b9", size_t(limit));
    QCOMPARE(keysOf(listing.entries), QList<QByteArray>());
    QVERIFY(!listing.more);
}

void TestKeyValueStore::listPagesCoverEverything_data()
{
    QTest::addColumn<int>("limit");
    for (const int limit : {1, 7, 999, 1000, 1001, 2500, 10'000})
        QTest::addRow("limit %d", limit) << limit;
}

void TestKeyValueStore::listPagesCoverEverything()
{
    QFETCH(int, limit);
    const int keys = limit == 1 ? 300 : 2500;
    Fixture f;
    QList<QByteArray> expected;
    for (int i = 0; i < keys; ++i) {
        expected.append("k" + QByteArray::number((i * 7919) % keys).rightJustified(5, '0'));
        f.put(expected.last());
    }
    f.put("before");
    f.put("z behind");
    std::sort(expected.begin(), expected.end());
    QList<QByteArray> listed;
    for (bool more = true; more;) {
        const auto page
            = f.store.list("k", listed.isEmpty() ? QByteArray() : listed.last(), size_t(limit));
        QVERIFY(!page.entries.empty());
        QVERIFY(page.entries.size() <= size_t(limit));
        QVERIFY(!page.more || page.entries.size() == size_t(limit));
        listed += keysOf(page.entries);
        more = page.more;
    }
    QCOMPARE(listed, expected);
}

void TestKeyValueStore::listLeavesOutExpiredKeys_data()
{
    listBehindThePrefixIsEmpty_data();
}

void TestKeyValueStore::listLeavesOutExpiredKeys()
{
    QFETCH(int, limit);
    Fixture f;
    f.put("a", "v", 1000);
    f.put("b");
    f.put("c", "v", 1000);
    f.clock.advance(1000);
    QCOMPARE(keysOf(f.store.list({}, {}, size_t(limit)).entries), QList<QByteArray>{"b"});
    // What is left out does not count as more.
    const auto one = f.store.list({}, {}, 1);
    QCOMPARE(keysOf(one.entries), QList<QByteArray>{"b"});
    QVERIFY(!one.more);
}

void TestKeyValueStore::countCountsPrefixes()
{
    Fixture f;
    for (int i = 0; i < 1000; ++i)
        f.put(QByteArray::number(i));
    QCOMPARE(f.store.count({}).keys, size_t(1000));
    QCOMPARE(f.store.count("1").keys, size_t(111));
    QCOMPARE(f.store.count("99").keys, size_t(11));
    QCOMPARE(f.store.count("x").keys, size_t(0));
    QCOMPARE(f.store.count("x").seq, 1000U);
}

void TestKeyValueStore::removePrefixIsOneMutation()
{
    Fixture f;
    for (const char *key : {"b2", "a", "b1", "b", "c"})
        f.put(key, key);
    const auto removal = *f.store.removePrefix("b");
    QCOMPARE(keysOf(removal.entries), (QList<QByteArray>{"b", "b1", "b2"}));
    QCOMPARE(removal.seq, 6U);
    QCOMPARE(Fixture::text(f.log.groups().back()), QByteArray("delete_prefix b 6"));
    QCOMPARE(keysOf(f.store.list({}, {}, 10).entries), (QList<QByteArray>{"a", "c"}));
    QCOMPARE(f.value("b1"), QByteArray("<none>"));
    f.put("b1", "again");
    QCOMPARE(f.value("b1"), QByteArray("again"));
}

void TestKeyValueStore::removePrefixOfNothingIsNone()
{
    Fixture f;
    QCOMPARE(f.store.removePrefix({})->seq, 0U);
    f.put("a");
    const auto removal = *f.store.removePrefix("b");
    QVERIFY(removal.entries.empty());
    QCOMPARE(removal.seq, 1U);
    QCOMPARE(f.history(), QByteArray("insert a 1"));
}

void TestKeyValueStore::removePrefixLeavesOutExpiredKeys()
{
    Fixture f;
    f.put("b1", "v", 1000);
    f.put("b2");
    f.put("b3", "v", 5000);
    f.clock.advance(1000);
    QCOMPARE(keysOf(f.store.removePrefix("b")->entries), (QList<QByteArray>{"b2", "b3"}));
    QCOMPARE(f.store.keyCount(), 0U);
    // Neither comes up again as due.
    f.clock.advance(10'000);
    const quint64 seq = f.log.lastSeq();
    QCOMPARE(f.store.expireDue(), 0);
    QCOMPARE(f.log.lastSeq(), seq);
}

void TestKeyValueStore::removeAll()
{
    Fixture f;
    for (int i = 0; i < 1000; ++i)
        f.put(QByteArray::number(i), "v", i % 2 ? 1000 : 0);
    QCOMPARE(f.store.removePrefix({})->entries.size(), size_t(1000));
    QCOMPARE(Fixture::text(f.log.groups().back()), QByteArray("delete_all  1001"));
    QCOMPARE(f.store.count({}).keys, size_t(0));
    QCOMPARE(f.store.expireDue(), 0);
}

void TestKeyValueStore::mutationsAreToldToTheLog()
{
    Fixture f;
    f.store.apply(Operation::put("k", "value", "text/plain", 5)).ok();
    f.touch("k", 9000);
    const auto records = f.log.appended();
    QCOMPARE(records.size(), size_t(2));
    QCOMPARE(records[0].timeMs, f.clock.nowMs());
    QCOMPARE(records[0].entry->value(), QByteArrayView("value"));
    QCOMPARE(records[0].entry->revision(), 1U);
    QCOMPARE(records[0].entry->expiresAtMs(), f.clock.nowMs() + 5);
    QCOMPARE(records[1].op, Op::Touch);
    QCOMPARE(records[1].entry->expiresAtMs(), f.clock.nowMs() + 9000);
}

void TestKeyValueStore::readsAreAnnouncedWhenWatched()
{
    Fixture f;
    f.put("k");
    f.log.addWatcher();
    f.store.get("k");
    f.store.get("missing");
    f.store.list({}, {}, 10);
    f.store.list("k", {}, 10);
    f.store.list({}, {}, 100'000);
    f.store.list("k", {}, 100'000);
    f.store.count({});
    f.store.count("k");
    const auto records = f.log.announced();
    QCOMPARE(Fixture::text(records),
             QByteArray("read k 1, read missing 1, list  1, list_prefix k 1, list  1, "
                        "list_prefix k 1, list  1, list_prefix k 1"));
    QVERIFY(records[0].found);
    QVERIFY(!records[1].found);
    QCOMPARE(records[0].timeMs, f.clock.nowMs());
}

void TestKeyValueStore::readsAreNotAnnouncedWhenNobodyWatches()
{
    Fixture f;
    f.put("k");
    f.store.get("k");
    f.store.list({}, {}, 10);
    f.store.list({}, {}, 100'000);
    f.store.count({});
    QVERIFY(f.log.announced().empty());
}

void TestKeyValueStore::announcementsCarryTheSeqTheySaw()
{
    Fixture f;
    f.log.addWatcher();
    f.put("a");
    f.store.get("a");
    f.put("b");
    f.store.get("a");
    f.store.list({}, {}, 10);
    QCOMPARE(Fixture::text(f.log.announced()), QByteArray("read a 1, read a 2, list  2"));
}

void TestKeyValueStore::figuresFollow()
{
    Fixture f;
    f.put("abc", "12345");
    QCOMPARE(f.store.keyCount(), 1U);
    QCOMPARE(f.store.storedBytes(), 8U);
    f.put("abc", "1");
    QCOMPARE(f.store.storedBytes(), 4U);
    f.touch("abc", 1000);
    QCOMPARE(f.store.storedBytes(), 4U);
    f.put("d", "");
    QCOMPARE(f.store.keyCount(), 2U);
    QCOMPARE(f.store.storedBytes(), 5U);
    f.clock.advance(1000);
    f.store.expireDue();
    QCOMPARE(f.store.storedBytes(), 1U);
    f.remove("d");
    QCOMPARE(f.store.storedBytes(), 0U);
}

QTEST_GUILESS_MAIN(TestKeyValueStore)
#include "tst_keyvaluestore.moc"
