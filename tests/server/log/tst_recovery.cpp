// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/recovery.h"

#include "server/log/snapshotfile.h"
#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestRecovery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyDirectoryHoldsNothing();
    void logAloneIsReplayed();
    void snapshotAloneIsRestored();
    void logGoesOnBehindTheSnapshot();
    void newestSnapshotIsTaken();
    void unfinishedFilesAreNotRead();
    void batchesStayTogether();
    void whatIsBeforeTheSnapshotCanBeReadBack();
    void tailTellsWhereToGoOn();
    void orderlyStopIsTold();
    void tornTailIsTold();
    void tailOfZerosIsToldUnlessItIsRoom();
    void missingRecordsStopIt_data();
    void missingRecordsStopIt();
    void wrongNamesStopIt();
    void errorsOfTheDiskAreNotDamage();
    void nothingIsWritten();
    void progressIsTold();
    void canBeGivenUp();
};

namespace {

/// Segments of two records each.
void fill(FaultyFileSystem &files, quint64 last,
          WalWriter::Options options = SegmentMaker::defaultOptions())
{
    options.segmentSize = 150;
    SegmentMaker maker(files, options);
    for (quint64 seq = 1; seq <= last; ++seq)
        maker.add(putRecords(seq, seq));
}

void addSnapshot(FaultyFileSystem &files, quint64 seq, const QByteArray &value = "v")
{
    SnapshotEncoder encoder({7, seq, kRecordTimeMs});
    QByteArray bytes;
    encoder.begin(bytes);
    encoder.add({Entry::create({"a", value, {}, 1, 0})}, bytes);
    encoder.end(bytes);
    files.setContent(dataPath(snapshotName(seq)), bytes);
}

QByteArray problemOf(const RecoveryResult &result)
{
    return result.found ? QByteArray("none") : result.found.error().detail;
}

} // namespace

void TestRecovery::emptyDirectoryHoldsNothing()
{
    FaultyFileSystem files;
    files.setContent(dataPath("lock"), {});
    const RecoveryResult result = recover(files);
    QVERIFY(result.found);
    QCOMPARE(result.found->tail.epoch, 0ULL);
    QCOMPARE(result.found->tail.nextSeq, 1ULL);
    QVERIFY(result.found->tail.segment.isEmpty());
    QCOMPARE(result.found->segments, 0);
    QVERIFY(!result.found->stoppedInOrder);
}

void TestRecovery::logAloneIsReplayed()
{
    FaultyFileSystem files;
    fill(files, 7);
    const RecoveryResult result = recover(files);
    QCOMPARE(problemOf(result), "none");
    QCOMPARE(result.sink.records, textsOf(putRecords(1, 7)));
    QCOMPARE(result.found->records, 7ULL);
    QCOMPARE(result.found->segments, 4);
    QCOMPARE(result.found->snapshotSeq, 0ULL);
}

void TestRecovery::snapshotAloneIsRestored()
{
    FaultyFileSystem files;
    addSnapshot(files, 12);
    const RecoveryResult result = recover(files);
    QCOMPARE(problemOf(result), "none");
    QCOMPARE(result.sink.entries.size(), 1);
    QCOMPARE(result.found->tail.epoch, 7ULL);
    QCOMPARE(result.found->tail.nextSeq, 13ULL);
    QCOMPARE(result.found->snapshotSeq, 12ULL);
    QCOMPARE(result.found->snapshotBytes, files.content(dataPath(snapshotName(12))).size());
}

void TestRecovery::logGoesOnBehindTheSnapshot()
{
    for (quint64 seq = 1; seq <= 7; ++seq) {
        FaultyFileSystem files;
        fill(files, 7);
        addSnapshot(files, seq);
        const RecoveryResult result = recover(files);
        QCOMPARE(problemOf(result), "none");
        QCOMPARE(result.sink.entries.size(), 1);
        QCOMPARE(result.sink.records, textsOf(putRecords(seq + 1, 7)));
        QCOMPARE(result.found->tail.nextSeq, 8ULL);
    }
}

void TestRecovery::newestSnapshotIsTaken()
{
    FaultyFileSystem files;
    fill(files, 7);
    addSnapshot(files, 3, "old");
    addSnapshot(files, 5, "new");
    const RecoveryResult result = recover(files);
    QCOMPARE(result.sink.entries.size(), 1);
    QVERIFY(result.sink.entries[0].contains("new"));
    QCOMPARE(result.sink.records, textsOf(putRecords(6, 7)));
}

