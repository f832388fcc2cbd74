// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/keyindex.h"

#include "server/store/slottable.h"

#include <QtTest>

#include <algorithm>
#include <map>
#include <random>

using namespace memorykv;

class TestKeyIndex : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyIndexHasNothing();
    void keysComeInByteOrder_data();
    void keysComeInByteOrder();
    void prefixEndIsBehindAllWithThePrefix_data();
    void prefixEndIsBehindAllWithThePrefix();
    void removeRangeTakesWhatLiesBetween_data();
    void removeRangeTakesWhatLiesBetween();
    void emptyPrefixCoversAll();
    void builtAtOnceIsAsInsertedOneByOne_data();
    void builtAtOnceIsAsInsertedOneByOne();
    void behavesAsAMap_data();
    void behavesAsAMap();
    void manyKeysBehaveAsAMap_data();
    void manyKeysBehaveAsAMap();
};

namespace {

using Model = std::map<QByteArray, Slot *>;

/// An index and the map it has to agree with.
class Pair
{
public:
    void insert(const QByteArray &key)
    {
        if (model.contains(key))
            return;
        Slot *slot = m_slots.insert(Entry::create({key, {}, {}, 1, 0}));
        keyheads::fetch(index.blockFor(key));
        const bool takesBlock = index.changeFor(key).takesBlock;
        index.insert(slot, takesBlock ? std::make_unique<KeyBlock>() : nullptr);
        model.emplace(key, slot);
    }

    void remove(const QByteArray &key)
    {
        const auto found = model.find(key);
        if (found == model.end())
            return;
        keyheads::fetch(index.blockFor(key));
        index.remove(key);
        m_slots.remove(found->second);
        model.erase(found);
    }

    /// Builds the index anew from its slots in no obvious order.
    void rebuild(std::mt19937 &random)
    {
        std::vector<Slot *> slots;
        for (const auto &[key, slot] : model)
            slots.push_back(slot);
        std::shuffle(slots.begin(), slots.end(), random);
        index.build(slots);
    }

    /// Removes what begins with \a prefix from both; false when they differ in what that was.
    bool removePrefix(const QByteArray &prefix)
    {
        std::vector<Slot *> expected;
        for (auto at = model.lower_bound(prefix);
             at != model.end() && at->first.startsWith(prefix);) {
            expected.push_back(at->second);
            at = model.erase(at);
        }
        const auto removed = index.removeRange(index.lowerBound(prefix), index.prefixEnd(prefix));
        for (Slot *slot : expected)
            m_slots.remove(slot);
        return removed == expected;
    }

    QByteArray keyAt(KeyIndex::Cursor cursor) const
    {
        return cursor == index.end() ? QByteArray("<end>")
                                     : index.at(cursor)->entry->key().toByteArray();
    }

    static QByteArray keyAt(Model::const_iterator at, const Model &of)
    {
        return at == of.end() ? QByteArray("<end>") : at->first;
    }

    QList<QByteArray> indexKeys() const
    {
        QList<QByteArray> keys;
        for (auto at = index.begin(); at != index.end(); at = index.next(at))
            keys.append(keyAt(at));
        return keys;
    }

    QList<QByteArray> modelKeys() const
    {
        QList<QByteArray> keys;
        for (const auto &[key, slot] : model)
            keys.append(key);
        return keys;
    }

    KeyIndex index;
    Model model;

private:
    SlotTable m_slots;
};

Model::const_iterator modelPrefixEnd(const Model &model, const QByteArray &prefix)
{
    auto at = model.lower_bound(prefix);
    while (at != model.end() && at->first.startsWith(prefix))
        ++at;
    return at;
}

using Random = std::mt19937;

size_t below(Random &random, size_t bound)
{
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
}

using MakeKey = QByteArray (*)(Random &);

QByteArray numberKey(Random &random)
{
    return QByteArray::number(below(random, 5000));
}

QByteArray longPrefixKey(Random &random)
{
    return QByteArray(900, 'p') + QByteArray::number(below(random, 3000));
}

// Characters whose UTF-8 has the highest bytes there are, so that the end of a prefix cannot be
// found by adding one to its last byte.
QByteArray highByteKey(Random &random)
{
    static const QByteArrayView kParts[]
        = {"\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF", "\xC3\xBF", "\x7F", QByteArrayView("\0", 1), "a"};
    QByteArray key;
    for (size_t i = 0, length = 1 + below(random, 6); i < length; ++i)
        key += kParts[below(random, std::size(kParts))];
    return key;
}

// What stores hold: several kinds of keys, each with a prefix of its own.
QByteArray mixedKey(Random &random)
{
    static const QByteArrayView kPrefixes[] = {"user:", "session:", "user:name:", "s", "zone/a/"};
    return kPrefixes[below(random, std::size(kPrefixes))].toByteArray()
           + QByteArray::number(below(random, 1'000'000));
}

QByteArray largeNumberKey(Random &random)
{
    return QByteArray::number(below(random, 10'000'000)).rightJustified(12, '0');
}

QList<QByteArray> someKeys(int count)
{
    QList<QByteArray> keys;
    for (int i = 0; i < count; ++i)
        keys.append(QByteArray::number(i).rightJustified(6, '0'));
    return keys;
}

} // namespace

