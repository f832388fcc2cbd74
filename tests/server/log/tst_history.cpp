// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/history.h"

#include <QtTest>

using namespace memorykv;

class TestHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyHistoryHoldsNothing();
    void readsFromAnySeq();
    void holdsAsManyBytesAsAllowed();
    void newestIsHeldWhateverItsSize();
    void ofNoBytesHoldsNothing();
    void evictedRecordsAreHandedOver();
    void aLargeRecordEvictsManySmallOnes();
    void readStopsAboutTheBytesAskedFor();
    void beginsWhereTheFirstRecordIs();
};

namespace {

Record recordOf(quint64 seq, qsizetype valueSize = 10)
{
    Record record;
    record.op = Op::Insert;
    record.seq = seq;
    record.entry = Entry::create({"k", QByteArray(valueSize, 'v'), {}, seq, 0});
    return record;
}

const qsizetype kSize = recordOf(1).memorySize();

std::vector<quint64> append(History &history, quint64 from, quint64 to, qsizetype valueSize = 10)
{
    std::vector<quint64> gone;
    for (quint64 seq = from; seq <= to; ++seq) {
        RecordGroup evicted;
        history.append(recordOf(seq, valueSize), evicted);
        for (const Record &record : evicted)
            gone.push_back(record.seq);
    }
    return gone;
}

std::vector<quint64> seqsOf(const Log::Range &range)
{
    std::vector<quint64> seqs;
    for (const Record &record : range.records)
        seqs.push_back(record.seq);
    return seqs;
}

using Seqs = std::vector<quint64>;

} // namespace

void TestHistory::emptyHistoryHoldsNothing()
{
    const History history(1000);
    for (const quint64 after : {quint64(0), quint64(5), std::numeric_limits<quint64>::max()}) {
        const auto range = history.read(after, 1000);
        QVERIFY(range.records.empty());
        QCOMPARE(range.firstHeld, 1U);
    }
}

void TestHistory::readsFromAnySeq()
{
    History history(1'000'000);
    append(history, 1, 5);
    QCOMPARE(seqsOf(history.read(0, 1'000'000)), (Seqs{1, 2, 3, 4, 5}));
    QCOMPARE(seqsOf(history.read(3, 1'000'000)), (Seqs{4, 5}));
    QCOMPARE(seqsOf(history.read(4, 1'000'000)), (Seqs{5}));
    for (const quint64 after : {quint64(5), quint64(6), std::numeric_limits<quint64>::max()})
        QCOMPARE(seqsOf(history.read(after, 1'000'000)), Seqs());
    QCOMPARE(history.read(5, 10).firstHeld, 1U);
    QCOMPARE(history.read(2, 1'000'000).records[0].entry->revision(), 3U);
}

void TestHistory::holdsAsManyBytesAsAllowed()
{
    History history(3 * kSize);
    QCOMPARE(append(history, 1, 3), Seqs());
    QCOMPARE(append(history, 4, 5), (Seqs{1, 2}));
    const auto range = history.read(0, 1'000'000);
    QCOMPARE(range.firstHeld, 3U);
    QCOMPARE(seqsOf(range), (Seqs{3, 4, 5}));
    QCOMPARE(seqsOf(history.read(2, 1'000'000)), (Seqs{3, 4, 5}));
    QCOMPARE(seqsOf(history.read(3, 1'000'000)), (Seqs{4, 5}));
}

void TestHistory::newestIsHeldWhateverItsSize()
{
    History history(1);
    QCOMPARE(append(history, 1, 3), (Seqs{1, 2}));
    QCOMPARE(seqsOf(history.read(0, 1)), (Seqs{3}));
    QCOMPARE(history.read(0, 1).firstHeld, 3U);
}

void TestHistory::ofNoBytesHoldsNothing()
{
    History history(0);
    QCOMPARE(append(history, 1, 3), (Seqs{1, 2, 3}));
    const auto range = history.read(0, 1000);
    QVERIFY(range.records.empty());
    QCOMPARE(range.firstHeld, 4U);
}

void TestHistory::evictedRecordsAreHandedOver()
{
    History history(kSize);
    RecordGroup evicted;
    history.append(recordOf(1), evicted);
    const EntryPtr entry = history.read(0, 1).records[0].entry;
    history.append(recordOf(2), evicted);
    QCOMPARE(evicted.size(), 1);
    QCOMPARE(evicted[0].entry.data(), entry.data());
    evicted.clear();
    QCOMPARE(entry->ref.loadRelaxed(), 1); // nobody else keeps it alive
}

void TestHistory::aLargeRecordEvictsManySmallOnes()
{
    History history(10 * kSize);
    append(history, 1, 10);
    QCOMPARE(append(history, 11, 11, 5 * kSize), (Seqs{1, 2, 3, 4, 5, 6}));
    QCOMPARE(append(history, 12, 12), Seqs{7});
}

void TestHistory::readStopsAboutTheBytesAskedFor()
{
    History history(1'000'000);
    append(history, 1, 10);
    QCOMPARE(seqsOf(history.read(0, 0)), (Seqs{1})); // at least one, or nobody would get on
    QCOMPARE(seqsOf(history.read(0, 1)), (Seqs{1}));
    QCOMPARE(seqsOf(history.read(2, 3 * kSize)), (Seqs{3, 4, 5}));
    Seqs all;
    for (quint64 after = 0; after < 10; after = all.back()) {
        for (const quint64 seq : seqsOf(history.read(after, 2 * kSize)))
            all.push_back(seq);
    }
    QCOMPARE(all, (Seqs{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

void TestHistory::beginsWhereTheFirstRecordIs()
{
    History history(1'000'000);
    append(history, 42, 44);
    const auto range = history.read(7, 1'000'000);
    QCOMPARE(range.firstHeld, 42U);
    QCOMPARE(seqsOf(range), (Seqs{42, 43, 44}));
    QCOMPARE(seqsOf(history.read(42, 1'000'000)), (Seqs{43, 44}));
}

QTEST_GUILESS_MAIN(TestHistory)
#include "tst_history.moc"
