// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/delivery.h"

#include <QtTest>

using namespace memorykv;

class TestDelivery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allOfOneBatchIsShared();
    void allOfSeveralIsOneBehindTheOther();
    void selectsWhatIsWanted_data();
    void selectsWhatIsWanted();
    void theSameIsPutTogetherOnce();
};

namespace {

Record record(Op op, quint64 seq, const QByteArray &key)
{
    Record record;
    record.op = op;
    record.seq = seq;
    if (op == Op::Insert)
        record.entry = Entry::create({key, "v", {}, seq, 0});
    else
        record.key = key;
    return record;
}

EncodedBatchPtr batchOf(const std::vector<Record> &records)
{
    auto batch = std::make_shared<RecordBatch>();
    batch->epoch = 7;
    batch->records = records;
    return std::make_shared<EncodedBatch>(batch);
}

Delivery twoBatches()
{
    return Delivery({batchOf({record(Op::Read, 4, "a"), record(Op::Insert, 5, "ab")}),
                     batchOf({record(Op::Delete, 6, "b"), record(Op::Insert, 7, "ac"),
                              record(Op::List, 7, {})})});
}

Subscription filtered(const QByteArray &prefix, const QByteArray &ops)
{
    Subscription subscription;
    subscription.prefix = prefix;
    if (!ops.isEmpty())
        subscription.ops = *OpSet::fromText(ops);
    return subscription;
}

/// The texts in frames that are all below 126 bytes.
QByteArray texts(const QByteArray &frames)
{
    QByteArray text;
    for (qsizetype at = 0; at < frames.size(); at += 2 + frames[at + 1])
        text += (at > 0 ? "|" : "") + frames.mid(at + 2, frames[at + 1]);
    return text;
}

} // namespace

void TestDelivery::allOfOneBatchIsShared()
{
    const EncodedBatchPtr batch = batchOf({record(Op::Insert, 5, "a")});
    const Delivery delivery({batch});
    QVERIFY(delivery.select({}).bytes.constData() == batch->form({}).bytes.constData());
}

void TestDelivery::allOfSeveralIsOneBehindTheOther()
{
    const Delivery delivery = twoBatches();
    QCOMPARE(delivery.first().seq, 4U);
    QCOMPARE(delivery.last().seq, 7U);
    const Delivery::Selection &all = delivery.select({});
    QCOMPARE(texts(all.bytes),
             QByteArray("Read { key: a}|Insert { key: ab, value: v }|Delete { key: b }|"
                        "Insert { key: ac, value: v }|List"));
    QCOMPARE(all.events, size_t(5));
    QCOMPARE(all.mutations, size_t(3));
    QCOMPARE(all.firstMutation, 5U);
    QCOMPARE(all.lastMutation, 7U);
}

void TestDelivery::selectsWhatIsWanted_data()
{
    QTest::addColumn<QByteArray>("prefix");
    QTest::addColumn<QByteArray>("ops");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<quint64>("first");
    QTest::addColumn<quint64>("last");
    const QByteArray none;
    QTest::newRow("prefix") << QByteArray("a") << none
                            << QByteArray("Read { key: a}|Insert { key: ab, value: v }|"
                                          "Insert { key: ac, value: v }")
                            << quint64(5) << quint64(7);
    QTest::newRow("ops") << none << QByteArray("delete") << QByteArray("Delete { key: b }")
                         << quint64(6) << quint64(6);
    QTest::newRow("both") << QByteArray("ab") << QByteArray("insert,read")
                          << QByteArray("Insert { key: ab, value: v }") << quint64(5) << quint64(5);
    QTest::newRow("no mutation") << none << QByteArray("list,read")
                                 << QByteArray("Read { key: a}|List") << quint64(0) << quint64(0);
    QTest::newRow("nothing") << QByteArray("x") << none << none << quint64(0) << quint64(0);
}

void TestDelivery::selectsWhatIsWanted()
{
    QFETCH(QByteArray, prefix);
    QFETCH(QByteArray, ops);
    const Delivery delivery = twoBatches();
    const Delivery::Selection &selection = delivery.select(filtered(prefix, ops));
    QTEST(texts(selection.bytes), "text");
    QCOMPARE(delivery.mostSelectedBytes(), selection.bytes.size());
    QTEST(selection.firstMutation, "first");
    QTEST(selection.lastMutation, "last");
    QCOMPARE(selection.events, size_t(selection.bytes.count('{') + selection.bytes.count("List")));
}

void TestDelivery::theSameIsPutTogetherOnce()
{
    const Delivery delivery = twoBatches();
    QCOMPARE(&delivery.select({}), &delivery.select({}));
    const Delivery::Selection &first = delivery.select(filtered("a", "insert"));
    const Delivery::Selection &other = delivery.select(filtered("a", "read"));
    QVERIFY(&first != &other);
    Subscription json = filtered("a", "insert");
    json.encoding.json = true;
    QVERIFY(&delivery.select(json) != &first);
    QVERIFY(delivery.select(json).bytes.contains("\"seq\":5"));
    QCOMPARE(&delivery.select(filtered("a", "insert")), &first);
}

QTEST_GUILESS_MAIN(TestDelivery)
#include "tst_delivery.moc"
