// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/expiryqueue.h"

#include "server/store/slottable.h"

#include <QtTest>

#include <map>
#include <random>

using namespace memorykv;

class TestExpiryQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyQueueIsNeverDue();
    void earliestComesFirst();
    void nothingIsTakenBeforeItsTime();
    void dueAtItsVeryMoment();
    void removedEntryIsNeverDue();
    void laterExpiryCounts();
    void earlierExpiryCounts();
    void clearedExpiryIsNeverDue();
    void reusedSlotKeepsItsOwnTime();
    void equalTimesAllComeUp();
    void behavesAsAMap_data();
    void behavesAsAMap();
};

namespace {

/// The queue with the slots it watches, changed as the store changes them.
class Fixture
{
public:
    Slot *put(const QByteArray &key, qint64 expiresAtMs)
    {
        Slot *slot = m_slots.insert(entry(key, expiresAtMs));
        if (expiresAtMs != 0)
            queue.add(slot);
        return slot;
    }

    void change(Slot *slot, qint64 expiresAtMs)
    {
        const EntryPtr old = slot->entry;
        if (old->expiresAtMs() != 0)
            queue.entryLeft();
        m_slots.replace(slot, entry(old->key().toByteArray(), expiresAtMs));
        if (expiresAtMs != 0)
            queue.add(slot);
    }

    void remove(Slot *slot)
    {
        if (slot->entry->expiresAtMs() != 0)
            queue.entryLeft();
        m_slots.remove(slot);
    }

    /// The key of what is due, after removing it; null when nothing is.
    QByteArray take(qint64 nowMs)
    {
        Slot *slot = queue.takeDue(nowMs);
        if (!slot)
            return {};
        const QByteArray key = slot->entry->key().toByteArray();
        remove(slot);
        return key;
    }

    ExpiryQueue queue;

private:
    static EntryPtr entry(const QByteArray &key, qint64 expiresAtMs)
    {
        return EntryPtr(Entry::create({key, {}, {}, 1, expiresAtMs}).data());
    }

    SlotTable m_slots;
};

} // namespace

void TestExpiryQueue::emptyQueueIsNeverDue()
{
    ExpiryQueue queue;
    QCOMPARE(queue.nextDue(), 0);
    QVERIFY(!queue.takeDue(std::numeric_limits<qint64>::max()));
}

void TestExpiryQueue::earliestComesFirst()
{
    Fixture f;
    f.put("c", 300);
    f.put("a", 100);
    f.put("d", 400);
    f.put("b", 200);
    QCOMPARE(f.queue.nextDue(), 100);
    for (const char *key : {"a", "b", "c", "d"})
        QCOMPARE(f.take(1000), QByteArray(key));
    QVERIFY(f.take(1000).isNull());
    QCOMPARE(f.queue.nextDue(), 0);
}

void TestExpiryQueue::nothingIsTakenBeforeItsTime()
{
    Fixture f;
    f.put("a", 100);
    f.put("b", 200);
    QVERIFY(f.take(99).isNull());
    QCOMPARE(f.take(150), QByteArray("a"));
    QVERIFY(f.take(150).isNull());
    QCOMPARE(f.queue.nextDue(), 200);
}

void TestExpiryQueue::dueAtItsVeryMoment()
{
    Fixture f;
    f.put("a", 100);
    QCOMPARE(f.take(100), QByteArray("a"));
}

void TestExpiryQueue::removedEntryIsNeverDue()
{
    Fixture f;
    Slot *slot = f.put("a", 100);
    f.put("b", 200);
    f.remove(slot);
    QCOMPARE(f.queue.nextDue(), 200);
    QVERIFY(f.take(150).isNull());
}

void TestExpiryQueue::laterExpiryCounts()
{
    Fixture f;
    Slot *slot = f.put("a", 100);
    f.change(slot, 300);
    QCOMPARE(f.queue.nextDue(), 300);
    QVERIFY(f.take(299).isNull());
    QCOMPARE(f.take(300), QByteArray("a"));
    QVERIFY(f.take(1000).isNull());
}

void TestExpiryQueue::earlierExpiryCounts()
{
    Fixture f;
    Slot *slot = f.put("a", 300);
    f.change(slot, 100);
    QCOMPARE(f.take(100), QByteArray("a"));
    QCOMPARE(f.queue.nextDue(), 0);
}

void TestExpiryQueue::clearedExpiryIsNeverDue()
{
    Fixture f;
    Slot *slot = f.put("a", 100);
    f.change(slot, 0);
    QCOMPARE(f.queue.nextDue(), 0);
    QVERIFY(f.take(1000).isNull());
}

void TestExpiryQueue::reusedSlotKeepsItsOwnTime()
{
    Fixture f;
    Slot *slot = f.put("a", 100);
    f.remove(slot);
    QCOMPARE(f.put("b", 200), slot); // the pool hands the same one out again
    QCOMPARE(f.queue.nextDue(), 200);
    QVERIFY(f.take(150).isNull());
    QCOMPARE(f.take(200), QByteArray("b"));
    QVERIFY(f.take(1000).isNull());
}

void TestExpiryQueue::equalTimesAllComeUp()
{
    Fixture f;
    QSet<QByteArray> keys;
    for (int i = 0; i < 100; ++i) {
        keys.insert(QByteArray::number(i));
        f.put(QByteArray::number(i), 100);
    }
    // Set to the time it has already, as a PATCH within one millisecond does.
    f.change(f.put("twice", 100), 100);
    keys.insert("twice");
    QSet<QByteArray> taken;
    for (QByteArray key = f.take(100); !key.isNull(); key = f.take(100)) {
        QVERIFY2(!taken.contains(key), key.constData());
        taken.insert(key);
    }
    QCOMPARE(taken, keys);
}

void TestExpiryQueue::behavesAsAMap_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

// Most changes leave a stale item behind, so the heap is rebuilt many times on the way.
void TestExpiryQueue::behavesAsAMap()
{
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    const auto below
        = [&](int bound) { return std::uniform_int_distribution(0, bound - 1)(random); };
    Fixture f;
    std::map<QByteArray, std::pair<Slot *, qint64>> model;
    qint64 now = 1000;
    const auto earliest = [&] {
        qint64 due = 0;
        for (const auto &[key, value] : model) {
            if (value.second != 0 && (due == 0 || value.second < due))
                due = value.second;
        }
        return due;
    };
    for (int i = 0; i < 20'000; ++i) {
        const QByteArray key = QByteArray::number(below(60));
        const qint64 due = below(4) == 0 ? 0 : now + 1 + below(500);
        const auto found = model.find(key);
        if (found == model.end()) {
            model[key] = {f.put(key, due), due};
        } else if (below(5) == 0) {
            f.remove(found->second.first);
            model.erase(found);
        } else {
            f.change(found->second.first, due);
            found->second.second = due;
        }
        if (i % 10 != 0)
            continue;
        now += below(5);
        QCOMPARE(f.queue.nextDue(), earliest());
        for (QByteArray taken = f.take(now); !taken.isNull(); taken = f.take(now)) {
            const auto at = model.find(taken);
            QVERIFY(at != model.end());
            QCOMPARE(at->second.second, earliest());
            QVERIFY(at->second.second <= now);
            model.erase(at);
        }
        QVERIFY(earliest() == 0 || earliest() > now);
    }
}

QTEST_GUILESS_MAIN(TestExpiryQueue)
#include "tst_expiryqueue.moc"
