// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/segmentreader.h"

#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestSegmentReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void groupsComeInOrder();
    void emptySegmentEnds();
    void readsNoFurtherThanItsEnd();
    void groupLargerThanTheBufferIsRead();
    void seekGoesOnInTheMiddle();
    void zerosAreTheEnd();
    void whatIsNotTheNextGroupIsBad_data();
    void whatIsNotTheNextGroupIsBad();
    void badGroupGivesNoRecords();
    void syncedGroupBehindProvesDamage_data();
    void syncedGroupBehindProvesDamage();
    void errorsOfTheDiskAreNotDamage();
};

namespace {

using Status = SegmentReader::Status;

/// The bytes of a segment, made by hand.
class Bytes
{
public:
    Bytes() { bytes = wal::encode(wal::SegmentHeader{0, 7, 1, 0}); }

    Bytes &group(const std::vector<Record> &records, quint64 synced = wal::SegmentHeader::kSize)
    {
        return group(records, m_seq, m_previous, synced);
    }
    Bytes &group(const std::vector<Record> &records, quint64 seq, quint64 previous, quint64 synced)
    {
        starts.push_back(bytes.size());
        m_previous = wal::appendGroup(records.data(), records.size(), seq, synced, previous, bytes);
        m_seq = seq + records.size();
        return *this;
    }
    quint64 previous() const { return m_previous; }

    QByteArray bytes;
    std::vector<qint64> starts;

private:
    quint64 m_seq = 1;
    quint64 m_previous = 0;
};

/// A reader of bytes, behind the header.
class Reading
{
public:
    explicit Reading(const QByteArray &bytes, qint64 end = -1)
    {
        files.setContent("s", bytes);
        auto file = files.open("s", FileSystem::OpenMode::Read);
        m_file = std::move(*file);
        reader.emplace(*m_file, end < 0 ? bytes.size() : end);
        const auto header = reader->readHeader();
        if (!header)
            qFatal("%s", header.error().detail.constData());
    }

    Status next()
    {
        const auto status = reader->next();
        if (!status)
            qFatal("%s", status.error().detail.constData());
        return *status;
    }

    FaultyFileSystem files;
    std::optional<SegmentReader> reader;

private:
    std::unique_ptr<File> m_file;
};

} // namespace

void TestSegmentReader::groupsComeInOrder()
{
    Bytes made;
    made.group(putRecords(1, 1)).group(putRecords(2, 4)).group({});
    Reading reading(made.bytes);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(textsOf(reading.reader->records()), textsOf(putRecords(1, 1)));
    QCOMPARE(reading.reader->groupOffset(), made.starts[0]);
    QCOMPARE(reading.reader->offset(), made.starts[1]);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(textsOf(reading.reader->records()), textsOf(putRecords(2, 4)));
    QCOMPARE(reading.next(), Status::Group);
    QVERIFY(reading.reader->records().empty());
    QCOMPARE(reading.reader->nextSeq(), 5ULL);
    QCOMPARE(reading.reader->checksum(), made.previous());
    QCOMPARE(reading.next(), Status::End);
    QCOMPARE(reading.next(), Status::End);
}

void TestSegmentReader::emptySegmentEnds()
{
    Reading reading(Bytes().bytes);
    QCOMPARE(reading.next(), Status::End);
    QCOMPARE(reading.reader->nextSeq(), 1ULL);
}

void TestSegmentReader::readsNoFurtherThanItsEnd()
{
    Bytes made;
    made.group(putRecords(1, 1)).group(putRecords(2, 2));
    Reading reading(made.bytes, made.starts[1]);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(reading.next(), Status::End);
}

void TestSegmentReader::groupLargerThanTheBufferIsRead()
{
    const std::vector<Record> large = putRecords(2, 4, 2 << 20);
    Bytes made;
    made.group(putRecords(1, 1)).group(large).group(putRecords(5, 5));
    Reading reading(made.bytes);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(reading.next(), Status::Group);
    QVERIFY(textsOf(reading.reader->records()) == textsOf(large));
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(textsOf(reading.reader->records()), textsOf(putRecords(5, 5)));
}

void TestSegmentReader::seekGoesOnInTheMiddle()
{
    Bytes made;
    made.group(putRecords(1, 3)).group(putRecords(4, 4)).group(putRecords(5, 5));
    Reading reading(made.bytes);
    reading.reader->seek(made.starts[1], 4);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(textsOf(reading.reader->records()), textsOf(putRecords(4, 4)));
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(reading.next(), Status::End);
}

void TestSegmentReader::zerosAreTheEnd()
{
    for (const qsizetype count : {1, 39, 40, 41, 5000, 3 << 20}) {
        Bytes made;
        made.group(putRecords(1, 1));
        Reading reading(made.bytes + QByteArray(count, '\0'));
        QCOMPARE(reading.next(), Status::Group);
        QCOMPARE(reading.next(), Status::End);
        QCOMPARE(reading.reader->offset(), made.bytes.size());
        QCOMPARE(reading.reader->end(), made.bytes.size() + count);
    }
}

