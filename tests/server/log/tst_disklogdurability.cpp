// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/log/disklogfixture.h"

#include <QLoggingCategory>

using namespace memorykv;
using namespace memorykv::test;
using Call = FaultyFileSystem::Call;

class TestDiskLogDurability : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("memorykv.*=false")); }

    void seqAndEpochGoOn_data();
    void seqAndEpochGoOn();
    void makeDurableSyncsWhateverThePolicy_data();
    void makeDurableSyncsWhateverThePolicy();
    void intervalSyncsByItself();
    void neverSyncsOnlyWhatItMust();
    void snapshotIsWantedOnceUntilAnswered();
    void snapshotLetsSegmentsGo();
    void failureIsForGood_data();
    void failureIsForGood();
    void failureIsToldToWhoeverWaits();
    void failureLosesNoAnnouncement();
    void unfinishedFilesAreRemoved();
};

void TestDiskLogDurability::seqAndEpochGoOn_data()
{
    QTest::addColumn<FsyncPolicy>("before");
    QTest::addColumn<FsyncPolicy>("after");
    QTest::addColumn<bool>("isOrderly");
    QTest::addColumn<bool>("isSameEpoch");
    const auto always = FsyncPolicy::Always;
    const auto interval = FsyncPolicy::Interval;
    const auto never = FsyncPolicy::Never;
    QTest::newRow("always, stopped") << always << always << true << true;
    QTest::newRow("always, killed") << always << always << false << true;
    QTest::newRow("always, killed, then never") << always << never << false << true;
    QTest::newRow("interval, stopped") << interval << interval << true << true;
    QTest::newRow("interval, killed") << interval << interval << false << false;
    QTest::newRow("interval, killed, then always") << interval << always << false << false;
    QTest::newRow("interval, stopped, then always") << interval << always << true << true;
    QTest::newRow("never, stopped") << never << never << true << true;
    QTest::newRow("never, killed") << never << never << false << false;
}

void TestDiskLogDurability::seqAndEpochGoOn()
{
    QFETCH(FsyncPolicy, before);
    QFETCH(FsyncPolicy, after);
    QFETCH(bool, isOrderly);
    QFETCH(bool, isSameEpoch);
    FaultyFileSystem files;
    quint64 epoch = 0;
    {
        DiskLogFixture fixture(files, logOptions(before));
        epoch = fixture.log.epoch();
        QVERIFY(fixture.appendDurably(putRecords(1, 3)));
        if (!isOrderly)
            files.stopAfter(0);
    }
    files.restart();
    for (int start = 0; start < 2; ++start) { // the second one follows an orderly stop
        DiskLogFixture fixture(files, logOptions(after));
        QCOMPARE(fixture.log.lastSeq(), 3ULL);
        QCOMPARE(fixture.log.durableSeq(), 3ULL);
        if (start == 0) {
            QCOMPARE(fixture.log.epoch() == epoch, isSameEpoch);
            QVERIFY(fixture.log.epoch() >= epoch);
            epoch = fixture.log.epoch();
        }
        QCOMPARE(fixture.log.epoch(), epoch);
    }
    DiskLogFixture fixture(files, logOptions(after));
    QVERIFY(fixture.appendDurably(putRecords(4, 4)));
    QCOMPARE(textsOf(fixture.log.read(0, 1 << 20).records), textsOf(putRecords(1, 4)));
}

void TestDiskLogDurability::makeDurableSyncsWhateverThePolicy_data()
{
    QTest::addColumn<FsyncPolicy>("policy");
    QTest::newRow("always") << FsyncPolicy::Always;
    QTest::newRow("interval") << FsyncPolicy::Interval;
    QTest::newRow("never") << FsyncPolicy::Never;
}

void TestDiskLogDurability::makeDurableSyncsWhateverThePolicy()
{
    QFETCH(FsyncPolicy, policy);
    for (quint32 seed = 0; seed < 20; ++seed) {
        FaultyFileSystem files(seed);
        {
            DiskLogFixture fixture(files, logOptions(policy));
            for (quint64 seq = 1; seq <= 20; ++seq)
                fixture.append(putRecords(seq, seq));
            QVERIFY(fixture.log.makeDurable(20));
            QVERIFY(fixture.log.makeDurable(20)); // again costs nothing
            QVERIFY(fixture.log.makeDurable(0));
            files.stopAfter(0);
        }
        files.crash(seed);
        QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 20)));
    }
}

void TestDiskLogDurability::intervalSyncsByItself()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files, logOptions(FsyncPolicy::Interval));
    const int before = files.calls(Call::Sync);
    QVERIFY(fixture.appendDurably(putRecords(1, 1)));
    QTRY_VERIFY(files.calls(Call::Sync) > before);
}

void TestDiskLogDurability::neverSyncsOnlyWhatItMust()
{
    FaultyFileSystem files;
    {
        DiskLogFixture fixture(files, logOptions(FsyncPolicy::Never));
        const int before = files.calls(Call::Sync);
        for (quint64 seq = 1; seq <= 20; ++seq)
            QVERIFY(fixture.appendDurably(putRecords(seq, seq)));
        QCOMPARE(files.calls(Call::Sync), before);
    }
    files.crash(5); // after an orderly stop there is nothing to lose
    QCOMPARE(recover(files).sink.records, textsOf(putRecords(1, 20)));
}