void TestKeyIndex::emptyIndexHasNothing()
{
    const KeyIndex index;
    QVERIFY(index.begin() == index.end());
    QVERIFY(index.lowerBound("a") == index.end());
    QVERIFY(index.upperBound("a") == index.end());
    QVERIFY(index.prefixEnd("a") == index.end());
    QVERIFY(index.prefixEnd("") == index.end());
    QCOMPARE(index.count(index.begin(), index.end()), size_t(0));
}

void TestKeyIndex::keysComeInByteOrder_data()
{
    QTest::addColumn<QList<QByteArray>>("keys");
    const QList<QByteArray> ascending = someKeys(5000);
    QList<QByteArray> descending(ascending.rbegin(), ascending.rend());
    QList<QByteArray> mixed;
    for (qsizetype i = 0; i < ascending.size(); ++i)
        mixed.append(ascending[(i * 2741) % ascending.size()]);
    QList<QByteArray> outwards;
    for (qsizetype i = 0; i < ascending.size() / 2; ++i) {
        outwards.append(ascending[ascending.size() / 2 + i]);
        outwards.append(ascending[ascending.size() / 2 - 1 - i]);
    }
    QTest::newRow("ascending") << ascending;
    QTest::newRow("descending") << descending;
    QTest::newRow("mixed") << mixed;
    QTest::newRow("from the middle outwards") << outwards;
    QTest::newRow("one full block, then before it") << someKeys(257).mid(1) + someKeys(1);
    QTest::newRow("one full block, then behind it") << someKeys(257);
    QTest::newRow("bytes are unsigned") << QList<QByteArray>{"\xC3\xBF", "z", "a", "\x7F"};
    QTest::newRow("NUL is a byte like others")
        << QList<QByteArray>{"a", QByteArray("a\0", 2), QByteArray("a\0b", 3), "b"};
}

void TestKeyIndex::keysComeInByteOrder()
{
    QFETCH(QList<QByteArray>, keys);
    Pair pair;
    for (const QByteArray &key : std::as_const(keys))
        pair.insert(key);
    QCOMPARE(pair.indexKeys(), pair.modelKeys());
    QCOMPARE(pair.index.count(pair.index.begin(), pair.index.end()), size_t(keys.size()));
    for (const QByteArray &key : std::as_const(keys)) {
        QCOMPARE(pair.keyAt(pair.index.lowerBound(key)), key);
        QVERIFY(pair.index.upperBound(key) == pair.index.next(pair.index.lowerBound(key)));
    }
    for (const QByteArray &key : std::as_const(keys))
        pair.remove(key);
    QVERIFY(pair.index.begin() == pair.index.end());
}

void TestKeyIndex::prefixEndIsBehindAllWithThePrefix_data()
{
    QTest::addColumn<QByteArray>("prefix");
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("end");
    QTest::newRow("plain") << QByteArray("b") << QByteArray("b") << QByteArray("c");
    QTest::newRow("whole key") << QByteArray("ba") << QByteArray("ba") << QByteArray("b\xC3\xBF");
    QTest::newRow("nothing has it")
        << QByteArray("bb") << QByteArray("b\xC3\xBF") << QByteArray("b\xC3\xBF");
    QTest::newRow("ends in a high byte")
        << QByteArray("b\xC3\xBF") << QByteArray("b\xC3\xBF") << QByteArray("c");
    QTest::newRow("the highest character")
        << QByteArray("\xF4\x8F\xBF\xBF") << QByteArray("\xF4\x8F\xBF\xBF") << QByteArray("<end>");
    QTest::newRow("half a character")
        << QByteArray("\xF4\x8F") << QByteArray("\xF4\x8F\xBF\xBF") << QByteArray("<end>");
    QTest::newRow("a byte no UTF-8 has")
        << QByteArray("\xFF\xFF") << QByteArray("<end>") << QByteArray("<end>");
    QTest::newRow("before all") << QByteArray("A") << QByteArray("a") << QByteArray("a");
}

