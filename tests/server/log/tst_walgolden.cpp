// SPDX-License-Identifier: GPL-3.0-only
// Files of version 1 and the examples of docs/wal-format.md, read by today's program.

#include "server/log/segmentreader.h"
#include "server/log/snapshotfile.h"
#include "tests/support/walfixture.h"

#include <QFile>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestWalGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void documentedSegmentIsRead();
    void documentedSegmentIsWritten();
    void documentedSnapshotIsRead();
    void documentedSnapshotIsWritten();
    void versionOneLogIsRead();
    void versionOneSnapshotIsRead();
    void versionOneDirectoryIsRecovered();
};

namespace {

constexpr qint64 kTime = 1'767'222'000'000;

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QFile::ReadOnly))
        qFatal("cannot open %s", qPrintable(path));
    return file.readAll();
}

/// The bytes of the example \a name: lines of an offset, bytes in hex, and the bytes as text.
QByteArray documented(const QByteArray &name)
{
    const QByteArray document = contentOf(QStringLiteral(MEMORYKV_WAL_FORMAT_DOC));
    const QByteArray fence = "```hex " + name + '\n';
    const qsizetype begin = document.indexOf(fence) + fence.size();
    QByteArray bytes;
    for (const QByteArray &line :
         document.mid(begin, document.indexOf("```", begin) - begin).split('\n')) {
        const qsizetype size = std::max<qsizetype>(0, line.indexOf('|') - 5);
        if (size > 0 && line.first(4).toInt(nullptr, 16) != bytes.size())
            qFatal("the offset %s is wrong", line.first(4).constData());
        bytes += QByteArray::fromHex(line.mid(5, size));
    }
    return bytes;
}

QByteArray golden(const QByteArray &name)
{
    return contentOf(QStringLiteral(MEMORYKV_WAL_DATA "/") + QString::fromLatin1(name));
}

/// The record at another time than that of the fixture.
Record at(qint64 timeMs, Record record)
{
    record.timeMs = timeMs;
    return record;
}

std::vector<std::vector<Record>> documentedGroups()
{
    return {{at(kTime, putRecord(1, "greeting", "hello", "text/plain", kTime + 3'600'000))},
            {at(kTime + 1, keyRecord(Op::Delete, 2, "a")),
             at(kTime + 1, touchRecord(3, "greeting", 0))}};
}

/// What version 1 has written to tests/data/wal-v1.
std::vector<Record> goldenRecords()
{
    return {
        at(kTime + 1, putRecord(1, "a", "first")),
        at(kTime + 2, putRecord(2, "b", "second", "text/plain; charset=utf-8", kTime + 60000)),
        at(kTime + 3, putRecord(3, "pre:1", "{\"n\":1}", "application/json")),
        at(kTime + 3, putRecord(4, "pre:2", QByteArray("\0\x01\xfe\xff", 4))),
        at(kTime + 3, putRecord(5, "\xc3\xbc/\xe2\x82\xac", "x")),
        at(kTime + 4, touchRecord(6, "b", kTime + 90000)),
        at(kTime + 5, touchRecord(7, "b", 0)),
        at(kTime + 6, keyRecord(Op::Delete, 8, "a")),
        at(kTime + 7, putRecord(9, "short", {}, {}, kTime + 8)),
        at(kTime + 8, keyRecord(Op::Expire, 10, "short")),
        at(kTime + 9, keyRecord(Op::DeletePrefix, 11, "pre:")),
        at(kTime + 10, keyRecord(Op::DeleteAll, 12, {})),
        at(kTime + 11, putRecord(13, "last", QByteArray(300, 'z'))),
        at(kTime + 20, putRecord(14, "again", "after a restart")),
    };
}

QList<QByteArray> goldenEntries()
{
    const std::vector<Record> records = goldenRecords();
    QList<QByteArray> entries;
    for (size_t i = 0; i < 5; ++i)
        entries.append(textOf(*records[i].entry));
    return entries;
}

/// The groups of a segment: their records, and how many are in each.
struct SegmentContent
{
    std::optional<wal::SegmentHeader> header;
    QList<QByteArray> records;
    QList<qsizetype> sizes;
};
SegmentContent readSegment(const QByteArray &bytes)
{
    FaultyFileSystem files;
    files.setContent("segment", bytes);
    const auto file = files.open("segment", FileSystem::OpenMode::Read);
    SegmentReader reader(**file, bytes.size());
    SegmentContent content;
    if (const auto header = reader.readHeader())
        content.header = *header;
    for (auto status = reader.next(); status; status = reader.next()) {
        if (*status != SegmentReader::Status::Group) {
            if (*status != SegmentReader::Status::End)
                qFatal("%s", reader.problem().constData());
            break;
        }
        content.records += textsOf(reader.records());
        content.sizes.append(qsizetype(reader.records().size()));
    }
    return content;
}

