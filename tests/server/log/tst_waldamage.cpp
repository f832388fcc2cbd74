// SPDX-License-Identifier: GPL-3.0-only
// Cuts a log at every byte and changes each of its bytes: what is recovered is what was written up
// to there, or the start stops and says where.

#include "server/log/repair.h"
#include "server/log/snapshotfile.h"
#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestWalDamage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutAtEveryByte_data();
    void cutAtEveryByte();
    void everyByteChanged_data();
    void everyByteChanged();
    void whatWasNotSyncedIsATornTail();
    void everyByteOfAnEarlierSegmentChanged();
    void everyByteOfASnapshotChanged();
    void snapshotCutAtEveryByte();
    void everyDamageCanBeRepaired();
};

namespace {

const QByteArray kFirst = dataPath("wal-00000000000000000001.log");

/// Groups of different sizes, the second a batch, in one segment; ends[i] is where group i ends,
/// and ends[0] where the first begins.
struct SmallLog
{
    std::vector<qint64> ends{wal::SegmentHeader::kSize};
    QList<QByteArray> records;
    std::vector<qsizetype> counts;
    QByteArray bytes;

    SmallLog(bool isOrderly, bool isSynced, qint64 room = 0)
    {
        FaultyFileSystem files;
        WalWriter::Options options = SegmentMaker::defaultOptions();
        options.room = room;
        SegmentMaker maker(files, options);
        const auto add = [&](const std::vector<Record> &group) {
            ends.push_back(maker.add(group, isSynced));
            records += textsOf(group);
            counts.push_back(records.size());
        };
        add(putRecords(1, 1));
        add(putRecords(2, 4));
        add({touchRecord(5, "k1", 99), keyRecord(Op::Delete, 6, "k2")});
        add({keyRecord(Op::DeleteAll, 7, {})});
        if (isOrderly) {
            QVERIFY(maker.writer().close());
            ends.push_back(maker.segments().bytes());
            counts.push_back(records.size());
        }
        bytes = files.content(kFirst);
        QCOMPARE(bytes.size() > ends.back(), room > 0 && !isOrderly);
    }

    /// The group that the byte at \a offset belongs to, counted from 0.
    size_t groupAt(qint64 offset) const
    {
        return size_t(std::upper_bound(ends.begin(), ends.end(), offset) - ends.begin()) - 1;
    }
    /// What the first \a groups groups hold.
    QList<QByteArray> firstOf(size_t groups) const
    {
        return groups == 0 ? QList<QByteArray>() : records.first(counts[groups - 1]);
    }
};

/// Goes on behind what was recovered, and looks whether it is found.
void writeBehind(FaultyFileSystem &files, const RecoveryResult &before)
{
    const quint64 seq = before.found->tail.nextSeq;
    {
        SegmentMaker maker(files);
        maker.add(putRecords(seq, seq));
    }
    const RecoveryResult after = recover(files);
    QVERIFY2(after.found, after.found ? "" : after.found.error().detail.constData());
    QCOMPARE(after.sink.records, before.sink.records + textsOf(putRecords(seq, seq)));
    QVERIFY(after.found->tornTail.isEmpty());
}

QByteArray changed(QByteArray bytes, qsizetype at, int mask)
{
    bytes[at] = char(bytes[at] ^ mask);
    return bytes;
}

QByteArray offsetText(qint64 offset)
{
    return ", offset " + QByteArray::number(offset) + ':';
}

} // namespace

void TestWalDamage::cutAtEveryByte_data()
{
    QTest::addColumn<bool>("isOrderly");
    QTest::newRow("killed") << false;
    QTest::newRow("stopped in order") << true;
}

void TestWalDamage::cutAtEveryByte()
{
    QFETCH(bool, isOrderly);
    const SmallLog log(isOrderly, true);
    for (qint64 size = 0; size <= log.bytes.size(); ++size) {
        FaultyFileSystem files;
        files.setContent(kFirst, log.bytes.first(size));
        const RecoveryResult result = recover(files);
        if (size < wal::SegmentHeader::kSize) { // it is there whole or not at all
            QVERIFY(!result.found);
            QCOMPARE(result.found.error().code, ErrorCode::Damaged);
            continue;
        }
        QVERIFY2(result.found, QByteArray::number(size).constData());
        const size_t groups = log.groupAt(size);
        QCOMPARE(result.sink.records, log.firstOf(groups));
        const bool isWhole = log.ends[groups] == size;
        QCOMPARE(result.found->tornTail.isEmpty(), isWhole);
        QCOMPARE(result.found->stoppedInOrder, isOrderly && size == log.bytes.size());
        if (!isWhole) {
            const QByteArray where = kFirst + offsetText(log.ends[groups]);
            QVERIFY2(result.found->tornTail.startsWith(where), result.found->tornTail.constData());
        }
        writeBehind(files, result);
    }
}

void TestWalDamage::everyByteChanged_data()
{
    QTest::addColumn<bool>("isOrderly");
    QTest::addColumn<bool>("isSynced");
    QTest::addColumn<qint64>("room");
    QTest::newRow("killed") << false << true << 0LL;
    QTest::newRow("killed, with room ahead") << false << true << 500LL;
    QTest::newRow("stopped in order") << true << true << 0LL;
    QTest::newRow("stopped in order, synced then") << true << false << 0LL;
}

