// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/walfixture.h"

#include <QtTest>

namespace memorykv::test {

QByteArray dataPath(const QByteArray &name)
{
    return kDataDirectory + '/' + name;
}

Record putRecord(quint64 seq, const QByteArray &key, const QByteArray &value,
                 const QByteArray &type, qint64 expiresAtMs)
{
    Record record = keyRecord(Op::Insert, seq, {});
    record.entry = Entry::create({key, value, type, seq, expiresAtMs});
    return record;
}

Record touchRecord(quint64 seq, const QByteArray &key, qint64 expiresAtMs)
{
    Record record = keyRecord(Op::Touch, seq, {});
    record.entry = Entry::create({key, {}, {}, seq, expiresAtMs});
    return record;
}

Record keyRecord(Op op, quint64 seq, const QByteArray &key)
{
    Record record;
    record.op = op;
    record.seq = seq;
    record.timeMs = kRecordTimeMs;
    record.key = key;
    return record;
}

std::vector<Record> putRecords(quint64 first, quint64 last, qsizetype valueSize)
{
    std::vector<Record> records;
    for (quint64 seq = first; seq <= last; ++seq)
        records.push_back(putRecord(seq, 'k' + QByteArray::number(seq),
                                    QByteArray(valueSize, char('a' + seq % 26))));
    return records;
}

QByteArray textOf(const Entry &entry)
{
    return entry.key().toByteArray() + " = " + entry.value().toByteArray() + " as "
           + entry.type().toByteArray() + ", revision " + QByteArray::number(entry.revision())
           + ", expiry " + QByteArray::number(entry.expiresAtMs());
}

QByteArray textOf(const Record &record)
{
    return QByteArray::number(record.seq) + ' ' + opName(record.op).toByteArray() + " at "
           + QByteArray::number(record.timeMs) + ": "
           + (record.entry ? textOf(*record.entry) : record.key);
}

QList<QByteArray> textsOf(const std::vector<Record> &records)
{
    QList<QByteArray> texts;
    for (const Record &record : records)
        texts.append(textOf(record));
    return texts;
}

void CollectingSink::restore(const std::vector<EntryPtr> &restored)
{
    for (const EntryPtr &entry : restored)
        entries.append(textOf(*entry));
}

void CollectingSink::replay(const std::vector<Record> &replayed)
{
    records += textsOf(replayed);
    groups.append(qsizetype(replayed.size()));
}

RecoveryResult recover(FileSystem &files)
{
    Segments segments(files, kDataDirectory);
    CollectingSink sink;
    Recovery recovery(files, kDataDirectory, segments, sink);
    auto found = recovery.run();
    return {std::move(found), recovery.damage(), std::move(sink)};
}

WalWriter::Options SegmentMaker::defaultOptions()
{
    WalWriter::Options options;
    options.epoch = 7;
    options.flags = wal::SegmentHeader::kAlwaysSynced;
    return options;
}

static void require(const Result<Done> &done)
{
    if (!done)
        QTest::qFail(done.error().detail.constData(), __FILE__, __LINE__);
}

SegmentMaker::SegmentMaker(FileSystem &files, WalWriter::Options options)
    : m_segments(files, kDataDirectory)
{
    CollectingSink sink;
    const auto found = Recovery(files, kDataDirectory, m_segments, sink).run();
    m_writer.emplace(files, kDataDirectory, m_segments, options, found ? found->tail : WalTail());
    require(m_writer->open());
}

qint64 SegmentMaker::add(const std::vector<Record> &records, bool sync)
{
    require(m_writer->append(records));
    require(m_writer->write());
    if (sync)
        require(m_writer->sync());
    return m_segments.bytes();
}

} // namespace memorykv::test
