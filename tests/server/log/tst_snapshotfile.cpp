// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/snapshotfile.h"

#include "tests/support/walfixture.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestSnapshotFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void entriesComeBackBlockByBlock();
    void emptySnapshotIsWhole();
    void emptyBlockIsNotTheEnd();
    void whatIsNotASnapshotIsRefused_data();
    void whatIsNotASnapshotIsRefused();
    void errorsOfTheDiskAreNotDamage();
};

namespace {

EntryPtr entry(const QByteArray &key, quint64 revision = 1, const QByteArray &value = "v")
{
    return Entry::create({key, value, {}, revision, 0});
}

QByteArray snapshotOf(const std::vector<std::vector<EntryPtr>> &blocks, quint64 seq = 9,
                      bool isWhole = true)
{
    SnapshotEncoder encoder({7, seq, kRecordTimeMs});
    QByteArray bytes;
    encoder.begin(bytes);
    for (const auto &block : blocks)
        encoder.add(block, bytes);
    if (isWhole)
        encoder.end(bytes);
    return bytes;
}

/// The entries, or what is wrong.
Result<QList<QByteArray>> read(const File &file)
{
    SnapshotReader reader(file);
    const auto header = reader.readHeader();
    if (!header)
        return header.error();
    QList<QByteArray> entries;
    for (;;) {
        const auto block = reader.next();
        if (!block)
            return block.error();
        if (block->empty())
            return reader.count() == quint64(entries.size()) ? entries : QList<QByteArray>{"count"};
        for (const EntryPtr &found : *block)
            entries.append(textOf(*found));
    }
}

Result<QList<QByteArray>> read(const QByteArray &bytes)
{
    FaultyFileSystem files;
    files.setContent("s", bytes);
    const auto file = files.open("s", FileSystem::OpenMode::Read);
    return read(**file);
}

} // namespace

void TestSnapshotFile::entriesComeBackBlockByBlock()
{
    const std::vector<EntryPtr> first{entry("a"), entry(QByteArray("a\0x", 3)), entry("b", 9)};
    const std::vector<EntryPtr> second{
        Entry::create({"c", QByteArray(3 << 20, 'x'), "t/x", 2, 99})};
    const auto entries = read(snapshotOf({first, second}));
    QVERIFY(entries);
    QCOMPARE(entries->size(), 4);
    QCOMPARE(entries->at(2), textOf(*first[2]));
    QVERIFY(entries->at(3) == textOf(*second[0]));
}

void TestSnapshotFile::emptySnapshotIsWhole()
{
    const auto entries = read(snapshotOf({}, 0));
    QVERIFY(entries && entries->isEmpty());
}

void TestSnapshotFile::emptyBlockIsNotTheEnd()
{
    const auto entries = read(snapshotOf({{}, {entry("a")}, {}, {entry("b")}, {}}));
    QVERIFY(entries);
    QCOMPARE(entries->size(), 2);
}

void TestSnapshotFile::whatIsNotASnapshotIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("problem");
    const QByteArray whole = snapshotOf({{entry("a")}, {entry("b")}});
    QTest::newRow("nothing") << QByteArray() << QByteArray("offset 0: the file ends too soon");
    QTest::newRow("a segment") << wal::encode(wal::SegmentHeader{})
                               << QByteArray("offset 0: this is not the header of a snapshot");
    QTest::newRow("no end") << snapshotOf({{entry("a")}}, 9, false)
                            << QByteArray("the file ends too soon");
    QTest::newRow("more behind") << whole + '\0' << QByteArray("there is more behind the end");
    QTest::newRow("twice") << whole + whole << QByteArray("there is more behind the end");
    QTest::newRow("keys out of order")
        << snapshotOf({{entry("b"), entry("a")}}) << QByteArray("the keys are not in order");
    QTest::newRow("the same key twice")
        << snapshotOf({{entry("a"), entry("a")}}) << QByteArray("the keys are not in order");
    QTest::newRow("blocks out of order")
        << snapshotOf({{entry("b")}, {entry("a")}}) << QByteArray("the keys are not in order");
    QTest::newRow("a later revision")
        << snapshotOf({{entry("a", 10)}}) << QByteArray("does not hold entries");
    const QByteArray first = snapshotOf({{entry("a")}}, 9, false);
    QTest::newRow("a block left out")
        << first.first(wal::SnapshotHeader::kSize) + whole.sliced(first.size())
        << QByteArray("offset 48: a block does not follow the one before it");
}

void TestSnapshotFile::whatIsNotASnapshotIsRefused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, problem);
    const auto entries = read(bytes);
    QVERIFY(!entries);
    QCOMPARE(entries.error().code, ErrorCode::Damaged);
    QVERIFY2(entries.error().detail.contains(problem), entries.error().detail.constData());
}

void TestSnapshotFile::errorsOfTheDiskAreNotDamage()
{
    FaultyFileSystem files;
    files.setContent("s", snapshotOf({{entry("a")}}));
    for (int nth = 1; nth <= 5; ++nth) {
        const auto file = files.open("s", FileSystem::OpenMode::Read);
        files.failNth(FaultyFileSystem::Call::Read, nth);
        const auto entries = read(**file);
        QVERIFY(!entries);
        QCOMPARE(entries.error().code, ErrorCode::StorageFailed);
    }
}

QTEST_GUILESS_MAIN(TestSnapshotFile)
#include "tst_snapshotfile.moc"