void TestSegmentReader::whatIsNotTheNextGroupIsBad_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("problem");
    Bytes first;
    first.group(putRecords(1, 1));
    const Bytes whole = Bytes(first).group(putRecords(2, 2));
    QTest::newRow("cut in the head")
        << whole.bytes.first(whole.starts[1] + 39) << QByteArray("within the head");
    QTest::newRow("cut in the record")
        << whole.bytes.chopped(1) << QByteArray("the group's size is wrong");
    QTest::newRow("not its checksum")
        << whole.bytes.chopped(1) + '!' << QByteArray("not have its checksum");
    QTest::newRow("zeros and something")
        << first.bytes + QByteArray(4000, '\0') + '!' << QByteArray("not have its checksum");
    QTest::newRow("seq left out")
        << Bytes(first).group(putRecords(3, 3), 3, first.previous(), 48).bytes
        << QByteArray("does not follow");
    QTest::newRow("seq again")
        << Bytes(first).group(putRecords(1, 1), 1, first.previous(), 48).bytes
        << QByteArray("does not follow");
    QTest::newRow("another chain")
        << Bytes(first).group(putRecords(2, 2), 2, 99, 48).bytes << QByteArray("does not follow");
    Record nameless = putRecord(2, "x", "y");
    nameless.entry = Entry::create({"", "y", {}, 2, 0});
    QTest::newRow("not a record") << Bytes(first).group({nameless}).bytes
                                  << QByteArray("does not hold records");
}

void TestSegmentReader::whatIsNotTheNextGroupIsBad()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, problem);
    Reading reading(bytes);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(reading.next(), Status::Bad);
    QVERIFY2(reading.reader->problem().contains(problem), reading.reader->problem().constData());
    QCOMPARE(reading.reader->nextSeq(), 2ULL);
}

void TestSegmentReader::badGroupGivesNoRecords()
{
    Bytes made;
    Record bad = putRecord(3, "x", "y");
    bad.entry = Entry::create({"", "y", {}, 3, 0});
    made.group(putRecords(1, 1)).group({putRecord(2, "a", "b"), bad});
    Reading reading(made.bytes);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(reading.next(), Status::Bad);
    QVERIFY(reading.reader->records().empty());
}

void TestSegmentReader::syncedGroupBehindProvesDamage_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("expected");
    Bytes first;
    first.group(putRecords(1, 1));
    const qint64 bad = first.bytes.size();
    Bytes second(first);
    second.group(putRecords(2, 2));
    const auto spoilt = [bad](QByteArray bytes) {
        bytes[bad + 50] = char(~bytes[bad + 50]);
        return bytes;
    };
    QTest::newRow("nothing behind") << spoilt(second.bytes) << false;
    QTest::newRow("written before a sync")
        << spoilt(Bytes(second).group(putRecords(3, 3), quint64(bad)).bytes) << false;
    QTest::newRow("written after a sync")
        << spoilt(Bytes(second).group(putRecords(3, 3), quint64(second.bytes.size())).bytes)
        << true;
    QTest::newRow("mark of a stop")
        << spoilt(Bytes(second).group({}, quint64(second.bytes.size())).bytes) << true;
    QTest::newRow("synced beyond itself")
        << spoilt(Bytes(second).group(putRecords(3, 3), 1 << 20).bytes) << false;
    QTest::newRow("a seq it could not have") << spoilt(
        Bytes(second).group(putRecords(900, 900), 900, 1, quint64(second.bytes.size())).bytes)
                                             << false;
    Bytes third(second);
    third.group(putRecords(3, 3, 3 << 20), quint64(bad));
    QTest::newRow("far behind") << spoilt(
        third.group(putRecords(4, 4), quint64(second.bytes.size())).bytes)
                                << true;
}

void TestSegmentReader::syncedGroupBehindProvesDamage()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, expected);
    Reading reading(bytes);
    QCOMPARE(reading.next(), Status::Group);
    QCOMPARE(reading.next(), Status::Bad);
    const auto proof = reading.reader->wasDurableBeyond();
    QVERIFY(proof);
    QCOMPARE(*proof, expected);
}

void TestSegmentReader::errorsOfTheDiskAreNotDamage()
{
    Bytes made;
    made.group(putRecords(1, 1, 3 << 20));
    FaultyFileSystem files;
    files.setContent("s", made.bytes);
    const auto file = files.open("s", FileSystem::OpenMode::Read);
    for (int nth = 1; nth <= 2; ++nth) {
        SegmentReader reader(**file, made.bytes.size());
        files.failNth(FaultyFileSystem::Call::Read, nth);
        const auto header = reader.readHeader();
        const auto status = header ? reader.next() : Result<Status>(header.error());
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::StorageFailed);
    }
}

QTEST_GUILESS_MAIN(TestSegmentReader)
#include "tst_segmentreader.moc"
