// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/slottable.h"

#include <QtTest>

#include <map>
#include <random>
#include <set>

using namespace memorykv;

class TestSlotTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyTableFindsNothing();
    void findsWhatWasInserted();
    void aKeyHasOneSlot();
    void removedKeyIsGone();
    void visitsEachSlotOnce();
    void doesAsAMapDoes();
};

namespace {

constexpr int kMany = 200'000; // so that every part has some and grows

QByteArray keyOf(int number)
{
    return "key:" + QByteArray::number(number);
}

class Fixture
{
public:
    Slot *add(const QByteArray &key)
    {
        Slot *slot = pool.acquire(EntryPtr(Entry::create({key, {}, {}, 1, 0}).data()));
        return table.insert(slot);
    }
    void addMany()
    {
        for (int i = 0; i < kMany; ++i)
            slots.push_back(add(keyOf(i)));
    }

    SlotPool pool;
    SlotTable table;
    std::vector<Slot *> slots;
};

} // namespace

void TestSlotTable::emptyTableFindsNothing()
{
    const SlotTable table;
    QVERIFY(!table.find("a"));
    QCOMPARE(table.size(), size_t(0));
}

void TestSlotTable::findsWhatWasInserted()
{
    Fixture f;
    f.addMany();
    QCOMPARE(f.table.size(), size_t(kMany));
    for (int i = 0; i < kMany; ++i)
        QCOMPARE(f.table.find(keyOf(i)), f.slots[size_t(i)]);
    QVERIFY(!f.table.find("key"));
    QVERIFY(!f.table.find(keyOf(kMany)));
}

void TestSlotTable::aKeyHasOneSlot()
{
    Fixture f;
    Slot *first = f.add("a");
    QCOMPARE(f.add("a"), first);
    QCOMPARE(f.table.find("a"), first);
    QCOMPARE(f.table.size(), size_t(1));
}

void TestSlotTable::removedKeyIsGone()
{
    Fixture f;
    f.addMany();
    for (int i = 0; i < kMany; i += 2)
        f.table.remove(f.slots[size_t(i)]);
    QCOMPARE(f.table.size(), size_t(kMany / 2));
    for (int i = 0; i < kMany; ++i)
        QCOMPARE(f.table.find(keyOf(i)), i % 2 == 0 ? nullptr : f.slots[size_t(i)]);
}

void TestSlotTable::visitsEachSlotOnce()
{
    Fixture f;
    f.addMany();
    std::set<Slot *> visited;
    f.table.forEach([&](Slot *slot) { QVERIFY(visited.insert(slot).second); });
    QCOMPARE(visited, std::set<Slot *>(f.slots.begin(), f.slots.end()));
}

// Keys come and go, so that what is behind a removed one has to move, around the end of a part too.
void TestSlotTable::doesAsAMapDoes()
{
    Fixture f;
    std::map<QByteArray, Slot *> model;
    std::mt19937 random(7);
    for (int round = 0; round < 400'000; ++round) {
        const QByteArray key = keyOf(std::uniform_int_distribution(0, 30'000)(random));
        const auto known = model.find(key);
        QCOMPARE(f.table.find(key), known == model.end() ? nullptr : known->second);
        if (known == model.end()) {
            model.emplace(key, f.add(key));
        } else {
            f.table.remove(known->second);
            f.pool.release(known->second);
            model.erase(known);
        }
    }
    QCOMPARE(f.table.size(), model.size());
    for (const auto &[key, slot] : model) {
        QCOMPARE(f.table.find(key), slot);
        f.table.remove(slot);
    }
    QCOMPARE(f.table.size(), size_t(0));
}

QTEST_GUILESS_MAIN(TestSlotTable)
#include "tst_slottable.moc"
