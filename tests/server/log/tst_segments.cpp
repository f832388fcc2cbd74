// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/segments.h"

#include "server/log/datadirectory.h"
#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestSegments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAcrossSegments();
    void readsFromTheMiddleOfALargeSegment();
    void readsNoFurtherThanAsked();
    void limitGivesAtLeastOne();
    void whatIsNotHeldIsTold();
    void nothingIsReadFromNothing();
    void removesWhatIsCovered();
    void newestSegmentStays();
    void keepsTheNewestOfWhatIsCovered_data();
    void keepsTheNewestOfWhatIsCovered();
    void interruptedRemovalLeavesNoHole();
    void holeIsAnError();
    void segmentRemovedByAnotherIsTold();
};

namespace {

WalWriter::Options smallSegments(qint64 size = 150)
{
    WalWriter::Options options = SegmentMaker::defaultOptions();
    options.segmentSize = size;
    return options;
}

/// Segments with the records 1 to \a last, in groups of one.
void fill(SegmentMaker &maker, quint64 last)
{
    for (quint64 seq = 1; seq <= last; ++seq)
        maker.add(putRecords(seq, seq));
}

QList<QByteArray> textsOf(const Result<Log::Range> &range)
{
    return range ? test::textsOf(range->records) : QList<QByteArray>{range.error().detail};
}

qsizetype segmentCount(const FaultyFileSystem &files)
{
    return files.names(kDataDirectory).size();
}

} // namespace

void TestSegments::readsAcrossSegments()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 20);
    QVERIFY(segmentCount(files) > 5);
    for (quint64 after = 0; after <= 20; ++after) {
        const auto range = maker.segments().read(after, 20, 1 << 20);
        QCOMPARE(textsOf(range), test::textsOf(putRecords(after + 1, 20)));
        QCOMPARE(range->firstHeld, 1ULL);
    }
}

void TestSegments::readsFromTheMiddleOfALargeSegment()
{
    FaultyFileSystem files;
    SegmentMaker maker(files);
    for (quint64 seq = 1; seq <= 100; ++seq)
        maker.add(putRecords(seq, seq, 50'000), false);
    const int before = files.calls(FaultyFileSystem::Call::Read);
    const auto range = maker.segments().read(90, 91, 1 << 20);
    QVERIFY(textsOf(range) == test::textsOf(putRecords(91, 91, 50'000)));
    QVERIFY(files.calls(FaultyFileSystem::Call::Read) - before <= 2);
}

void TestSegments::readsNoFurtherThanAsked()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    maker.add(putRecords(1, 5));
    maker.add(putRecords(6, 9));
    QCOMPARE(textsOf(maker.segments().read(2, 7, 1 << 20)), test::textsOf(putRecords(3, 7)));
    QCOMPARE(textsOf(maker.segments().read(7, 7, 1 << 20)), QList<QByteArray>());
    QCOMPARE(textsOf(maker.segments().read(900, 9, 1 << 20)), QList<QByteArray>());
}

void TestSegments::limitGivesAtLeastOne()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 9);
    QCOMPARE(textsOf(maker.segments().read(3, 9, 1)), test::textsOf(putRecords(4, 4)));
    QCOMPARE(textsOf(maker.segments().read(3, 9, 0)), test::textsOf(putRecords(4, 4)));
}

void TestSegments::whatIsNotHeldIsTold()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 9);
    QVERIFY(maker.segments().removeUpTo(5, 0));
    const auto range = maker.segments().read(0, 9, 1 << 20);
    QVERIFY(range);
    QVERIFY(range->firstHeld > 1 && range->firstHeld <= 6);
    QCOMPARE(textsOf(range), test::textsOf(putRecords(range->firstHeld, 9)));
}

void TestSegments::nothingIsReadFromNothing()
{
    FaultyFileSystem files;
    const Segments segments(files, kDataDirectory);
    const auto range = segments.read(0, 0, 100);
    QVERIFY(range && range->records.empty());
    QCOMPARE(range->firstHeld, 1ULL);
    QCOMPARE(segments.bytes(), 0LL);
    QCOMPARE(segments.firstSeq(42), 42ULL);
}