// Only the last thing written can be taken for something that was not written whole.
void TestWalDamage::everyByteChanged()
{
    QFETCH(bool, isOrderly);
    QFETCH(bool, isSynced);
    QFETCH(qint64, room);
    const SmallLog log(isOrderly, isSynced, room);
    const size_t last = log.ends.size() - 2;
    for (qint64 at = 0; at < log.bytes.size(); ++at) {
        for (const int mask : {0x01, 0x80, 0xff}) {
            FaultyFileSystem files;
            files.setContent(kFirst, changed(log.bytes, at, mask));
            const RecoveryResult result = recover(files);
            const bool isHeader = at < wal::SegmentHeader::kSize;
            const size_t group = isHeader ? 0 : log.groupAt(at);
            QCOMPARE(result.sink.records, log.firstOf(group));
            if (!isHeader && group >= last) {
                QVERIFY(result.found);
                QVERIFY(!result.found->tornTail.isEmpty());
                writeBehind(files, result);
                continue;
            }
            QVERIFY2(!result.found, QByteArray::number(at).constData());
            QCOMPARE(result.found.error().code, ErrorCode::Damaged);
            const QByteArray where = kFirst + offsetText(isHeader ? 0 : log.ends[group]);
            QVERIFY2(result.found.error().detail.startsWith(where),
                     result.found.error().detail.constData());
            QCOMPARE(result.damage->segment, "wal-00000000000000000001.log");
        }
    }
}

void TestWalDamage::whatWasNotSyncedIsATornTail()
{
    const SmallLog log(false, false);
    for (qint64 at = wal::SegmentHeader::kSize; at < log.bytes.size(); ++at) {
        FaultyFileSystem files;
        files.setContent(kFirst, changed(log.bytes, at, 0xff));
        const RecoveryResult result = recover(files);
        QVERIFY(result.found);
        QVERIFY(!result.found->tornTail.isEmpty());
        QCOMPARE(result.sink.records, log.firstOf(log.groupAt(at)));
    }
}

void TestWalDamage::everyByteOfAnEarlierSegmentChanged()
{
    FaultyFileSystem files;
    WalWriter::Options options = SegmentMaker::defaultOptions();
    options.segmentSize = 100;
    {
        SegmentMaker maker(files, options);
        for (quint64 seq = 1; seq <= 4; ++seq)
            maker.add(putRecords(seq, seq), false);
    }
    const QByteArray bytes = files.content(kFirst);
    QVERIFY(files.names(kDataDirectory).size() > 2);
    for (qsizetype at = 0; at < bytes.size(); ++at) {
        files.setContent(kFirst, changed(bytes, at, 0x10));
        const RecoveryResult result = recover(files);
        QVERIFY2(!result.found, QByteArray::number(at).constData());
        QCOMPARE(result.found.error().code, ErrorCode::Damaged);
        QVERIFY(result.found.error().detail.startsWith(kFirst + ", offset "));
    }
    for (qsizetype size = 0; size < bytes.size(); ++size) {
        files.setContent(kFirst, bytes.first(size));
        const RecoveryResult result = recover(files);
        QVERIFY2(!result.found, QByteArray::number(size).constData());
        QCOMPARE(result.found.error().code, ErrorCode::Damaged);
    }
}

namespace {

QByteArray smallSnapshot()
{
    SnapshotEncoder encoder({7, 9, kRecordTimeMs});
    QByteArray bytes;
    encoder.begin(bytes);
    encoder.add({Entry::create({"a", "1", {}, 3, 0}), Entry::create({"b", "22", "t/x", 9, 5})},
                bytes);
    encoder.add({Entry::create({"c", {}, {}, 4, 0})}, bytes);
    encoder.end(bytes);
    return bytes;
}

} // namespace

void TestWalDamage::everyByteOfASnapshotChanged()
{
    const QByteArray bytes = smallSnapshot();
    const QByteArray path = dataPath("snapshot-00000000000000000009");
    FaultyFileSystem files;
    files.setContent(path, bytes);
    QCOMPARE(recover(files).sink.entries.size(), 3);
    for (qsizetype at = 0; at < bytes.size(); ++at) {
        files.setContent(path, changed(bytes, at, 0x04));
        const RecoveryResult result = recover(files);
        QVERIFY2(!result.found, QByteArray::number(at).constData());
        QCOMPARE(result.found.error().code, ErrorCode::Damaged);
        QVERIFY(result.found.error().detail.startsWith(path + ", offset "));
    }
}

void TestWalDamage::snapshotCutAtEveryByte()
{
    const QByteArray bytes = smallSnapshot();
    FaultyFileSystem files;
    for (qsizetype size = 0; size < bytes.size(); ++size) {
        files.setContent(dataPath("snapshot-00000000000000000009"), bytes.first(size));
        const RecoveryResult result = recover(files);
        QVERIFY2(!result.found, QByteArray::number(size).constData());
        QCOMPARE(result.found.error().code, ErrorCode::Damaged);
    }
}

void TestWalDamage::everyDamageCanBeRepaired()
{
    const SmallLog log(true, true);
    for (qint64 at = 0; at < log.ends[log.ends.size() - 2]; ++at) {
        FaultyFileSystem files;
        const QByteArray bytes = changed(log.bytes, at, 0x20);
        files.setContent(kFirst, bytes);
        const auto report = repair(files, kDataDirectory);
        QVERIFY2(report, QByteArray::number(at).constData());
        QVERIFY(!report->isEmpty());
        files.crash(quint32(at));
        QCOMPARE(files.content(kFirst + ".damaged"), bytes);
        const RecoveryResult result = recover(files);
        QVERIFY(result.found);
        const bool isHeader = at < wal::SegmentHeader::kSize;
        QCOMPARE(result.sink.records, log.firstOf(isHeader ? 0 : log.groupAt(at)));
        QVERIFY(result.found->tail.epoch != 7); // what is written now is another history
        writeBehind(files, result);
    }
}

QTEST_GUILESS_MAIN(TestWalDamage)
#include "tst_waldamage.moc"
