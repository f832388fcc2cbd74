// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/walwriter.h"

#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestWalWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstSegmentIsThereForGood();
    void largeSegmentGivesWayToTheNext();
    void segmentsAreChained();
    void goesOnInTheLastSegment();
    void anotherEpochBeginsASegment();
    void segmentWithoutRecordsIsReplaced();
    void withoutSyncEachStartBeginsASegment();
    void tornTailIsCut();
    void tailIsCopiedUnlessItWasStoppedInOrder();
    void whatASyncHasFailedToStoreIsStoredByTheNextStart();
    void shortWritesAreCompleted();
    void largeAppendsReachTheFileBeforeWrite();
    void groupsTellWhatWasSynced();
    void smallWritesFindRoom();
    void largeWritesMakeNoRoom();
    void roomDoesNotOutliveTheSegment();
    void goesOnWithoutRoom();
    void closeSyncsWhatItVouchesFor();
    void everyErrorIsReported_data();
    void everyErrorIsReported();
    void bytesAreCounted();
};

namespace {

using Call = FaultyFileSystem::Call;

WalWriter::Options options(quint64 epoch = 7, qint64 segmentSize = 16 << 20, quint32 flags = 1)
{
    WalWriter::Options made;
    made.epoch = epoch;
    made.segmentSize = segmentSize;
    made.flags = flags;
    return made;
}

WalWriter::Options withRoom(WalWriter::Options made = options())
{
    made.room = 100000;
    return made;
}

} // namespace

void TestWalWriter::firstSegmentIsThereForGood()
{
    FaultyFileSystem files;
    {
        SegmentMaker maker(files, options());
    }
    files.crash(1);
    const RecoveryResult result = recover(files);
    QVERIFY(result.found);
    QCOMPARE(result.found->tail.epoch, 7ULL);
    QCOMPARE(result.found->tail.nextSeq, 1ULL);
    QCOMPARE(files.names(kDataDirectory), QList<QByteArray>{segmentName(1)});
}

void TestWalWriter::largeSegmentGivesWayToTheNext()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, options(7, 200));
    maker.add(putRecords(1, 1));
    QCOMPARE(files.names(kDataDirectory).size(), 1);
    maker.add(putRecords(2, 3, 500)); // a group is never divided
    QCOMPARE(files.names(kDataDirectory).size(), 1);
    maker.add(putRecords(4, 4));
    QCOMPARE(files.names(kDataDirectory), (QList<QByteArray>{segmentName(1), segmentName(4)}));
}

void TestWalWriter::segmentsAreChained()
{
    FaultyFileSystem files;
    {
        SegmentMaker maker(files, options(7, 100));
        for (quint64 seq = 1; seq <= 6; ++seq)
            maker.add(putRecords(seq, seq));
    }
    // Another segment that would fit by its seq, but belongs to another log.
    FaultyFileSystem others;
    {
        SegmentMaker maker(others, options(7, 100));
        for (quint64 seq = 1; seq <= 6; ++seq)
            maker.add(putRecords(seq, seq, 11));
    }
    const QByteArray last = files.names(kDataDirectory).last();
    QCOMPARE(others.names(kDataDirectory).last(), last);
    files.setContent(dataPath(last), others.content(dataPath(last)));
    const RecoveryResult result = recover(files);
    QVERIFY(!result.found);
    QVERIFY(result.found.error().detail.contains("does not follow the segment before"));
}

void TestWalWriter::goesOnInTheLastSegment()
{
    FaultyFileSystem files;
    for (quint64 seq = 1; seq <= 4; ++seq) {
        SegmentMaker maker(files, options());
        maker.add(putRecords(seq, seq));
        if (seq % 2 == 0)
            QVERIFY(maker.writer().close());
    }
    QCOMPARE(files.names(kDataDirectory).size(), 1);
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 4)));
}

void TestWalWriter::anotherEpochBeginsASegment()
{
    FaultyFileSystem files;
    SegmentMaker(files, options()).add(putRecords(1, 1));
    SegmentMaker(files, options(8)).add(putRecords(2, 2));
    QCOMPARE(files.names(kDataDirectory), (QList<QByteArray>{segmentName(1), segmentName(2)}));
    const RecoveryResult result = recover(files);
    QCOMPARE(result.sink.records, textsOf(putRecords(1, 2)));
    QCOMPARE(result.found->tail.epoch, 8ULL);
}

