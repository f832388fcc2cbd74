// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/keyheads.h"

#include <QByteArray>
#include <QtTest>

using namespace memorykv;
using keyheads::Bound;

class TestKeyHeads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void headsAreInTheOrderOfKeys_data();
    void headsAreInTheOrderOfKeys();
    void equalHeadsSayNothing();
    void shorterPrefixMakesTheHeadsOfItsKeys();
    void searchEndsAtTheBound_data();
    void searchEndsAtTheBound();
};

void TestKeyHeads::headsAreInTheOrderOfKeys_data()
{
    QTest::addColumn<QByteArray>("lower");
    QTest::addColumn<QByteArray>("upper");
    QTest::newRow("first byte") << QByteArray("p:a") << QByteArray("p:b");
    QTest::newRow("last byte of the head") << QByteArray("p:aaaabbbb") << QByteArray("p:aaaabbbc");
    QTest::newRow("a key that ends first") << QByteArray("p:a") << QByteArray("p:a1");
    QTest::newRow("nothing behind the prefix") << QByteArray("p:") << QByteArray("p:1");
    QTest::newRow("bytes are unsigned") << QByteArray("p:\x7F") << QByteArray("p:\xC3\xBF");
}

void TestKeyHeads::headsAreInTheOrderOfKeys()
{
    QFETCH(QByteArray, lower);
    QFETCH(QByteArray, upper);
    QVERIFY(keyheads::headOf(lower, 2) < keyheads::headOf(upper, 2));
}

void TestKeyHeads::equalHeadsSayNothing()
{
    QCOMPARE(keyheads::headOf("p:aaaabbbb1", 2), keyheads::headOf("p:aaaabbbb2", 2));
    QCOMPARE(keyheads::headOf("p:a", 2), keyheads::headOf(QByteArrayView("p:a\0", 4), 2));
    QCOMPARE(keyheads::headOf("p", 2), keyheads::Head(0)); // shorter than what is left out
}

void TestKeyHeads::shorterPrefixMakesTheHeadsOfItsKeys()
{
    const QByteArray prefix = "prefix:of-all";
    const QByteArray keys[]
        = {prefix, prefix + '1', prefix + "12345678", prefix + "123456789", prefix + "\xFF"};
    for (qsizetype size = 0; size <= prefix.size(); ++size) {
        std::vector<keyheads::Head> heads;
        for (const QByteArray &key : keys)
            heads.push_back(keyheads::headOf(key, prefix.size()));
        keyheads::shortenPrefix(heads, prefix, size);
        for (size_t i = 0; i < heads.size(); ++i)
            QCOMPARE(heads[i], keyheads::headOf(keys[i], size));
    }
}

void TestKeyHeads::searchEndsAtTheBound_data()
{
    QTest::addColumn<QByteArray>("wanted");
    QTest::addColumn<int>("lower");
    QTest::addColumn<int>("upper");
    QTest::addColumn<int>("prefix");
    QTest::newRow("a key") << QByteArray("p:aaaabbbb2") << 2 << 3 << 3;
    QTest::newRow("between keys of equal heads") << QByteArray("p:aaaabbbb15") << 2 << 2 << 2;
    QTest::newRow("the beginning of some") << QByteArray("p:aaaabbbb") << 0 << 1 << 4;
    QTest::newRow("the beginning of more") << QByteArray("p:a") << 0 << 0 << 4;
    QTest::newRow("the beginning of all") << QByteArray("p") << 0 << 0 << 6;
    QTest::newRow("nothing") << QByteArray() << 0 << 0 << 6;
    QTest::newRow("before all") << QByteArray("o") << 0 << 0 << 0;
    QTest::newRow("before all, within the prefix") << QByteArray("p0") << 0 << 0 << 0;
    QTest::newRow("behind all") << QByteArray("p;") << 6 << 6 << 6;
    QTest::newRow("behind all, with the prefix") << QByteArray("p:zz") << 6 << 6 << 6;
}

void TestKeyHeads::searchEndsAtTheBound()
{
    QFETCH(QByteArray, wanted);
    QFETCH(int, lower);
    QFETCH(int, upper);
    QFETCH(int, prefix);
    const QByteArray keys[]
        = {"p:aaaabbbb", "p:aaaabbbb1", "p:aaaabbbb2", "p:aaaabbbb3", "p:b", "p:z"};
    std::vector<keyheads::Head> heads;
    for (const QByteArray &key : keys)
        heads.push_back(keyheads::headOf(key, 2));
    const auto search = [&](Bound bound) {
        return int(keyheads::search(std::span<const keyheads::Head>(heads), "p:", wanted, bound,
                                    [&](size_t place) { return QByteArrayView(keys[place]); }));
    };
    QCOMPARE(search(Bound::Lower), lower);
    QCOMPARE(search(Bound::Upper), upper);
    QCOMPARE(search(Bound::Prefix), prefix);
}

QTEST_GUILESS_MAIN(TestKeyHeads)
#include "tst_keyheads.moc"
