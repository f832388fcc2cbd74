// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/snapshotter.h"

#include "server/log/datadirectory.h"
#include "tests/support/faultyfilesystem.h"
#include "tests/support/loggedstore.h"
#include "tests/support/storemodel.h"

#include <QLoggingCategory>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestSnapshotter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("memorykv.*=false")); }

    void longLogGetsASnapshot();
    void wishFromBeforeIsHeard();
    void newSnapshotReplacesTheOld();
    void snapshotsGoOnWhileTheStoreIsWritten();
    void storeComesBackFromSnapshotAndLog();
    void failedSnapshotLeavesTheLogAlone_data();
    void failedSnapshotLeavesTheLogAlone();
    void snapshotHoldsNothingThatIsNotDurable();
};

namespace {

using Call = FaultyFileSystem::Call;

/// How long writes go on for a snapshot; on a busy machine any number of them may be too few.
constexpr std::chrono::seconds kPatience(60);

DiskLog::Options options()
{
    DiskLog::Options made;
    made.snapshotBytes = 4000;
    made.segmentSize = 1000;
    made.historyBytes = 0;
    return made;
}

class NoSink final : public RecoverySink
{
public:
    void restore(const std::vector<EntryPtr> &) override { }
    void replay(const std::vector<Record> &) override { }
};

/// Writes \a count keys, each durable.
void write(LoggedStore &server, int count, int from = 0)
{
    for (int i = from; i < from + count; ++i) {
        const auto outcome = server.store().apply(Operation::put(
            "k" + QByteArray::number(i % 50), QByteArray::number(i) + QByteArray(40, 'x'), {}, 0));
        QVERIFY(outcome);
        QVERIFY(server.waitDurable(outcome->seq));
    }
}

DataDirectory directoryOf(FaultyFileSystem &files)
{
    return *DataDirectory::list(files, LoggedStore::kDirectory);
}

} // namespace

void TestSnapshotter::longLogGetsASnapshot()
{
    FaultyFileSystem files;
    TestClock clock;
    LoggedStore server(files, clock, options());
    QVERIFY(server.open());
    write(server, 10);
    QCOMPARE(server.snapshots(), 0ULL);
    write(server, 90);
    QTRY_VERIFY(server.snapshots() > 0);
    QCOMPARE(directoryOf(files).snapshots.size(), 1);
    QTRY_VERIFY(directoryOf(files).segments.first().seq > 1); // what it covers goes
}

// Expiries may fill the log before the server has made its snapshotter.
void TestSnapshotter::wishFromBeforeIsHeard()
{
    FaultyFileSystem files;
    TestClock clock;
    DiskLog log(files, LoggedStore::kDirectory, options());
    KeyValueStore store(log, 0, clock.reader());
    NoSink sink;
    QVERIFY(log.open(sink));
    QVERIFY(!log.isSnapshotWanted());
    QVERIFY(store.apply(Operation::put("a", QByteArray(5000, 'x'), {}, 0)));
    QTRY_VERIFY(log.isSnapshotWanted());
    const Snapshotter snapshotter(store, log);
    QTRY_COMPARE(log.snapshotCount(), 1ULL);
    QVERIFY(!log.isSnapshotWanted());
}

void TestSnapshotter::newSnapshotReplacesTheOld()
{
    FaultyFileSystem files;
    TestClock clock;
    LoggedStore server(files, clock, options());
    QVERIFY(server.open());
    quint64 last = 0;
    for (quint64 round = 1; round <= 3; ++round) {
        const QDeadlineTimer deadline(kPatience);
        for (int i = 0; server.snapshots() < round && !deadline.hasExpired(); ++i)
            write(server, 1, i);
        QTRY_COMPARE(directoryOf(files).snapshots.size(), 1);
        QVERIFY(directoryOf(files).snapshots[0].seq > last);
        last = directoryOf(files).snapshots[0].seq;
    }
    QVERIFY(directoryOf(files).unfinished.isEmpty());
}

