// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/log/disklogfixture.h"

#include <QLoggingCategory>
#include <QSemaphore>

using namespace memorykv;
using namespace memorykv::test;
using Call = FaultyFileSystem::Call;

class TestDiskLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("memorykv.*=false")); }

    void beginsEmpty();
    void appendedBecomesDurable();
    void oneSyncServesAll();
    void publishedIsDurable();
    void publishesInOrderWithAnnouncementsInBetween();
    void nobodyWatchingPublishesNothing();
    void watcherMissesNothing();
    void historyIsReadFromMemoryAndFiles_data();
    void historyIsReadFromMemoryAndFiles();
    void historyOfNothingHoldsNothing();
    void damagedHistoryIsAGap();
    void syncsAreCounted();
    void whatIsNotDurableIsCounted();
    void stopWritesAndPublishesWhatIsQueued();
};

void TestDiskLog::beginsEmpty()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    QCOMPARE(fixture.log.lastSeq(), 0ULL);
    QCOMPARE(fixture.log.durableSeq(), 0ULL);
    QVERIFY(fixture.log.epoch() > 0);
    QVERIFY(!fixture.log.hasFailed());
    QVERIFY(fixture.log.canFail());
    QVERIFY(fixture.log.read(0, 100).records.empty());
    QCOMPARE(fixture.log.read(0, 100).firstHeld, 1ULL);
}

void TestDiskLog::appendedBecomesDurable()
{
    FaultyFileSystem files;
    {
        DiskLogFixture fixture(files);
        QSignalSpy durable(&fixture.log, &Log::durable);
        QVERIFY(fixture.appendDurably(putRecords(1, 1)));
        QVERIFY(fixture.appendDurably(putRecords(2, 5)));
        QTRY_COMPARE(durable.size(), 2);
        QCOMPARE(durable.last().first().toULongLong(), 5ULL);
        QCOMPARE(fixture.log.lastSeq(), 5ULL);
        files.stopAfter(0);
    }
    files.crash(3);
    QCOMPARE(DiskLogFixture(files).recovered, textsOf(putRecords(1, 5)));
}

void TestDiskLog::oneSyncServesAll()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    const int before = files.calls(Call::Sync);
    for (quint64 seq = 1; seq <= 2000; ++seq)
        fixture.append(putRecords(seq, seq));
    QTRY_COMPARE(fixture.log.durableSeq(), 2000ULL);
    const int syncs = files.calls(Call::Sync) - before;
    QVERIFY2(syncs < 1500, QByteArray::number(syncs).constData());
}

// The slot looks at the file: what is published has to be in a sync that was made.
void TestDiskLog::publishedIsDurable()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    fixture.log.addWatcher();
    std::atomic<int> early = 0;
    std::atomic<quint64> last = 0;
    connect(
        &fixture.log, &Log::published, this,
        [&](const RecordBatchPtr &batch) {
            const auto copy = files.copy(); // as a kill would leave it
            early += recover(*copy).found->tail.nextSeq <= batch->records.back().seq ? 1 : 0;
            early
                += fixture.log.durableSeq() >= batch->records.front().seq ? 1 : 0; // replies later
            last = batch->records.back().seq;
        },
        Qt::DirectConnection);
    for (quint64 seq = 1; seq <= 100; ++seq)
        fixture.append(putRecords(seq, seq));
    QTRY_COMPARE(last.load(), 100ULL);
    QCOMPARE(early.load(), 0);
    disconnect(&fixture.log, nullptr, this, nullptr);
}

void TestDiskLog::publishesInOrderWithAnnouncementsInBetween()
{
    FaultyFileSystem files;
    QList<QByteArray> expected;
    {
        DiskLogFixture fixture(files);
        fixture.log.addWatcher();
        for (quint64 seq = 1; seq <= 50; ++seq) {
            fixture.append(putRecords(seq, seq));
            fixture.log.announce(keyRecord(Op::Read, 0, "seen"));
            expected += textsOf(putRecords(seq, seq));
            expected += textOf(keyRecord(Op::Read, seq, "seen"));
        }
        QTRY_COMPARE(fixture.published().size(), expected.size());
        QCOMPARE(fixture.published(), expected);
    }
    QCOMPARE(recover(files).sink.records,
             textsOf(putRecords(1, 50))); // what was seen is not stored
}

void TestDiskLog::nobodyWatchingPublishesNothing()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    QVERIFY(fixture.appendDurably(putRecords(1, 9)));
    QVERIFY(fixture.published().isEmpty());
    fixture.log.addWatcher();
    QVERIFY(fixture.log.isWatched());
    fixture.log.removeWatcher();
    QVERIFY(!fixture.log.isWatched());
}

void TestDiskLog::watcherMissesNothing()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    for (quint64 seq = 1; seq <= 300; ++seq)
        fixture.append(putRecords(seq, seq));
    const quint64 after = fixture.log.addWatcher();
    for (quint64 seq = 301; seq <= 600; ++seq)
        fixture.append(putRecords(seq, seq));
    QTRY_COMPARE(fixture.log.durableSeq(), 600ULL);
    const auto before = fixture.log.read(0, 1 << 20).records;
    const QList<QByteArray> wanted = textsOf(putRecords(after + 1, 600));
    QCOMPARE(fixture.published().last(wanted.size()), wanted);
    QVERIFY(before.size() >= after);
}

