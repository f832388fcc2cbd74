// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/repair.h"

#include "server/log/disklog.h"
#include "server/log/snapshotfile.h"
#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestRepair : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wholeDirectoryIsLeftAlone();
    void tornTailIsNotRepaired();
    void damagedSegmentIsCopiedAndCut();
    void laterSegmentsAreSetAside();
    void missingSegmentSetsAsideWhatFollows();
    void damagedSnapshotIsSetAside();
    void repairedDirectoryIsAnotherHistory();
    void anotherRepairKeepsWhatTheFirstPutAside();
    void interruptedRepairLosesNothing();
    void whatCannotBeReadIsNotRepaired();

    void restoreMakesADirectory();
    void restoreNeedsAnEmptyDirectory();
    void restoreRefusesWhatIsNotASnapshot();
    void interruptedRestoreLeavesNothingToStartWith();
};

namespace {

const QByteArray kFirst = "wal-00000000000000000001.log";

/// Three segments of two records each, synced.
void fill(FaultyFileSystem &files)
{
    WalWriter::Options options = SegmentMaker::defaultOptions();
    options.segmentSize = 150;
    SegmentMaker maker(files, options);
    for (quint64 seq = 1; seq <= 6; ++seq)
        maker.add(putRecords(seq, seq));
    QCOMPARE(files.names(kDataDirectory).size(), 3);
}

void damage(FaultyFileSystem &files, const QByteArray &name, qsizetype at)
{
    QByteArray bytes = files.content(dataPath(name));
    bytes[at] = char(~bytes[at]);
    files.setContent(dataPath(name), bytes);
}

QByteArray snapshotBytes(quint64 seq)
{
    SnapshotEncoder encoder({7, seq, kRecordTimeMs});
    QByteArray bytes;
    encoder.begin(bytes);
    encoder.add({Entry::create({"a", "1", "t/x", seq, 5}), Entry::create({"b", {}, {}, 1, 0})},
                bytes);
    encoder.end(bytes);
    return bytes;
}

RepairReport repaired(FileSystem &files)
{
    const auto report = repair(files, kDataDirectory);
    if (!report)
        QTest::qFail(report.error().detail.constData(), __FILE__, __LINE__);
    return report ? *report : RepairReport();
}

} // namespace

void TestRepair::wholeDirectoryIsLeftAlone()
{
    FaultyFileSystem files;
    fill(files);
    const QByteArray before = files.content(dataPath(kFirst));
    QCOMPARE(repaired(files), RepairReport());
    QCOMPARE(files.names(kDataDirectory).size(), 3);
    QCOMPARE(files.content(dataPath(kFirst)), before);
}

void TestRepair::tornTailIsNotRepaired()
{
    FaultyFileSystem files;
    fill(files);
    const QByteArray last = dataPath(files.names(kDataDirectory).last());
    files.setContent(last, files.content(last).chopped(3));
    QCOMPARE(repaired(files), RepairReport()); // the next start cuts it
}

void TestRepair::damagedSegmentIsCopiedAndCut()
{
    FaultyFileSystem files;
    {
        SegmentMaker maker(files);
        maker.add(putRecords(1, 1));
        maker.add(putRecords(2, 2));
        maker.add(putRecords(3, 3));
    }
    const qsizetype size = files.content(dataPath(kFirst)).size();
    damage(files, kFirst, size / 2);
    const QByteArray before = files.content(dataPath(kFirst));
    const RepairReport report = repaired(files);
    QVERIFY(report.join('\n').contains("lost: all that was written from seq 2 on"));
    QVERIFY(report.join('\n').contains(kFirst + ", offset "));
    QCOMPARE(files.content(dataPath(kFirst + ".damaged")), before);
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 1)));
}

void TestRepair::laterSegmentsAreSetAside()
{
    FaultyFileSystem files;
    fill(files);
    const QList<QByteArray> names = files.names(kDataDirectory);
    damage(files, kFirst, files.content(dataPath(kFirst)).size() - 1);
    repaired(files);
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 1)));
    for (const QByteArray &name : names)
        QVERIFY(files.names(kDataDirectory).contains(name + ".damaged"));
}

void TestRepair::missingSegmentSetsAsideWhatFollows()
{
    FaultyFileSystem files;
    fill(files);
    const QList<QByteArray> names = files.names(kDataDirectory);
    QVERIFY(files.remove(dataPath(names[1])));
    const RecoveryResult before = recover(files);
    QVERIFY(!before.found);
    QVERIFY(before.found.error().detail.contains("are missing"));
    repaired(files);
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 2)));
    QVERIFY(files.names(kDataDirectory).contains(names[2] + ".damaged"));
}

void TestRepair::damagedSnapshotIsSetAside()
{
    FaultyFileSystem files;
    fill(files);
    const QByteArray name = "snapshot-00000000000000000004";
    files.setContent(dataPath(name), snapshotBytes(4));
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(5, 6)));
    damage(files, name, 60);
    QVERIFY(!recover(files).found);
    repaired(files);
    QVERIFY(files.names(kDataDirectory).contains(name + ".damaged"));
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 6))); // the log reaches back
}