void TestSnapshotter::snapshotsGoOnWhileTheStoreIsWritten()
{
    FaultyFileSystem files;
    TestClock clock;
    StoreModel::State expected;
    {
        LoggedStore server(files, clock, options());
        QVERIFY(server.open());
        const QDeadlineTimer deadline(kPatience);
        for (int i = 0; server.snapshots() < 5 && !deadline.hasExpired(); ++i) {
            const auto outcome = server.store().apply(Operation::put(
                "k" + QByteArray::number(i * 7919LL % 3001), QByteArray::number(i), {}, 0));
            QVERIFY(outcome);
            if (i % 500 == 0)
                QVERIFY(server.store().removePrefix("k1"));
            if (i % 1000 == 0) // or the log, and the snapshot that waits for it, fall far behind
                QVERIFY(server.waitDurable(outcome->seq));
        }
        QVERIFY(server.snapshots() >= 5);
        expected = stateOf(server.store());
    }
    files.crash(1);
    LoggedStore server(files, clock, options());
    const auto found = server.open();
    QVERIFY(found);
    QVERIFY(found->snapshotSeq > 0);
    QCOMPARE(difference(stateOf(server.store()), expected), QByteArray());
}

void TestSnapshotter::storeComesBackFromSnapshotAndLog()
{
    FaultyFileSystem files;
    TestClock clock;
    StoreModel::State expected;
    for (int life = 0; life < 5; ++life) {
        LoggedStore server(files, clock, options());
        QVERIFY(server.open());
        QCOMPARE(difference(stateOf(server.store()), expected), QByteArray());
        write(server, 70, life * 70);
        expected = stateOf(server.store());
    }
}

void TestSnapshotter::failedSnapshotLeavesTheLogAlone_data()
{
    QTest::addColumn<Call>("call");
    QTest::newRow("create") << Call::Create;
    QTest::newRow("write") << Call::Write;
    QTest::newRow("sync") << Call::Sync;
    QTest::newRow("rename") << Call::Rename;
}

// One segment only, so that once nothing is appended all calls are the snapshot's.
void TestSnapshotter::failedSnapshotLeavesTheLogAlone()
{
    QFETCH(Call, call);
    FaultyFileSystem files;
    TestClock clock;
    DiskLog log(files, LoggedStore::kDirectory, {});
    KeyValueStore store(log, 0, clock.reader());
    NoSink sink;
    QVERIFY(log.open(sink));
    const Snapshotter snapshotter(store, log);
    QVERIFY(store.apply(Operation::put("a", "b", {}, 0)));
    QTRY_COMPARE(log.durableSeq(), 1ULL);
    files.failNth(call, 1, ErrorCode::StorageFull);
    Q_EMIT log.snapshotWanted();
    QTRY_VERIFY(files.hasFailed());
    QTRY_VERIFY(directoryOf(files).unfinished.isEmpty());
    QCOMPARE(log.snapshotCount(), 0ULL);
    QVERIFY(!log.hasFailed());
    QVERIFY(store.apply(Operation::put("c", "d", {}, 0)));
    QTRY_COMPARE(log.durableSeq(), 2ULL);
    Q_EMIT log.snapshotWanted(); // and the next one is made
    QTRY_COMPARE(log.snapshotCount(), 1ULL);
    QCOMPARE(directoryOf(files).snapshots.size(), 1);
}

// With --fsync never, a snapshot makes the log durable up to where it goes, first.
void TestSnapshotter::snapshotHoldsNothingThatIsNotDurable()
{
    for (quint32 seed = 0; seed < 20; ++seed) {
        FaultyFileSystem files(seed);
        TestClock clock;
        DiskLog::Options never = options();
        never.fsync = FsyncPolicy::Never;
        {
            LoggedStore server(files, clock, never);
            QVERIFY(server.open());
            const QDeadlineTimer deadline(kPatience);
            for (int i = 0; server.snapshots() == 0 && !deadline.hasExpired(); ++i)
                write(server, 1, i);
            files.stopAfter(0);
        }
        files.crash(seed);
        const quint64 seq = directoryOf(files).snapshots.last().seq;
        LoggedStore server(files, clock, never);
        const auto found = server.open();
        QVERIFY2(found, found ? "" : found.error().detail.constData());
        QVERIFY(server.log().lastSeq() >= seq);
    }
}

QTEST_GUILESS_MAIN(TestSnapshotter)
#include "tst_snapshotter.moc"
