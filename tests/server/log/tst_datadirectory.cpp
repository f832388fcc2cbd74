// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/datadirectory.h"

#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestDataDirectory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTellTheSeq();
    void filesAreFoundInOrder();
    void othersAreNotTakenForFilesOfTheLog_data();
    void othersAreNotTakenForFilesOfTheLog();
    void lockAndUnfinishedFilesAreNoData();
    void wholeFileIsThereForGood();
    void fileThatCannotBeMadeIsNotThere_data();
    void fileThatCannotBeMadeIsNotThere();
};

void TestDataDirectory::namesTellTheSeq()
{
    QCOMPARE(segmentName(42), "wal-00000000000000000042.log");
    QCOMPARE(snapshotName(41), "snapshot-00000000000000000041");
    QCOMPARE(segmentName(~0ULL), "wal-18446744073709551615.log");
    QCOMPARE(unfinishedName("x"), "x.tmp");
}

void TestDataDirectory::filesAreFoundInOrder()
{
    FaultyFileSystem files;
    for (const quint64 seq : {100ULL, 9ULL, ~0ULL, 10ULL}) {
        files.setContent(dataPath(segmentName(seq)), {});
        files.setContent(dataPath(snapshotName(seq)), {});
    }
    const auto found = DataDirectory::list(files, kDataDirectory);
    QVERIFY(found);
    const QList<quint64> seqs{9, 10, 100, ~0ULL};
    for (qsizetype i = 0; i < seqs.size(); ++i) {
        QCOMPARE(found->segments[i], (NumberedFile{segmentName(seqs[i]), seqs[i]}));
        QCOMPARE(found->snapshots[i], (NumberedFile{snapshotName(seqs[i]), seqs[i]}));
    }
    QVERIFY(!found->isEmpty());
}

void TestDataDirectory::othersAreNotTakenForFilesOfTheLog_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name :
         {"wal-1.log", "wal-0000000000000000001x.log", "wal-00000000000000000001.log.damaged",
          "wal-99999999999999999999.log", "wal-+0000000000000000001.log",
          "snapshot-0000000000000000001", "snapshot-000000000000000000001", "notes.tmp", "wal.tmp"})
        QTest::newRow(name) << QByteArray(name);
}

void TestDataDirectory::othersAreNotTakenForFilesOfTheLog()
{
    QFETCH(QByteArray, name);
    FaultyFileSystem files;
    files.setContent(dataPath(name), {});
    const auto found = DataDirectory::list(files, kDataDirectory);
    QVERIFY(found);
    QCOMPARE(found->others, QList<QByteArray>{name});
    QVERIFY(found->segments.isEmpty() && found->snapshots.isEmpty() && found->unfinished.isEmpty());
    QVERIFY(!found->isEmpty());
}

void TestDataDirectory::lockAndUnfinishedFilesAreNoData()
{
    FaultyFileSystem files;
    for (const QByteArray &name :
         {QByteArray("lock"), unfinishedName(segmentName(1)), unfinishedName(snapshotName(1))})
        files.setContent(dataPath(name), {});
    const auto found = DataDirectory::list(files, kDataDirectory);
    QVERIFY(found && found->isEmpty());
    QCOMPARE(found->unfinished.size(), 2);
}

void TestDataDirectory::wholeFileIsThereForGood()
{
    for (quint32 seed = 0; seed < 50; ++seed) {
        FaultyFileSystem files(seed);
        files.setShortWrites(true);
        auto file = createWhole(files, kDataDirectory, "name", "the content");
        QVERIFY(file);
        QVERIFY(writeAll(**file, " and more"));
        QCOMPARE(files.content(dataPath("name")), "the content and more");
        file->reset();
        files.crash(seed);
        QVERIFY(files.content(dataPath("name")).startsWith("the content"));
        QCOMPARE(files.names(kDataDirectory), QList<QByteArray>{"name"});
    }
}

void TestDataDirectory::fileThatCannotBeMadeIsNotThere_data()
{
    using Call = FaultyFileSystem::Call;
    QTest::addColumn<Call>("call");
    QTest::newRow("create") << Call::Create;
    QTest::newRow("write") << Call::Write;
    QTest::newRow("sync") << Call::Sync;
    QTest::newRow("rename") << Call::Rename;
}

void TestDataDirectory::fileThatCannotBeMadeIsNotThere()
{
    QFETCH(FaultyFileSystem::Call, call);
    FaultyFileSystem files;
    files.failNth(call, 1, ErrorCode::StorageFull);
    const auto file = createWhole(files, kDataDirectory, "name", "the content");
    QVERIFY(!file);
    QCOMPARE(file.error().code, ErrorCode::StorageFull);
    QVERIFY(!files.names(kDataDirectory).contains("name"));
}

QTEST_GUILESS_MAIN(TestDataDirectory)
#include "tst_datadirectory.moc"
