// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/subscription.h"

#include <QtTest>

using namespace memorykv;

class TestSubscription : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opsFromText_data();
    void opsFromText();
    void opsThatAreNone_data();
    void opsThatAreNone();
    void prefixLetsThrough_data();
    void prefixLetsThrough();
    void opsAndPrefixBothCount();
    void unfilteredIsKnown();
    void encodingsHaveIndexesOfTheirOwn();
};

void TestSubscription::opsFromText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QList<int>>("ops");
    QTest::newRow("one") << QByteArray("insert") << QList<int>{int(Op::Insert)};
    QTest::newRow("several") << QByteArray("delete,insert,heartbeat")
                             << QList<int>{int(Op::Insert), int(Op::Delete), int(Op::Heartbeat)};
    QTest::newRow("twice") << QByteArray("read,read") << QList<int>{int(Op::Read)};
    QList<int> all;
    QByteArray names;
    for (int i = 0; i < int(Op::Gap); ++i) {
        all.append(i);
        names += (i ? "," : "") + opName(Op(i)).toByteArray();
    }
    QTest::newRow("all") << names << all;
}

void TestSubscription::opsFromText()
{
    QFETCH(QByteArray, text);
    QFETCH(QList<int>, ops);
    const auto set = OpSet::fromText(text);
    QVERIFY(set.ok());
    for (int i = 0; i < int(Op::Gap); ++i)
        QCOMPARE(set->contains(Op(i)), ops.contains(i));
}

void TestSubscription::opsThatAreNone_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"", ",", "insert,", ",insert", "insert,,delete", "Insert", " insert", "insert, delete",
          "inserts", "gap", "synced", "insert,gap", "*", "all"})
        QTest::addRow("'%s'", text) << QByteArray(text);
}

void TestSubscription::opsThatAreNone()
{
    QFETCH(QByteArray, text);
    const auto set = OpSet::fromText(text);
    QVERIFY(!set.ok());
    QCOMPARE(set.error().code, ErrorCode::InvalidArgument);
    QVERIFY(set.error().detail.contains("insert"));
}

// docs/feed.md, "Choose".
void TestSubscription::prefixLetsThrough_data()
{
    QTest::addColumn<int>("op");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<bool>("wanted");
    const auto row = [](Op op, const char *key, bool wanted) {
        QTest::addRow("%s %s", opName(op).data(), key) << int(op) << QByteArray(key) << wanted;
    };
    for (const Op op : {Op::Insert, Op::Delete, Op::Expire, Op::Touch, Op::Read}) {
        row(op, "a/b", true);
        row(op, "a/b/c", true);
        row(op, "a/bc", true);
        row(op, "a", false);
        row(op, "a/", false);
        row(op, "A/b", false);
        row(op, "xa/b", false);
        row(op, "", false);
    }
    for (const Op op : {Op::DeletePrefix, Op::ListPrefix}) {
        row(op, "a/b", true);
        row(op, "a/bc", true);
        row(op, "a", true);
        row(op, "a/", true);
        row(op, "a/c", false);
        row(op, "b", false);
    }
    row(Op::DeleteAll, "", true);
    row(Op::Heartbeat, "127.0.0.1:5", true);
    row(Op::List, "", false);
}

void TestSubscription::prefixLetsThrough()
{
    QFETCH(int, op);
    QFETCH(QByteArray, key);
    QFETCH(bool, wanted);
    Subscription subscription;
    QVERIFY(subscription.wants(Op(op), key));
    subscription.prefix = "a/b";
    QCOMPARE(subscription.wants(Op(op), key), wanted);
}

void TestSubscription::opsAndPrefixBothCount()
{
    Subscription subscription;
    subscription.prefix = "a";
    subscription.ops = *OpSet::fromText("insert,delete_all");
    QVERIFY(subscription.wants(Op::Insert, "ab"));
    QVERIFY(!subscription.wants(Op::Insert, "b"));
    QVERIFY(!subscription.wants(Op::Delete, "ab"));
    QVERIFY(subscription.wants(Op::DeleteAll, ""));
    QVERIFY(!subscription.wants(Op::Heartbeat, ""));
}

void TestSubscription::unfilteredIsKnown()
{
    Subscription subscription;
    QVERIFY(subscription.isUnfiltered());
    subscription.prefix = "a";
    QVERIFY(!subscription.isUnfiltered());
    subscription.prefix.clear();
    subscription.ops = *OpSet::fromText("insert");
    QVERIFY(!subscription.isUnfiltered());
}

void TestSubscription::encodingsHaveIndexesOfTheirOwn()
{
    QSet<size_t> indexes;
    for (const auto framing : {Encoding::Framing::TextFrame, Encoding::Framing::BinaryFrame,
                               Encoding::Framing::EventStream}) {
        for (const bool json : {false, true}) {
            const size_t index = Encoding{framing, json}.index();
            QVERIFY(index < Encoding::kCount);
            indexes.insert(index);
        }
    }
    QCOMPARE(size_t(indexes.size()), Encoding::kCount);
}

QTEST_GUILESS_MAIN(TestSubscription)
#include "tst_subscription.moc"