void TestRecovery::unfinishedFilesAreNotRead()
{
    FaultyFileSystem files;
    fill(files, 3);
    files.setContent(dataPath(unfinishedName(snapshotName(3))), "half of a snapshot");
    files.setContent(dataPath(unfinishedName(segmentName(4))), "half of a header");
    const RecoveryResult result = recover(files);
    QCOMPARE(problemOf(result), "none");
    QCOMPARE(result.sink.records, textsOf(putRecords(1, 3)));
}

void TestRecovery::batchesStayTogether()
{
    FaultyFileSystem files;
    SegmentMaker maker(files);
    maker.add(putRecords(1, 1));
    maker.add(putRecords(2, 6));
    maker.add(putRecords(7, 7));
    QCOMPARE(recover(files).sink.groups, (QList<qsizetype>{1, 5, 1}));
}

void TestRecovery::whatIsBeforeTheSnapshotCanBeReadBack()
{
    FaultyFileSystem files;
    fill(files, 7);
    addSnapshot(files, 6);
    Segments segments(files, kDataDirectory);
    CollectingSink sink;
    QVERIFY(Recovery(files, kDataDirectory, segments, sink).run());
    const auto range = segments.read(0, 7, 1 << 20);
    QVERIFY(range);
    QCOMPARE(textsOf(range->records), textsOf(putRecords(1, 7)));
}

void TestRecovery::tailTellsWhereToGoOn()
{
    FaultyFileSystem files;
    fill(files, 3);
    const WalTail tail = recover(files).found->tail;
    QCOMPARE(tail.epoch, 7ULL);
    QCOMPARE(tail.nextSeq, 4ULL);
    QCOMPARE(tail.segment, segmentName(3));
    QCOMPARE(tail.offset, files.content(dataPath(segmentName(3))).size());
    QCOMPARE(tail.header.firstSeq, 3ULL);
    QCOMPARE(tail.header.flags, wal::SegmentHeader::kAlwaysSynced);
}

void TestRecovery::orderlyStopIsTold()
{
    FaultyFileSystem files;
    {
        SegmentMaker maker(files);
        maker.add(putRecords(1, 1));
        QVERIFY(maker.writer().close());
    }
    QVERIFY(recover(files).found->stoppedInOrder);
    QVERIFY(recover(files).found->tail.isDurable);
    SegmentMaker(files).add(putRecords(2, 2));
    QVERIFY(!recover(files).found->stoppedInOrder);
    QVERIFY(!recover(files).found->tail.isDurable);
}

void TestRecovery::tornTailIsTold()
{
    FaultyFileSystem files;
    fill(files, 3);
    const QByteArray path = dataPath(segmentName(3));
    const qsizetype end = files.content(path).size();
    files.setContent(path, files.content(path) + "torn");
    const RecoveryResult result = recover(files);
    QCOMPARE(problemOf(result), "none");
    QVERIFY2(result.found->tornTail.startsWith(path + ", offset " + QByteArray::number(end) + ':'),
             result.found->tornTail.constData());
    QCOMPARE(result.found->tail.offset, end);
    QCOMPARE(result.sink.records, textsOf(putRecords(1, 3)));
}

void TestRecovery::tailOfZerosIsToldUnlessItIsRoom()
{
    for (const bool isRoom : {false, true}) {
        FaultyFileSystem files;
        WalWriter::Options options = SegmentMaker::defaultOptions();
        options.flags = isRoom ? wal::SegmentHeader::kAlwaysSynced : 0;
        fill(files, 3, options);
        const QByteArray path = dataPath(segmentName(3));
        const qsizetype end = files.content(path).size();
        files.setContent(path, files.content(path) + QByteArray(1000, '\0'));
        const RecoveryResult result = recover(files);
        QCOMPARE(problemOf(result), "none");
        QCOMPARE(result.found->tail.offset, end);
        QCOMPARE(result.found->tornTail.contains("1000 bytes were never written"), !isRoom);
        QCOMPARE(result.found->tornTail.isEmpty(), isRoom);
    }
}