void TestWalWriter::segmentWithoutRecordsIsReplaced()
{
    FaultyFileSystem files;
    SegmentMaker(files, options()).add(putRecords(1, 1));
    for (quint64 epoch = 8; epoch < 12; ++epoch) {
        SegmentMaker maker(files, options(epoch));
        if (epoch % 2 == 0)
            QVERIFY(maker.writer().close()); // a mark alone is no record
    }
    SegmentMaker(files, options(12)).add(putRecords(2, 2));
    QCOMPARE(files.names(kDataDirectory), (QList<QByteArray>{segmentName(1), segmentName(2)}));
    const RecoveryResult result = recover(files);
    QVERIFY2(result.found, result.found ? "" : result.found.error().detail.constData());
    QCOMPARE(result.sink.records, textsOf(putRecords(1, 2)));
    QCOMPARE(result.found->tail.epoch, 12ULL);
}

// Or the mark of the stop before would be at the end again, once a crash has taken all after it.
void TestWalWriter::withoutSyncEachStartBeginsASegment()
{
    FaultyFileSystem files;
    {
        SegmentMaker maker(files, options(7, 16 << 20, 0));
        maker.add(putRecords(1, 1), false);
        QVERIFY(maker.writer().close());
    }
    QVERIFY(recover(files).found->stoppedInOrder);
    {
        SegmentMaker maker(files, options(7, 16 << 20, 0));
        maker.add(putRecords(2, 2), false);
    }
    for (quint32 seed = 0; seed < 30; ++seed) {
        const auto copy = files.copy();
        copy->crash(seed);
        QVERIFY(!recover(*copy).found->stoppedInOrder);
    }
}

void TestWalWriter::tornTailIsCut()
{
    FaultyFileSystem files;
    SegmentMaker(files, options()).add(putRecords(1, 1));
    const QByteArray path = dataPath(segmentName(1));
    const QByteArray whole = files.content(path);
    for (const bool isOrderly : {false, true}) {
        files.setContent(path, whole);
        if (isOrderly)
            QVERIFY(SegmentMaker(files, options()).writer().close());
        files.setContent(path, files.content(path) + "some of a group that was not written whole");
        QVERIFY(!recover(files).found->tornTail.isEmpty());
        {
            SegmentMaker maker(files, options());
        }
        files.crash(1);
        QVERIFY(recover(files).found->tornTail.isEmpty());
        QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 1)));
    }
}

void TestWalWriter::tailIsCopiedUnlessItWasStoppedInOrder()
{
    FaultyFileSystem files;
    SegmentMaker(files, options()).add(putRecords(1, 1));
    int before = files.calls(Call::Rename);
    QVERIFY(SegmentMaker(files, options()).writer().close());
    QCOMPARE(files.calls(Call::Rename) - before, 1);
    before = files.calls(Call::Rename);
    SegmentMaker(files, options()).add(putRecords(2, 2));
    QCOMPARE(files.calls(Call::Rename) - before, 0);
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 2)));
}

void TestWalWriter::whatASyncHasFailedToStoreIsStoredByTheNextStart()
{
    for (quint32 seed = 0; seed < 100; ++seed) {
        FaultyFileSystem files(seed);
        {
            SegmentMaker maker(files, options());
            maker.add(putRecords(1, 1));
            maker.add(putRecords(2, 2), false);
            files.failNth(Call::Sync, 1);
            QVERIFY(!maker.writer().sync());
        }
        files.restart();
        SegmentMaker(files, options()).add(putRecords(3, 3));
        files.crash(seed);
        QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 3)));
    }
}

void TestWalWriter::shortWritesAreCompleted()
{
    FaultyFileSystem files;
    files.setShortWrites(true);
    {
        SegmentMaker maker(files, options(7, 3000));
        for (quint64 seq = 1; seq <= 50; ++seq)
            maker.add(putRecords(seq, seq, 200));
        QVERIFY(maker.writer().close());
    }
    SegmentMaker(files, options()).add(putRecords(51, 51));
    QVERIFY(recover(files).sink.records
            == textsOf(putRecords(1, 50, 200)) + textsOf(putRecords(51, 51)));
}

void TestWalWriter::largeAppendsReachTheFileBeforeWrite()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, options());
    QVERIFY(maker.writer().append(putRecords(1, 1)));
    QCOMPARE(files.content(dataPath(segmentName(1))).size(), wal::SegmentHeader::kSize);
    QVERIFY(maker.writer().append(putRecords(2, 2, 2 << 20)));
    QVERIFY(files.content(dataPath(segmentName(1))).size() > 2 << 20);
}

void TestWalWriter::groupsTellWhatWasSynced()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, options());
    const qint64 first = maker.add(putRecords(1, 1));
    const qint64 second = maker.add(putRecords(2, 2), false);
    maker.add(putRecords(3, 3), false);
    const QByteArray bytes = files.content(dataPath(segmentName(1)));
    const auto syncedAt = [&](qint64 offset) {
        return qint64(wal::decodeGroupHeader(bytes.sliced(offset)).synced);
    };
    QCOMPARE(syncedAt(wal::SegmentHeader::kSize), wal::SegmentHeader::kSize);
    QCOMPARE(syncedAt(first), first);
    QCOMPARE(syncedAt(second), first);
}

