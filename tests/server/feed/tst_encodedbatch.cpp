// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/encodedbatch.h"

#include "server/feed/eventencoder.h"

#include <QtTest>

#include <thread>

using namespace memorykv;

class TestEncodedBatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void formIsTheEventsOneBehindTheOther_data();
    void formIsTheEventsOneBehindTheOther();
    void formIsMadeOnce();
    void formsAreMadeByWhoeverComesFirst();
};

namespace {

RecordBatchPtr batchOf(int count)
{
    auto batch = std::make_shared<RecordBatch>();
    batch->epoch = 7;
    for (int i = 0; i < count; ++i) {
        Record record;
        record.seq = quint64(i + 1);
        if (i % 3 == 0) {
            record.op = Op::Delete;
            record.key = QByteArray::number(i);
        } else {
            record.entry
                = Entry::create({QByteArray::number(i), QByteArray(i, 'v'), {}, record.seq, 0});
        }
        batch->records.push_back(record);
    }
    return batch;
}

QList<Encoding> encodings()
{
    QList<Encoding> all;
    for (const auto framing : {Encoding::Framing::TextFrame, Encoding::Framing::BinaryFrame,
                               Encoding::Framing::EventStream}) {
        all.append({framing, false});
        all.append({framing, true});
    }
    return all;
}

bool isRight(const EncodedBatch &batch, const RecordBatch &of, Encoding encoding)
{
    const EncodedBatch::Form &form = batch.form(encoding);
    if (form.ends.size() != of.records.size() || form.ends.back() != form.bytes.size())
        return false;
    for (size_t i = 0; i < of.records.size(); ++i) {
        QByteArray expected;
        appendEncoded(of.records[i].toEvent(of.epoch), encoding, expected);
        if (form.bytes.mid(form.begin(i), form.size(i)) != expected)
            return false;
    }
    return true;
}

} // namespace

void TestEncodedBatch::formIsTheEventsOneBehindTheOther_data()
{
    QTest::addColumn<int>("encoding");
    for (int i = 0; i < encodings().size(); ++i)
        QTest::addRow("encoding %d", i) << i;
}

void TestEncodedBatch::formIsTheEventsOneBehindTheOther()
{
    QFETCH(int, encoding);
    const RecordBatchPtr records = batchOf(200);
    const EncodedBatch batch(records);
    QCOMPARE(batch.records().size(), size_t(200));
    QVERIFY(isRight(batch, *records, encodings()[encoding]));
}

void TestEncodedBatch::formIsMadeOnce()
{
    const EncodedBatch batch(batchOf(5));
    const EncodedBatch::Form &first = batch.form({});
    QCOMPARE(&batch.form({}), &first);
    const char *bytes = first.bytes.constData();
    QVERIFY(batch.form({}).bytes.constData() == bytes);
}

void TestEncodedBatch::formsAreMadeByWhoeverComesFirst()
{
    for (int round = 0; round < 50; ++round) {
        const RecordBatchPtr records = batchOf(50);
        const EncodedBatch batch(records);
        std::atomic<int> waiting = 4;
        std::atomic<int> right = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&, i] {
                --waiting;
                while (waiting > 0)
                    std::this_thread::yield();
                const QList<Encoding> all = encodings();
                for (int j = 0; j < all.size(); ++j)
                    right += isRight(batch, *records, all[(i + j) % all.size()]) ? 1 : 0;
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(right.load(), 4 * int(Encoding::kCount));
    }
}

QTEST_GUILESS_MAIN(TestEncodedBatch)
#include "tst_encodedbatch.moc"