void TestRecovery::missingRecordsStopIt_data()
{
    QTest::addColumn<quint64>("removed");
    QTest::addColumn<quint64>("snapshot");
    QTest::addColumn<QByteArray>("problem");
    QTest::newRow("the first") << 1ULL << 0ULL << QByteArray("seq 1 to 2 are missing");
    QTest::newRow("in the middle") << 3ULL << 0ULL << QByteArray("seq 3 to 4 are missing");
    QTest::newRow("behind the snapshot") << 1ULL << 1ULL << QByteArray("seq 2 to 2 are missing");
    QTest::newRow("not behind it") << 1ULL << 2ULL << QByteArray("none");
    QTest::newRow("the log ends before it") << 7ULL << 8ULL << QByteArray("before the snapshot");
}

void TestRecovery::missingRecordsStopIt()
{
    QFETCH(quint64, removed);
    QFETCH(quint64, snapshot);
    QFETCH(QByteArray, problem);
    FaultyFileSystem files;
    fill(files, 8);
    if (snapshot > 0)
        addSnapshot(files, snapshot);
    QVERIFY(files.remove(dataPath(segmentName(removed))));
    const RecoveryResult result = recover(files);
    QVERIFY2(problemOf(result).contains(problem), problemOf(result).constData());
    if (!result.found)
        QCOMPARE(result.found.error().code, ErrorCode::Damaged);
}

void TestRecovery::wrongNamesStopIt()
{
    FaultyFileSystem files;
    fill(files, 4);
    QVERIFY(files.rename(dataPath(segmentName(3)), dataPath(segmentName(2))));
    QVERIFY(problemOf(recover(files)).contains("its name does not tell the seq"));

    FaultyFileSystem others;
    addSnapshot(others, 4);
    QVERIFY(others.rename(dataPath(snapshotName(4)), dataPath(snapshotName(5))));
    QVERIFY(problemOf(recover(others)).contains("its name does not tell the seq"));
}

void TestRecovery::errorsOfTheDiskAreNotDamage()
{
    using Call = FaultyFileSystem::Call;
    for (const Call call : {Call::List, Call::Open, Call::Read}) {
        for (int nth = 1;; ++nth) {
            FaultyFileSystem files;
            fill(files, 5);
            addSnapshot(files, 3);
            files.failNth(call, nth);
            const RecoveryResult result = recover(files);
            if (!files.hasFailed()) {
                QVERIFY(nth > 1);
                break;
            }
            QVERIFY(!result.found);
            QCOMPARE(result.found.error().code, ErrorCode::StorageFailed);
            QVERIFY(!result.damage);
        }
    }
}

void TestRecovery::nothingIsWritten()
{
    FaultyFileSystem files;
    fill(files, 5);
    addSnapshot(files, 3);
    const QByteArray path = dataPath(segmentName(5));
    files.setContent(path, files.content(path) + "torn");
    const auto calls = [&files] {
        QList<int> counts;
        for (int call = 0; call < FaultyFileSystem::kCallCount; ++call)
            counts.append(files.calls(FaultyFileSystem::Call(call)));
        for (const auto reading : {FaultyFileSystem::Call::Open, FaultyFileSystem::Call::Read,
                                   FaultyFileSystem::Call::List})
            counts[int(reading)] = 0;
        return counts;
    };
    const QList<int> before = calls();
    QVERIFY(recover(files).found);
    QCOMPARE(calls(), before);
}

void TestRecovery::progressIsTold()
{
    FaultyFileSystem files;
    fill(files, 5);
    addSnapshot(files, 3);
    Segments segments(files, kDataDirectory);
    CollectingSink sink;
    qint64 last = 0;
    qint64 total = 0;
    bool isInOrder = true;
    Recovery recovery(files, kDataDirectory, segments, sink, [&](const RecoveryProgress &progress) {
        // The total is known from the first time on.
        isInOrder = isInOrder && progress.bytesDone > last
                    && progress.bytesDone <= progress.bytesTotal
                    && (total == 0 || progress.bytesTotal == total);
        last = progress.bytesDone;
        total = progress.bytesTotal;
        return true;
    });
    QVERIFY(recovery.run());
    QVERIFY(isInOrder);
    QVERIFY(last > 0);
}

void TestRecovery::canBeGivenUp()
{
    FaultyFileSystem files;
    fill(files, 5);
    Segments segments(files, kDataDirectory);
    CollectingSink sink;
    const auto found
        = Recovery(files, kDataDirectory, segments, sink, [](const RecoveryProgress &) {
              return false;
          }).run();
    QVERIFY(!found);
    QCOMPARE(found.error().code, ErrorCode::Unavailable);
    QCOMPARE(sink.records.size(), 1);
}

QTEST_GUILESS_MAIN(TestRecovery)
#include "tst_recovery.moc"