void TestKeyIndex::prefixEndIsBehindAllWithThePrefix()
{
    QFETCH(QByteArray, prefix);
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, end);
    Pair pair;
    for (const char *key : {"a", "b", "ba", "b\xC3\xBF", "b\xC3\xBFz", "c", "\xF4\x8F\xBF\xBF",
                            "\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF"})
        pair.insert(key);
    QCOMPARE(pair.keyAt(pair.index.lowerBound(prefix)), first);
    QCOMPARE(pair.keyAt(pair.index.prefixEnd(prefix)), end);
}

void TestKeyIndex::removeRangeTakesWhatLiesBetween_data()
{
    QTest::addColumn<int>("from");
    QTest::addColumn<int>("to");
    // Blocks of ascending keys hold 192, so these lie on, beside and across their borders.
    const int borders[] = {0, 1, 191, 192, 193, 383, 384, 385, 1279, 1280};
    for (const int from : borders) {
        for (const int to : borders) {
            if (from <= to)
                QTest::addRow("%d to %d", from, to) << from << to;
        }
    }
}

void TestKeyIndex::removeRangeTakesWhatLiesBetween()
{
    QFETCH(int, from);
    QFETCH(int, to);
    Pair pair;
    QList<QByteArray> keys = someKeys(1280);
    for (const QByteArray &key : std::as_const(keys))
        pair.insert(key);
    const auto cursorOf
        = [&](int i) { return i == 1280 ? pair.index.end() : pair.index.lowerBound(keys[i]); };
    QCOMPARE(pair.index.count(cursorOf(from), cursorOf(to)), size_t(to - from));
    const auto removed = pair.index.removeRange(cursorOf(from), cursorOf(to));
    QCOMPARE(removed.size(), size_t(to - from));
    for (int i = from; i < to; ++i)
        QCOMPARE(removed[size_t(i - from)], pair.model.at(keys[i]));
    keys.remove(from, to - from);
    QCOMPARE(pair.indexKeys(), keys);
}

void TestKeyIndex::emptyPrefixCoversAll()
{
    Pair pair;
    for (const QByteArray &key : someKeys(700))
        pair.insert(key);
    QVERIFY(pair.index.lowerBound("") == pair.index.begin());
    QVERIFY(pair.index.prefixEnd("") == pair.index.end());
    QVERIFY(pair.removePrefix(""));
    QVERIFY(pair.index.begin() == pair.index.end());
    pair.insert("again");
    QCOMPARE(pair.indexKeys(), QList<QByteArray>{"again"});
}

void TestKeyIndex::builtAtOnceIsAsInsertedOneByOne_data()
{
    QTest::addColumn<MakeKey>("makeKey");
    QTest::addColumn<int>("count");
    for (const int count : {0, 1, 2, 170, 171, 3000}) {
        QTest::addRow("%d numbers", count) << MakeKey(numberKey) << count;
        QTest::addRow("%d with a long common prefix", count) << MakeKey(longPrefixKey) << count;
        QTest::addRow("%d with high bytes", count) << MakeKey(highByteKey) << count;
    }
}

void TestKeyIndex::builtAtOnceIsAsInsertedOneByOne()
{
    QFETCH(MakeKey, makeKey);
    QFETCH(int, count);
    Random random(1);
    Pair pair;
    for (int i = 0; i < count; ++i)
        pair.insert(makeKey(random));
    pair.rebuild(random);
    QCOMPARE(pair.indexKeys(), pair.modelKeys());
    // It goes on from there.
    for (int i = 0; i < 1000; ++i) {
        pair.insert(makeKey(random));
        pair.remove(makeKey(random));
    }
    QCOMPARE(pair.indexKeys(), pair.modelKeys());
}

void TestKeyIndex::behavesAsAMap_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<MakeKey>("makeKey");
    for (unsigned seed = 1; seed <= 3; ++seed) {
        QTest::addRow("numbers, seed %u", seed) << seed << MakeKey(numberKey);
        QTest::addRow("long common prefix, seed %u", seed) << seed << MakeKey(longPrefixKey);
        QTest::addRow("high bytes, seed %u", seed) << seed << MakeKey(highByteKey);
    }
}