QList<QByteArray> readSnapshot(const QByteArray &bytes, wal::SnapshotHeader *header)
{
    FaultyFileSystem files;
    files.setContent("snapshot", bytes);
    const auto file = files.open("snapshot", FileSystem::OpenMode::Read);
    SnapshotReader reader(**file);
    const auto found = reader.readHeader();
    if (!found)
        qFatal("%s", found.error().detail.constData());
    *header = *found;
    QList<QByteArray> entries;
    for (;;) {
        const auto block = reader.next();
        if (!block)
            qFatal("%s", block.error().detail.constData());
        if (block->empty())
            return entries;
        for (const EntryPtr &entry : *block)
            entries.append(textOf(*entry));
    }
}

} // namespace

void TestWalGolden::documentedSegmentIsRead()
{
    const SegmentContent content = readSegment(documented("segment"));
    QVERIFY(content.header);
    QCOMPARE(content.header->epoch, 7ULL);
    QCOMPARE(content.header->firstSeq, 1ULL);
    QCOMPARE(content.header->flags, wal::SegmentHeader::kAlwaysSynced);
    QCOMPARE(content.header->previous, 0ULL);
    QCOMPARE(content.sizes, (QList<qsizetype>{1, 2, 0}));
    QCOMPARE(content.records, textsOf(documentedGroups()[0]) + textsOf(documentedGroups()[1]));
}

void TestWalGolden::documentedSegmentIsWritten()
{
    FaultyFileSystem files;
    SegmentMaker maker(files);
    for (const auto &group : documentedGroups())
        maker.add(group);
    QVERIFY(maker.writer().close());
    const QByteArray written = files.content(dataPath("wal-00000000000000000001.log"));
    QCOMPARE(written.toHex(' '), documented("segment").toHex(' '));
}

void TestWalGolden::documentedSnapshotIsRead()
{
    wal::SnapshotHeader header;
    QCOMPARE(readSnapshot(documented("snapshot"), &header),
             QList<QByteArray>{"greeting = hello as text/plain, revision 1, expiry 0"});
    QCOMPARE(header.epoch, 7ULL);
    QCOMPARE(header.seq, 3ULL);
    QCOMPARE(header.timeMs, kTime + 2);
}

void TestWalGolden::documentedSnapshotIsWritten()
{
    SnapshotEncoder encoder({7, 3, kTime + 2});
    QByteArray bytes;
    encoder.begin(bytes);
    encoder.add({Entry::create({"greeting", "hello", "text/plain", 1, 0})}, bytes);
    encoder.end(bytes);
    QCOMPARE(bytes.toHex(' '), documented("snapshot").toHex(' '));
}

void TestWalGolden::versionOneLogIsRead()
{
    const SegmentContent content = readSegment(golden("wal-00000000000000000001.log"));
    QVERIFY(content.header);
    QCOMPARE(content.header->epoch, 7ULL);
    QCOMPARE(content.records, textsOf(goldenRecords()));
    QCOMPARE(content.sizes, (QList<qsizetype>{1, 1, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0}));
}

void TestWalGolden::versionOneSnapshotIsRead()
{
    wal::SnapshotHeader header;
    QCOMPARE(readSnapshot(golden("snapshot-00000000000000000005"), &header), goldenEntries());
    QCOMPARE(header.epoch, 7ULL);
    QCOMPARE(header.seq, 5ULL);
    QCOMPARE(header.timeMs, kTime + 30);
}

void TestWalGolden::versionOneDirectoryIsRecovered()
{
    FaultyFileSystem files;
    for (const QByteArray name : {"wal-00000000000000000001.log", "snapshot-00000000000000000005"})
        files.setContent(dataPath(name), golden(name));
    const RecoveryResult result = recover(files);
    QVERIFY2(result.found, result.found ? "" : result.found.error().detail.constData());
    QCOMPARE(result.sink.entries, goldenEntries());
    QCOMPARE(result.sink.records, textsOf(goldenRecords()).sliced(5));
    QCOMPARE(result.found->tail.epoch, 7ULL);
    QCOMPARE(result.found->tail.nextSeq, 15ULL);
    QVERIFY(result.found->stoppedInOrder);
    QVERIFY(result.found->tornTail.isEmpty());
}

QTEST_GUILESS_MAIN(TestWalGolden)
#include "tst_walgolden.moc"