// What makes a sync cheap: the file does not change its size.
void TestWalWriter::smallWritesFindRoom()
{
    FaultyFileSystem files;
    const QByteArray path = dataPath(segmentName(1));
    {
        SegmentMaker maker(files, withRoom());
        maker.add(putRecords(1, 1));
        const qsizetype size = files.content(path).size();
        QVERIFY(size > 100000);
        for (quint64 seq = 2; seq <= 100; ++seq)
            maker.add(putRecords(seq, seq));
        QCOMPARE(files.content(path).size(), size);
        QCOMPARE(files.calls(Call::Extend), 1);
    }
    const RecoveryResult result = recover(files);
    QCOMPARE(result.sink.records, textsOf(putRecords(1, 100)));
    QVERIFY(result.found->tornTail.isEmpty());
}

void TestWalWriter::largeWritesMakeNoRoom()
{
    FaultyFileSystem files;
    SegmentMaker(files, withRoom()).add(putRecords(1, 1, 1 << 20));
    QCOMPARE(files.calls(Call::Extend), 0);
}

void TestWalWriter::roomDoesNotOutliveTheSegment()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, withRoom(options(7, 1000)));
    for (quint64 seq = 1; files.names(kDataDirectory).size() < 3; ++seq)
        maker.add(putRecords(seq, seq));
    QVERIFY(maker.writer().close());
    QVERIFY(files.calls(Call::Extend) >= 2);
    qint64 total = 0;
    for (const QByteArray &name : files.names(kDataDirectory))
        total += files.content(dataPath(name)).size();
    QCOMPARE(maker.segments().bytes(), total);
}

// What is written may fit where the zeros do not.
void TestWalWriter::goesOnWithoutRoom()
{
    for (const ErrorCode code : {ErrorCode::StorageFull, ErrorCode::StorageFailed}) {
        FaultyFileSystem files;
        {
            SegmentMaker maker(files, withRoom());
            files.failNth(Call::Extend, 1, code);
            for (quint64 seq = 1; seq <= 10; ++seq)
                maker.add(putRecords(seq, seq));
            QVERIFY(files.hasFailed());
            QCOMPARE(files.calls(Call::Extend), 1); // it is not asked again for each write
        }
        files.crash(1);
        QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 10)));
    }
}

void TestWalWriter::closeSyncsWhatItVouchesFor()
{
    for (int calls = 0; calls < 6; ++calls) {
        for (quint32 seed = 0; seed < 20; ++seed) {
            FaultyFileSystem files(seed);
            {
                SegmentMaker maker(files, options(7, 16 << 20, 0));
                maker.add(putRecords(1, 1), false);
                QVERIFY(maker.writer().append(putRecords(2, 2)));
                files.stopAfter(calls);
                (void)maker.writer().close();
            }
            files.crash(seed);
            const RecoveryResult result = recover(files);
            QVERIFY(result.found);
            if (result.found->stoppedInOrder)
                QCOMPARE(result.sink.records, textsOf(putRecords(1, 2)));
        }
    }
}

void TestWalWriter::everyErrorIsReported_data()
{
    QTest::addColumn<Call>("call");
    QTest::newRow("create") << Call::Create;
    QTest::newRow("write") << Call::Write;
    QTest::newRow("sync") << Call::Sync;
    QTest::newRow("rename") << Call::Rename;
    QTest::newRow("sync directory") << Call::SyncDirectory;
}

void TestWalWriter::everyErrorIsReported()
{
    QFETCH(Call, call);
    FaultyFileSystem files;
    SegmentMaker maker(files, options(7, 100));
    maker.add(putRecords(1, 1));
    files.failNth(call, 1, ErrorCode::StorageFull);
    auto done = maker.writer().append(putRecords(2, 2)); // begins a segment
    if (done)
        done = maker.writer().write();
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::StorageFull);
}

void TestWalWriter::bytesAreCounted()
{
    FaultyFileSystem files;
    SegmentMaker maker(files, options(7, 100));
    for (quint64 seq = 1; seq <= 5; ++seq)
        maker.add(putRecords(seq, seq));
    qint64 total = 0;
    for (const QByteArray &name : files.names(kDataDirectory))
        total += files.content(dataPath(name)).size();
    QCOMPARE(maker.segments().bytes(), total);
    QCOMPARE(qint64(maker.writer().bytesWritten()), total);
}

QTEST_GUILESS_MAIN(TestWalWriter)
#include "tst_walwriter.moc"
