// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/expirer.h"

#include "tests/support/testclock.h"
#include "tests/support/testlog.h"

#include <QtTest>

#include <thread>

using namespace memorykv;
using memorykv::test::TestClock;
using memorykv::test::TestLog;

class TestExpirer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void expiresWhenTheTimeHasCome();
    void expiresWhatWasThereBefore();
    void expiresWhatIsOverdueAtOnce();
    void neverEarly();
    void earlierExpiryWakesIt();
    void wokenFromAnotherThread();
    void manyGoInOrderOfTime();
    void moreThanASliceAllGo();
    void clearedExpiryDoesNotHappen();
    void goesOnAfterARefusedWrite();
    void nothingHappensOnceItIsGone();
};

namespace {

qint64 wallClock()
{
    return QDateTime::currentMSecsSinceEpoch();
}

/// A store that lives by the wall clock, as the expirer's timer does.
struct Fixture
{
    void put(const QByteArray &key, qint64 ttlMs)
    {
        store.apply(Operation::put(key, "v", {}, ttlMs)).ok();
    }
    std::vector<Record> expiries() const
    {
        auto records = log.appended();
        std::erase_if(records, [](const Record &record) { return record.op != Op::Expire; });
        return records;
    }

    TestLog log;
    KeyValueStore store{log, 0, wallClock};
};

} // namespace

void TestExpirer::expiresWhenTheTimeHasCome()
{
    Fixture f;
    const Expirer expirer(f.store);
    f.put("k", 50);
    QTRY_COMPARE(f.store.expiredCount(), 1U);
    QCOMPARE(f.store.keyCount(), 0U);
}

void TestExpirer::expiresWhatWasThereBefore()
{
    Fixture f;
    f.put("k", 50);
    const Expirer expirer(f.store);
    QTRY_COMPARE(f.store.expiredCount(), 1U);
}

void TestExpirer::expiresWhatIsOverdueAtOnce()
{
    Fixture f;
    f.put("k", -1000);
    const Expirer expirer(f.store);
    QTRY_COMPARE(f.store.expiredCount(), 1U);
}

void TestExpirer::neverEarly()
{
    Fixture f;
    const Expirer expirer(f.store);
    for (int i = 0; i < 50; ++i)
        f.put(QByteArray::number(i), 1 + 3 * i);
    std::map<QByteArray, qint64> due;
    for (const Record &record : f.log.appended())
        due[record.entry->key().toByteArray()] = record.entry->expiresAtMs();
    QTRY_COMPARE(f.store.keyCount(), 0U);
    for (const Record &record : f.expiries())
        QVERIFY(record.timeMs >= due.at(record.key));
}

void TestExpirer::earlierExpiryWakesIt()
{
    Fixture f;
    const Expirer expirer(f.store);
    f.put("late", 3'600'000);
    QCoreApplication::processEvents(); // asleep for long
    f.put("soon", 20);
    QTRY_COMPARE(f.store.expiredCount(), 1U);
    QVERIFY(f.store.get("late").entry);
    f.store.apply(Operation::touch("late", 20)).ok();
    QTRY_COMPARE(f.store.expiredCount(), 2U);
}

void TestExpirer::wokenFromAnotherThread()
{
    Fixture f;
    const Expirer expirer(f.store);
    f.put("late", 3'600'000);
    QCoreApplication::processEvents();
    std::thread writer([&] {
        for (int i = 0; i < 200; ++i)
            f.put(QByteArray::number(i), 1 + i % 40);
    });
    const auto join = qScopeGuard([&] { writer.join(); });
    QTRY_COMPARE(f.store.expiredCount(), 200U);
}

void TestExpirer::manyGoInOrderOfTime()
{
    Fixture f;
    const Expirer expirer(f.store);
    for (int i = 0; i < 300; ++i)
        f.put(QByteArray::number(i), 1 + (i * 37) % 100);
    std::map<QByteArray, qint64> due;
    for (const Record &record : f.log.appended()) {
        if (record.op == Op::Insert)
            due[record.entry->key().toByteArray()] = record.entry->expiresAtMs();
    }
    QTRY_COMPARE(f.store.keyCount(), 0U);
    qint64 last = 0;
    for (const Record &record : f.expiries()) {
        QVERIFY(due.at(record.key) >= last);
        last = due.at(record.key);
    }
}

void TestExpirer::moreThanASliceAllGo()
{
    Fixture f;
    const int keys = 3 * int(KeyValueStore::kExpirySliceSize) + 7;
    for (int i = 0; i < keys; ++i)
        f.put(QByteArray::number(i), -1);
    const Expirer expirer(f.store);
    QTRY_COMPARE(f.store.expiredCount(), quint64(keys));
}

void TestExpirer::clearedExpiryDoesNotHappen()
{
    Fixture f;
    const Expirer expirer(f.store);
    f.put("kept", 30);
    f.put("gone", 40);
    f.store.apply(Operation::touch("kept", 0)).ok();
    QTRY_COMPARE(f.store.expiredCount(), 1U);
    QVERIFY(f.store.get("kept").entry);
}

// An earlier time that never was must not make it miss the later one.
void TestExpirer::goesOnAfterARefusedWrite()
{
    Fixture f;
    const Expirer expirer(f.store);
    f.put("k", 80);
    f.store.apply(Operation::touch("k", 10)).ok();
    f.store.apply(Operation::touch("k", 90)).ok();
    Condition never;
    never.hasIfMatch = true;
    QVERIFY(!f.store.apply(Operation::put("k", "v", {}, 1, never)).ok());
    QTRY_COMPARE(f.store.expiredCount(), 1U);
    const auto expiries = f.expiries();
    QVERIFY(expiries[0].timeMs >= f.log.appended()[2].entry->expiresAtMs());
}

void TestExpirer::nothingHappensOnceItIsGone()
{
    Fixture f;
    {
        const Expirer expirer(f.store);
        f.put("late", 3'600'000);
    }
    f.put("k", -1);
    QCoreApplication::processEvents();
    QCOMPARE(f.store.expiredCount(), 0U);
    QCOMPARE(f.store.keyCount(), 2U);
}

QTEST_GUILESS_MAIN(TestExpirer)
#include "tst_expirer.moc"
