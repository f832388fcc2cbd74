// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/walformat.h"

#include "shared/limits.h"
#include "tests/support/walfixture.h"

#include <QtEndian>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestWalFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recordComesBack_data();
    void recordComesBack();
    void defaultTypeTakesNoRoom();
    void whatIsNotARecordIsRefused_data();
    void whatIsNotARecordIsRefused();
    void recordEndsWhereItSays();
    void whatIsNotAnEntryIsRefused_data();
    void whatIsNotAnEntryIsRefused();
    void headersComeBack();
    void changedHeadersAreRefused();
    void otherVersionsAreRefused();
    void groupTellsWhatItHolds();
    void groupIsChainedToTheOneBefore();
};

namespace {

QByteArray bytesOf(const Record &record)
{
    QByteArray group;
    wal::appendGroup(&record, 1, record.seq, 0, 0, group);
    return group.sliced(wal::GroupHeader::kSize);
}

QByteArray bytesOf(const EntryPtr &entry)
{
    QByteArray block;
    wal::appendBlock({entry}, 0, 0, block);
    return block.sliced(wal::BlockHeader::kSize);
}

template <typename T>
QByteArray with(QByteArray bytes, qsizetype at, T number)
{
    qToLittleEndian(number, bytes.data() + at);
    return bytes;
}

} // namespace

void TestWalFormat::recordComesBack_data()
{
    QTest::addColumn<Record>("record");
    QTest::newRow("put") << putRecord(1, "k", "v");
    QTest::newRow("put with all") << putRecord(2, "k", "v", "text/plain", 5);
    QTest::newRow("put of nothing") << putRecord(3, "k", {});
    QTest::newRow("put of bytes") << putRecord(4, "\xff\x01", QByteArray("\0\r\n\xff", 4));
    QTest::newRow("largest key") << putRecord(5, QByteArray(kMaxKeySize, 'k'), "v");
    QTest::newRow("largest type") << putRecord(6, "k", "v", QByteArray(kMaxTypeSize, 't'));
    QTest::newRow("large value") << putRecord(7, "k", QByteArray(3 << 20, 'v'));
    QTest::newRow("touch") << touchRecord(8, "k", 77);
    QTest::newRow("touch away") << touchRecord(~0ULL, "k", 0);
    QTest::newRow("delete") << keyRecord(Op::Delete, 9, "k");
    QTest::newRow("expire") << keyRecord(Op::Expire, 10, "k");
    QTest::newRow("delete prefix") << keyRecord(Op::DeletePrefix, 11, "k/");
    QTest::newRow("delete all") << keyRecord(Op::DeleteAll, 12, {});
}

void TestWalFormat::recordComesBack()
{
    QFETCH(Record, record);
    const QByteArray bytes = bytesOf(record);
    QByteArrayView rest(bytes);
    const auto found = wal::takeRecord(rest, record.seq);
    QVERIFY(found);
    QCOMPARE(textOf(*found), textOf(record));
    QVERIFY(rest.isEmpty());
}

void TestWalFormat::defaultTypeTakesNoRoom()
{
    const Record record = putRecord(1, "key", "value", "application/octet-stream");
    QCOMPARE(bytesOf(record).size(), wal::kRecordHeaderSize + 8);
    QCOMPARE(bytesOf(record.entry).size(), wal::kEntryHeaderSize + 8);
}

void TestWalFormat::whatIsNotARecordIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray put = bytesOf(putRecord(1, "key", "value", "t/x"));
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("part of the head") << put.first(wal::kRecordHeaderSize - 1);
    QTest::newRow("part of the value") << put.chopped(1);
    QTest::newRow("operation 0") << with(put, 0, quint8(0));
    QTest::newRow("operation 7") << with(put, 0, quint8(7));
    QTest::newRow("no key") << with(put, 2, quint16(0));
    QTest::newRow("key too long") << with(put + QByteArray(2000, 'x'), 2, quint16(kMaxKeySize + 1));
    QTest::newRow("type too long")
        << with(put + QByteArray(2000, 'x'), 4, quint16(kMaxTypeSize + 1));
    QTest::newRow("value beyond the end") << with(put, 8, quint32(0xffffffff));
}

void TestWalFormat::whatIsNotARecordIsRefused()
{
    QFETCH(QByteArray, bytes);
    QByteArrayView rest(bytes);
    QVERIFY(!wal::takeRecord(rest, 1));
}

void TestWalFormat::recordEndsWhereItSays()
{
    const QByteArray bytes = bytesOf(putRecord(1, "a", "b")) + "more";
    QByteArrayView rest(bytes);
    QVERIFY(wal::takeRecord(rest, 1));
    QCOMPARE(rest.toByteArray(), "more");
}