void TestSegments::removesWhatIsCovered()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 20);
    const qsizetype before = segmentCount(files);
    for (quint64 seq = 0; seq <= 20; ++seq) {
        QVERIFY(maker.segments().removeUpTo(seq, 0));
        QVERIFY(maker.segments().firstSeq(0) <= seq + 1);
        const auto rest = maker.segments().read(seq, 20, 1 << 20);
        QCOMPARE(textsOf(rest), test::textsOf(putRecords(seq + 1, 20)));
    }
    QVERIFY(segmentCount(files) < before);
    QCOMPARE(segmentCount(files), 1);
}

void TestSegments::newestSegmentStays()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 9);
    QVERIFY(maker.segments().removeUpTo(1000, 0));
    QCOMPARE(segmentCount(files), 1);
    maker.add(putRecords(10, 10));
    QCOMPARE(textsOf(maker.segments().read(9, 10, 1 << 20)), test::textsOf(putRecords(10, 10)));
}

void TestSegments::keepsTheNewestOfWhatIsCovered_data()
{
    QTest::addColumn<qint64>("keepBytes");
    for (const qint64 bytes : {0, 1, 200, 500, 1000, 100'000})
        QTest::addRow("%lld bytes", bytes) << bytes;
}

void TestSegments::keepsTheNewestOfWhatIsCovered()
{
    QFETCH(qint64, keepBytes);
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 20);
    const qint64 before = maker.segments().bytes();
    QVERIFY(maker.segments().removeUpTo(20, keepBytes));
    const qint64 newest = files.content(dataPath(files.names(kDataDirectory).last())).size();
    const qint64 kept = maker.segments().bytes() - newest;
    QVERIFY2(kept <= keepBytes, QByteArray::number(kept).constData());
    const qint64 segment = files.content(dataPath(files.names(kDataDirectory).first())).size();
    QVERIFY(kept + segment > keepBytes || maker.segments().bytes() == before);
}

void TestSegments::interruptedRemovalLeavesNoHole()
{
    for (quint32 seed = 0; seed < 200; ++seed) {
        FaultyFileSystem files(seed);
        {
            SegmentMaker maker(files, smallSegments());
            fill(maker, 12);
            files.stopAfter(int(seed % 12));
            (void)maker.segments().removeUpTo(12, 0);
        }
        files.crash(seed);
        quint64 next = 0;
        const auto directory = DataDirectory::list(files, kDataDirectory);
        for (const NumberedFile &segment : directory->segments) {
            QVERIFY(next == 0 || segment.seq == next);
            FaultyFileSystem one;
            one.setContent(dataPath(segmentName(segment.seq)),
                           files.content(dataPath(segment.name)));
            Segments segments(one, kDataDirectory);
            segments.begin(segment.seq);
            segments.setEnd(files.content(dataPath(segment.name)).size());
            const auto range = segments.read(segment.seq - 1, ~0ULL - 1, 1 << 20);
            QVERIFY(range && !range->records.empty());
            next = range->records.back().seq + 1;
        }
        QCOMPARE(next, 13ULL);
    }
}

void TestSegments::holeIsAnError()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 9);
    const auto names = DataDirectory::list(files, kDataDirectory)->segments;
    QVERIFY(names.size() > 3);
    Segments segments(files, kDataDirectory);
    for (const qsizetype i : {0, 2}) {
        segments.begin(names[i].seq);
        segments.setEnd(files.content(dataPath(names[i].name)).size());
    }
    const auto range = segments.read(0, 9, 1 << 20);
    QVERIFY(!range);
    QCOMPARE(range.error().code, ErrorCode::Damaged);
    QVERIFY2(range.error().detail.contains("missing"), range.error().detail.constData());
}

void TestSegments::segmentRemovedByAnotherIsTold()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, smallSegments());
    fill(maker, 9);
    QVERIFY(files.remove(dataPath(segmentName(1))));
    const auto range = maker.segments().read(0, 9, 1 << 20);
    QVERIFY(!range);
    QCOMPARE(range.error().code, ErrorCode::StorageFailed);
}

QTEST_GUILESS_MAIN(TestSegments)
#include "tst_segments.moc"