void TestKeyIndex::behavesAsAMap()
{
    QFETCH(unsigned, seed);
    QFETCH(MakeKey, makeKey);
    Random random(seed);
    Pair pair;
    for (int i = 0; i < 20'000; ++i) {
        // Phases of growing and of shrinking, so that blocks split and empty.
        const size_t inserts = (i / 4000) % 2 == 0 ? 70 : 25;
        const QByteArray key = makeKey(random);
        const size_t dice = below(random, 100);
        if (dice < inserts)
            pair.insert(key);
        else if (dice < 90)
            pair.remove(key);
        else if (dice < 91)
            QVERIFY(pair.removePrefix(key.first(qsizetype(1 + below(random, size_t(key.size()))))));
        const QByteArray probe = makeKey(random);
        const QByteArray prefix = probe.first(qsizetype(below(random, size_t(probe.size()) + 1)));
        const auto lower = pair.index.lowerBound(probe);
        const auto end = pair.index.prefixEnd(prefix);
        const auto &model = pair.model;
        QCOMPARE(pair.keyAt(lower), pair.keyAt(model.lower_bound(probe), model));
        QCOMPARE(pair.keyAt(pair.index.upperBound(probe)),
                 pair.keyAt(model.upper_bound(probe), model));
        if (i % 16 != 0)
            continue;
        const auto modelEnd = modelPrefixEnd(model, prefix);
        QCOMPARE(pair.keyAt(end), pair.keyAt(modelEnd, model));
        QCOMPARE(pair.index.count(pair.index.lowerBound(prefix), end),
                 size_t(std::distance(model.lower_bound(prefix), modelEnd)));
    }
    QCOMPARE(pair.indexKeys(), pair.modelKeys());
}

void TestKeyIndex::manyKeysBehaveAsAMap_data()
{
    QTest::addColumn<MakeKey>("makeKey");
    QTest::addColumn<bool>("inOrder");
    QTest::newRow("numbers") << MakeKey(largeNumberKey) << false;
    QTest::newRow("numbers in order") << MakeKey(largeNumberKey) << true;
    QTest::newRow("several prefixes") << MakeKey(mixedKey) << false;
    QTest::newRow("several prefixes in order") << MakeKey(mixedKey) << true;
}

// Enough keys for several groups of blocks, which split, shrink from both ends and empty.
void TestKeyIndex::manyKeysBehaveAsAMap()
{
    QFETCH(MakeKey, makeKey);
    QFETCH(bool, inOrder);
    Random random(1);
    Pair pair;
    QList<QByteArray> keys;
    for (int i = 0; i < 50'000; ++i)
        keys.append(makeKey(random));
    if (inOrder)
        std::sort(keys.begin(), keys.end());
    for (const QByteArray &key : std::as_const(keys))
        pair.insert(key);
    const auto compare = [&] {
        const auto &model = pair.model;
        QCOMPARE(pair.indexKeys(), pair.modelKeys());
        for (int i = 0; i < 40; ++i) {
            const QByteArray from = makeKey(random);
            const QByteArray prefix = makeKey(random).left(qsizetype(1 + below(random, 6)));
            QCOMPARE(pair.keyAt(pair.index.lowerBound(from)),
                     pair.keyAt(model.lower_bound(from), model));
            QCOMPARE(pair.keyAt(pair.index.upperBound(from)),
                     pair.keyAt(model.upper_bound(from), model));
            const auto end = modelPrefixEnd(model, prefix);
            QCOMPARE(pair.keyAt(pair.index.prefixEnd(prefix)), pair.keyAt(end, model));
            const auto begin = model.lower_bound(prefix);
            QCOMPARE(pair.index.count(pair.index.lowerBound(prefix), pair.index.prefixEnd(prefix)),
                     size_t(std::distance(begin, end)));
        }
    };
    compare();
    for (const QByteArray &key : std::as_const(keys)) {
        if (below(random, 3) > 0)
            pair.remove(key);
    }
    compare();
    for (int i = 0; i < 20; ++i)
        QVERIFY(pair.removePrefix(makeKey(random).left(4)));
    compare();
    for (int i = 0; i < 30'000; ++i)
        pair.insert(makeKey(random));
    compare();
    Random shuffled(2);
    pair.rebuild(shuffled);
    compare();
    QVERIFY(pair.removePrefix("s"));
    QVERIFY(pair.removePrefix(""));
    QVERIFY(pair.index.begin() == pair.index.end());
}

QTEST_GUILESS_MAIN(TestKeyIndex)
#include "tst_keyindex.moc"
