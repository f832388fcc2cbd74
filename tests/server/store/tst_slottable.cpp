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
    void replacedEntryIsTheOneFound();
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
    Slot *add(const QByteArray &key) { return table.insert(Entry::create({key, {}, {}, 1, 0})); }
    Slot *find(const QByteArray &key) const
    {
        const SlotTable::Sought sought = table.seek(key);
        Slot *slot = table.find(sought);
        QTest::qCompare(table.entryOf(sought), slot ? slot->entry.data() : nullptr, "the entry",
                        "that of the slot", __FILE__, __LINE__);
        return slot;
    }
    void addMany()
    {
        for (int i = 0; i < kMany; ++i)
            slots.push_back(add(keyOf(i)));
    }

    SlotTable table;
    std::vector<Slot *> slots;
};

} // namespace

void TestSlotTable::emptyTableFindsNothing()
{
    const SlotTable table;
    QVERIFY(!table.find(table.seek("a")));
    QCOMPARE(table.size(), size_t(0));
}

void TestSlotTable::findsWhatWasInserted()
{
    Fixture f;
    f.addMany();
    QCOMPARE(f.table.size(), size_t(kMany));
    for (int i = 0; i < kMany; ++i)
        QCOMPARE(f.find(keyOf(i)), f.slots[size_t(i)]);
    QVERIFY(!f.find("key"));
    QVERIFY(!f.find(keyOf(kMany)));
}

void TestSlotTable::replacedEntryIsTheOneFound()
{
    Fixture f;
    f.addMany();
    Slot *slot = f.slots.front();
    const EntryPtr before = slot->entry;
    const EntryPtr after = Entry::create({before->key(), "2", {}, 2, 0});
    QCOMPARE(f.table.replace(slot, after), before);
    QCOMPARE(f.find(keyOf(0)), slot);
    QCOMPARE(slot->entry, after);
    QCOMPARE(f.table.size(), size_t(kMany));
    QCOMPARE(f.table.remove(slot), after);
    QVERIFY(!f.find(keyOf(0)));
}

void TestSlotTable::removedKeyIsGone()
{
    Fixture f;
    f.addMany();
    for (int i = 0; i < kMany; i += 2)
        f.table.remove(f.slots[size_t(i)]);
    QCOMPARE(f.table.size(), size_t(kMany / 2));
    for (int i = 0; i < kMany; ++i)
        QCOMPARE(f.find(keyOf(i)), i % 2 == 0 ? nullptr : f.slots[size_t(i)]);
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
        QCOMPARE(f.find(key), known == model.end() ? nullptr : known->second);
        if (known == model.end()) {
            model.emplace(key, f.add(key));
        } else {
            QCOMPARE(f.table.remove(known->second)->key(), QByteArrayView(key));
            model.erase(known);
        }
    }
    QCOMPARE(f.table.size(), model.size());
    for (const auto &[key, slot] : model) {
        QCOMPARE(f.find(key), slot);
        f.table.remove(slot);
    }
    QCOMPARE(f.table.size(), size_t(0));
}

QTEST_GUILESS_MAIN(TestSlotTable)
#include "tst_slottable.moc"