void TestWalFormat::whatIsNotAnEntryIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray entry = bytesOf(Entry::create({"key", "value", "t/x", 1, 0}));
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("part of the head") << entry.first(wal::kEntryHeaderSize - 1);
    QTest::newRow("part of the value") << entry.chopped(1);
    QTest::newRow("no key") << with(entry, 0, quint16(0));
    QTest::newRow("key too long") << with(entry + QByteArray(2000, 'x'), 0,
                                          quint16(kMaxKeySize + 1));
    QTest::newRow("type too long")
        << with(entry + QByteArray(2000, 'x'), 2, quint16(kMaxTypeSize + 1));
    QTest::newRow("value beyond the end") << with(entry, 4, quint32(0xffffffff));
}

void TestWalFormat::whatIsNotAnEntryIsRefused()
{
    QFETCH(QByteArray, bytes);
    QByteArrayView rest(bytes);
    QVERIFY(!wal::takeEntry(rest));
}

void TestWalFormat::headersComeBack()
{
    const auto segment = wal::decodeSegmentHeader(wal::encode(wal::SegmentHeader{1, 2, 3, 4}));
    QVERIFY(segment);
    QCOMPARE(segment->flags, 1U);
    QCOMPARE(segment->epoch, 2ULL);
    QCOMPARE(segment->firstSeq, 3ULL);
    QCOMPARE(segment->previous, 4ULL);

    quint64 written = 0;
    quint64 read = 0;
    const auto snapshot
        = wal::decodeSnapshotHeader(wal::encode(wal::SnapshotHeader{~0ULL, 6, -7}, written), read);
    QVERIFY(snapshot);
    QCOMPARE(snapshot->epoch, ~0ULL);
    QCOMPARE(snapshot->seq, 6ULL);
    QCOMPARE(snapshot->timeMs, -7LL);
    QCOMPARE(read, written);
}

void TestWalFormat::changedHeadersAreRefused()
{
    quint64 checksum = 0;
    const QByteArray segment = wal::encode(wal::SegmentHeader{1, 2, 3, 4});
    const QByteArray snapshot = wal::encode(wal::SnapshotHeader{5, 6, 7}, checksum);
    for (qsizetype at = 0; at < segment.size(); ++at) {
        QVERIFY(!wal::decodeSegmentHeader(with(segment, at, quint8(~quint8(segment[at])))));
        QVERIFY(!wal::decodeSnapshotHeader(with(snapshot, at, quint8(~quint8(snapshot[at]))),
                                           checksum));
        QVERIFY(!wal::decodeSegmentHeader(segment.first(at)));
        QVERIFY(!wal::decodeSnapshotHeader(snapshot.first(at), checksum));
    }
    QVERIFY(!wal::decodeSegmentHeader(snapshot));
    QVERIFY(!wal::decodeSnapshotHeader(segment, checksum));
}

void TestWalFormat::otherVersionsAreRefused()
{
    QByteArray segment = wal::encode(wal::SegmentHeader{});
    segment = with(segment, 8, quint32(2));
    QVERIFY(!wal::decodeSegmentHeader(segment));
}

void TestWalFormat::groupTellsWhatItHolds()
{
    const std::vector<Record> records{putRecord(8, "a", "b"), keyRecord(Op::DeleteAll, 9, {})};
    QByteArray bytes = "before";
    const quint64 checksum = wal::appendGroup(records.data(), 2, 8, 48, 99, bytes);
    bytes = bytes.sliced(6);
    const wal::GroupHeader header = wal::decodeGroupHeader(bytes);
    QCOMPARE(header.checksum, checksum);
    QCOMPARE(header.count, 2U);
    QCOMPARE(header.size, quint32(bytes.size() - wal::GroupHeader::kSize));
    QCOMPARE(header.firstSeq, 8ULL);
    QCOMPARE(header.synced, 48ULL);
    QCOMPARE(header.previous, 99ULL);
    QVERIFY(wal::isGroupIntact(bytes, header));
    for (qsizetype at = 8; at < bytes.size(); ++at)
        QVERIFY(!wal::isGroupIntact(with(bytes, at, quint8(quint8(bytes[at]) ^ 1)), header));
}

void TestWalFormat::groupIsChainedToTheOneBefore()
{
    const Record record = putRecord(1, "a", "b");
    QByteArray bytes;
    QVERIFY(wal::appendGroup(&record, 1, 1, 0, 1, bytes)
            != wal::appendGroup(&record, 1, 1, 0, 2, bytes));
}

QTEST_GUILESS_MAIN(TestWalFormat)
#include "tst_walformat.moc"