void TestDiskLog::historyIsReadFromMemoryAndFiles_data()
{
    QTest::addColumn<qint64>("historyBytes");
    QTest::newRow("all in memory") << qint64(1 << 20);
    QTest::newRow("most in files") << qint64(3000);
    QTest::newRow("all in files") << qint64(1);
}

void TestDiskLog::historyIsReadFromMemoryAndFiles()
{
    QFETCH(qint64, historyBytes);
    FaultyFileSystem files;
    DiskLog::Options options = logOptions();
    options.historyBytes = historyBytes;
    options.segmentSize = 500;
    for (quint64 first = 1; first <= 101; first += 50) {
        DiskLogFixture fixture(files, options);
        for (quint64 seq = first; seq < first + 50; ++seq)
            QVERIFY(fixture.appendDurably(putRecords(seq, seq)));
        const quint64 last = first + 49;
        for (quint64 after = 0; after <= last; after += 7) {
            for (const qsizetype limit : {1, 700, 1 << 20}) {
                const auto range = fixture.log.read(after, limit);
                QVERIFY(range.firstHeld <= after + 1);
                QCOMPARE(range.records.empty(), after == last);
                const quint64 end = range.records.empty() ? after : range.records.back().seq;
                QCOMPARE(textsOf(range.records), textsOf(putRecords(after + 1, end)));
                QVERIFY(limit < 1 << 20 || end == last);
            }
        }
    }
}

void TestDiskLog::historyOfNothingHoldsNothing()
{
    FaultyFileSystem files;
    DiskLog::Options options = logOptions();
    options.historyBytes = 0;
    DiskLogFixture fixture(files, options);
    QVERIFY(fixture.appendDurably(putRecords(1, 9)));
    const auto range = fixture.log.read(0, 1 << 20);
    QVERIFY(range.records.empty());
    QCOMPARE(range.firstHeld, 10ULL);
}

void TestDiskLog::damagedHistoryIsAGap()
{
    FaultyFileSystem files;
    DiskLog::Options options = logOptions();
    options.historyBytes = 1;
    DiskLogFixture fixture(files, options);
    for (quint64 seq = 1; seq <= 5; ++seq)
        QVERIFY(fixture.appendDurably(putRecords(seq, seq)));
    files.failNth(Call::Read, 1);
    const auto range = fixture.log.read(0, 1 << 20);
    QVERIFY(range.firstHeld > 1);
    QCOMPARE(textsOf(range.records), textsOf(putRecords(range.firstHeld, 5)));
}

void TestDiskLog::syncsAreCounted()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    for (quint64 seq = 1; seq <= 5; ++seq)
        QVERIFY(fixture.appendDurably(putRecords(seq, seq)));
    quint64 syncs = 0;
    for (const auto &bucket : fixture.log.stats().syncs)
        syncs += bucket;
    QCOMPARE(syncs, 5ULL);
    // Behind the last group, which ends with a value, there is only room.
    const QByteArray content = files.content(dataPath(segmentName(1)));
    const auto bytes = qsizetype(fixture.log.stats().bytes.load());
    QVERIFY(content[bytes - 1] != '\0');
    QCOMPARE(content.sliced(bytes).count('\0'), content.size() - bytes);
}

void TestDiskLog::whatIsNotDurableIsCounted()
{
    FaultyFileSystem files;
    DiskLogFixture fixture(files);
    QCOMPARE(fixture.log.waitingBytes(), 0);
    QSemaphore mayGoOn;
    connect(
        &fixture.log, &Log::durable, &fixture, [&] { mayGoOn.acquire(); }, Qt::DirectConnection);
    QVERIFY(fixture.appendDurably(putRecords(1, 1))); // the log's thread waits from here on
    const qint64 one = fixture.log.waitingBytes();
    QVERIFY(one >= 2 * putRecords(1, 1)[0].memorySize());
    fixture.append(putRecords(2, 11));
    QVERIFY(fixture.log.waitingBytes() >= 11 * one);
    mayGoOn.release(2);
    QTRY_COMPARE(fixture.log.waitingBytes(), 0);
}

void TestDiskLog::stopWritesAndPublishesWhatIsQueued()
{
    FaultyFileSystem files;
    {
        DiskLogFixture fixture(files);
        fixture.log.addWatcher();
        for (quint64 seq = 1; seq <= 20; ++seq)
            fixture.append(putRecords(seq, seq));
        fixture.log.stop();
        QCOMPARE(fixture.log.durableSeq(), 20ULL);
        QCOMPARE(fixture.published(), textsOf(putRecords(1, 20)));
    }
    QCOMPARE(DiskLogFixture(files).recovered, textsOf(putRecords(1, 20)));
}

QTEST_GUILESS_MAIN(TestDiskLog)
#include "tst_disklog.moc"