void TestRepair::repairedDirectoryIsAnotherHistory()
{
    FaultyFileSystem files;
    fill(files);
    damage(files, kFirst, 60);
    repaired(files);
    const RecoveryResult result = recover(files);
    QVERIFY(result.found);
    QVERIFY(result.found->tail.epoch > 7);
    QCOMPARE(result.found->tail.nextSeq, 1ULL);
}

void TestRepair::anotherRepairKeepsWhatTheFirstPutAside()
{
    FaultyFileSystem files;
    fill(files);
    damage(files, kFirst, files.content(dataPath(kFirst)).size() - 1);
    const QByteArray first = files.content(dataPath(kFirst));
    repaired(files);
    damage(files, kFirst, 60);
    const QByteArray second = files.content(dataPath(kFirst));
    repaired(files);
    QCOMPARE(files.content(dataPath(kFirst + ".damaged")), first);
    QCOMPARE(files.content(dataPath(kFirst + ".damaged-2")), second);
}

// Whenever the power goes, the bytes of each damaged file are there, under the one name or another.
void TestRepair::interruptedRepairLosesNothing()
{
    for (int calls = 0; calls < 40; ++calls) {
        FaultyFileSystem files;
        fill(files);
        damage(files, kFirst, files.content(dataPath(kFirst)).size() - 1);
        QList<QByteArray> contents;
        for (const QByteArray &name : files.names(kDataDirectory))
            contents.append(files.content(dataPath(name)));
        files.stopAfter(calls);
        (void)repair(files, kDataDirectory);
        files.crash(quint32(calls));

        const auto isThere = [&](const QByteArray &content) {
            const auto names = files.names(kDataDirectory);
            return std::any_of(names.begin(), names.end(), [&](const QByteArray &name) {
                return files.content(dataPath(name)) == content;
            });
        };
        for (const QByteArray &content : contents)
            QVERIFY2(isThere(content), QByteArray::number(calls).constData());
        // No server goes on in the history that was lost.
        CollectingSink sink;
        {
            DiskLog log(files, kDataDirectory, {});
            const auto opened = log.open(sink);
            QVERIFY(!opened || log.epoch() > 7);
            QVERIFY(opened || opened.error().code == ErrorCode::Damaged);
        }
        repaired(files);
        QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 1)));
        QVERIFY(recover(files).found->tail.epoch > 7);
        QVERIFY(!files.names(kDataDirectory).contains("repairing"));
    }
}

void TestRepair::whatCannotBeReadIsNotRepaired()
{
    for (int nth = 1; nth <= 3; ++nth) {
        FaultyFileSystem files;
        fill(files);
        files.failNth(FaultyFileSystem::Call::Read, nth);
        const auto report = repair(files, kDataDirectory);
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::StorageFailed);
        QCOMPARE(files.names(kDataDirectory).size(), 3);
    }
}

void TestRepair::restoreMakesADirectory()
{
    FaultyFileSystem files;
    files.setContent("backup", snapshotBytes(42));
    QVERIFY(restoreSnapshot(files, "backup", kDataDirectory, 99));
    files.crash(1);
    const RecoveryResult result = recover(files);
    QVERIFY(result.found);
    QCOMPARE(result.found->tail.epoch, 99ULL);
    QCOMPARE(result.found->tail.nextSeq, 43ULL);
    QCOMPARE(result.sink.entries,
             (QList<QByteArray>{"a = 1 as t/x, revision 42, expiry 5",
                                "b =  as application/octet-stream, revision 1, expiry 0"}));
}

void TestRepair::restoreNeedsAnEmptyDirectory()
{
    FaultyFileSystem files;
    files.setContent("backup", snapshotBytes(42));
    files.setContent(dataPath("notes.txt"), "mine");
    const auto done = restoreSnapshot(files, "backup", kDataDirectory, 99);
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::InvalidArgument);
}

void TestRepair::restoreRefusesWhatIsNotASnapshot()
{
    const QByteArray whole = snapshotBytes(42);
    for (qsizetype size = 0; size < whole.size(); ++size) {
        FaultyFileSystem files;
        files.setContent("backup", whole.first(size));
        const auto done = restoreSnapshot(files, "backup", kDataDirectory, 99);
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::Damaged);
        QVERIFY(done.error().detail.startsWith("backup, offset "));
        const auto found = DataDirectory::list(files, kDataDirectory);
        QVERIFY(found && found->isEmpty());
    }
    FaultyFileSystem files;
    files.setContent("backup", whole + 'x');
    QVERIFY(!restoreSnapshot(files, "backup", kDataDirectory, 99));
}

void TestRepair::interruptedRestoreLeavesNothingToStartWith()
{
    for (int calls = 0; calls < 8; ++calls) {
        FaultyFileSystem files;
        files.setContent("backup", snapshotBytes(42));
        files.stopAfter(calls);
        const bool isDone = restoreSnapshot(files, "backup", kDataDirectory, 99).ok();
        files.crash(quint32(calls));
        const RecoveryResult result = recover(files);
        QVERIFY(result.found);
        QVERIFY(result.sink.entries.size() == 2 || (!isDone && result.sink.entries.isEmpty()));
        if (result.sink.entries.isEmpty())
            QVERIFY(restoreSnapshot(files, "backup", kDataDirectory, 99));
    }
}

QTEST_GUILESS_MAIN(TestRepair)
#include "tst_repair.moc"