void TestDiskLogDurability::snapshotIsWantedOnceUntilAnswered()
{
    FaultyFileSystem files;
    DiskLog::Options options = logOptions();
    options.snapshotBytes = 1000;
    DiskLogFixture fixture(files, options);
    QSignalSpy wanted(&fixture.log, &DiskLog::snapshotWanted);
    quint64 seq = 0;
    const auto write = [&](int count) {
        for (int i = 0; i < count; ++i) {
            ++seq;
            QVERIFY(fixture.appendDurably(putRecords(seq, seq)));
        }
    };
    write(5);
    QCOMPARE(wanted.size(), 0);
    write(30);
    QTRY_COMPARE(wanted.size(), 1);
    write(30);
    QCOMPARE(wanted.size(), 1);
    fixture.log.snapshotFailed();
    write(30);
    QTRY_COMPARE(wanted.size(), 2);
    fixture.log.snapshotTaken(seq, 5000); // a large state asks for a longer log
    write(30);
    QCOMPARE(wanted.size(), 2);
    write(60);
    QTRY_COMPARE(wanted.size(), 3);
}

void TestDiskLogDurability::snapshotLetsSegmentsGo()
{
    FaultyFileSystem files;
    DiskLog::Options options = logOptions();
    options.segmentSize = 300;
    options.historyBytes = 600;
    DiskLogFixture fixture(files, options);
    for (quint64 seq = 1; seq <= 40; ++seq)
        QVERIFY(fixture.appendDurably(putRecords(seq, seq)));
    const qsizetype before = files.names(kDataDirectory).size();
    fixture.log.snapshotTaken(30, 100);
    QVERIFY(files.names(kDataDirectory).size() < before);
    const auto range = fixture.log.read(0, 1 << 20);
    QVERIFY(range.firstHeld > 1 && range.firstHeld <= 30);
    QCOMPARE(textsOf(range.records), textsOf(putRecords(range.firstHeld, 40)));
}

void TestDiskLogDurability::failureIsForGood_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<ErrorCode>("code");
    QTest::newRow("write") << Call::Write << ErrorCode::StorageFailed;
    QTest::newRow("sync") << Call::Sync << ErrorCode::StorageFailed;
    QTest::newRow("full") << Call::Write << ErrorCode::StorageFull;
}

void TestDiskLogDurability::failureIsForGood()
{
    QFETCH(Call, call);
    QFETCH(ErrorCode, code);
    FaultyFileSystem files;
    {
        DiskLogFixture fixture(files);
        fixture.log.addWatcher();
        QSignalSpy failed(&fixture.log, &Log::failed);
        QVERIFY(fixture.appendDurably(putRecords(1, 2)));
        files.failNth(call, 1, code);
        fixture.append(putRecords(3, 3));
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(fixture.log.hasFailed());
        QCOMPARE(fixture.log.failure().code, code);
        const int syncs = files.calls(Call::Sync);
        const int writes = files.calls(Call::Write);
        fixture.append(putRecords(3, 3));
        QCOMPARE(fixture.log.durableSeq(), 2ULL);
        QCOMPARE(fixture.log.lastSeq(), 2ULL);
        QCOMPARE(fixture.log.makeDurable(3).error().code, code);
        QVERIFY(fixture.log.makeDurable(2));
        QCOMPARE(textsOf(fixture.log.read(0, 1 << 20).records), textsOf(putRecords(1, 2)));
        QCOMPARE(fixture.published(), textsOf(putRecords(1, 2)));
        QCOMPARE(files.calls(Call::Sync), syncs);
        QCOMPARE(files.calls(Call::Write), writes);
    }
    QCOMPARE(files.syncsAfterFailure(), 0);
    QVERIFY(!recover(files).found->stoppedInOrder);
}

void TestDiskLogDurability::failureIsToldToWhoeverWaits()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files, logOptions(FsyncPolicy::Never));
    QVERIFY(fixture.appendDurably(putRecords(1, 1)));
    files.failNth(Call::Sync, 1);
    const auto done = fixture.log.makeDurable(1);
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::StorageFailed);
}

void TestDiskLogDurability::failureLosesNoAnnouncement()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    fixture.log.addWatcher();
    QVERIFY(fixture.appendDurably(putRecords(1, 1)));
    files.failNth(Call::Write, 1);
    fixture.append(putRecords(2, 2));
    QTRY_VERIFY(fixture.log.hasFailed());
    fixture.log.announce(keyRecord(Op::Read, 0, "k1"));
    QTRY_COMPARE(fixture.published(),
                 textsOf(putRecords(1, 1)) + QList{textOf(keyRecord(Op::Read, 1, "k1"))});
}

void TestDiskLogDurability::unfinishedFilesAreRemoved()
{
    FaultyFileSystem files;
    files.setContent(dataPath(unfinishedName(snapshotName(7))), "half");
    files.setContent(dataPath("mine.tmp"), "not of the log");
    const DiskLogFixture fixture(files);
    QCOMPARE(files.names(kDataDirectory), (QList<QByteArray>{"mine.tmp", segmentName(1)}));
}

QTEST_GUILESS_MAIN(TestDiskLogDurability)
#include "tst_disklogdurability.moc"
