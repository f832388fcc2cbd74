// SPDX-License-Identifier: GPL-3.0-only
// Recovers a data directory whose one file is the input, a segment or a snapshot, and checks that
// what is found is found again, and that of a log it is a whole number of groups.
//
// An input is one byte of flags, then the file. As no fuzzer finds a checksum, those of the groups
// or blocks are put right first, when the flags say so, and what chains them too.

#include "server/log/recovery.h"
#include "tests/support/faultyfilesystem.h"

#include <QtEndian>

#include <cstdio>
#include <cstdlib>

#include <xxhash.h>

using namespace memorykv;
using memorykv::test::FaultyFileSystem;

namespace {

enum Flag : quint8 {
    IsSnapshot = 1,
    SealsHeader = 2,
    SealsContent = 4,
};

const QByteArray kDirectory = "data";

void check(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

template <typename T>
T get(const QByteArray &bytes, qsizetype at)
{
    return qFromLittleEndian<T>(bytes.constData() + at);
}

template <typename T>
void put(T number, qsizetype at, QByteArray *bytes)
{
    qToLittleEndian(number, bytes->data() + at);
}

quint64 checksumOf(const QByteArray &bytes, qsizetype at, qsizetype size)
{
    return XXH3_64bits(bytes.constData() + at, size_t(size));
}

/// Puts the header of the file right.
void sealHeader(bool isSnapshot, QByteArray *bytes)
{
    const QByteArrayView magic
        = isSnapshot ? wal::SnapshotHeader::kMagic : wal::SegmentHeader::kMagic;
    bytes->replace(0, magic.size(), magic.toByteArray());
    put(wal::kVersion, 8, bytes);
    if (!isSnapshot)
        put(quint64(1), 24, bytes); // a log without a snapshot begins at seq 1
    put(checksumOf(*bytes, 0, 40), 40, bytes);
}

/// Puts checksums and chain of all groups or blocks right, as far as their sizes are possible.
void sealContent(bool isSnapshot, QByteArray *bytes)
{
    const qsizetype head = isSnapshot ? wal::BlockHeader::kSize : wal::GroupHeader::kSize;
    quint64 previous = get<quint64>(*bytes, isSnapshot ? 40 : 32);
    quint64 number = isSnapshot ? 0 : 1; // entries before, or the next seq
    for (qsizetype at = 48; bytes->size() - at >= head;) {
        const qint64 size = get<quint32>(*bytes, at + 8);
        if (size > bytes->size() - at - head)
            return;
        put(number, at + 16, bytes);
        put(previous, at + head - 8, bytes);
        previous = checksumOf(*bytes, at + 8, head - 8 + size);
        put(previous, at, bytes);
        number += get<quint32>(*bytes, at + 12);
        at += head + size;
    }
}

class Sink final : public RecoverySink
{
public:
    void restore(const std::vector<EntryPtr> &entries) override
    {
        for (const EntryPtr &entry : entries) {
            check(!entry->key().isEmpty(), "an entry has a key");
            add(entry->key(), entry->value());
        }
    }
    void replay(const std::vector<Record> &records) override
    {
        for (const Record &record : records) {
            check(record.seq == m_nextSeq++, "seqs have no hole");
            check(isMutation(record.op), "a log holds mutations");
            if (record.entry)
                add(record.entry->key(), record.entry->value());
            else
                add(record.key, {});
        }
    }

    quint64 count = 0;
    quint64 digest = 0;

private:
    void add(QByteArrayView key, QByteArrayView value)
    {
        ++count;
        digest = XXH3_64bits_withSeed(key.data(), size_t(key.size()), digest);
        digest = XXH3_64bits_withSeed(value.data(), size_t(value.size()), digest);
    }

    quint64 m_nextSeq = 1;
};

struct Outcome
{
    Result<Recovered> found;
    Sink sink;
};
Outcome recover(const QByteArray &name, const QByteArray &bytes)
{
    FaultyFileSystem files;
    files.setContent(kDirectory + '/' + name, bytes);
    Segments segments(files, kDirectory);
    Sink sink;
    auto found = Recovery(files, kDirectory, segments, sink).run();
    if (found && found->tail.nextSeq > 1 && found->snapshotSeq == 0) {
        const auto range = segments.read(0, found->tail.nextSeq - 1, bytes.size() * 10);
        check(range.ok(), "what was recovered can be read back");
        check(range->records.size() == sink.count, "all of it");
    }
    return {std::move(found), sink};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, std::size_t size)
{
    if (size < 1 + 48)
        return 0;
    const quint8 flags = data[0];
    const bool isSnapshot = (flags & IsSnapshot) != 0;
    QByteArray bytes(reinterpret_cast<const char *>(data + 1), qsizetype(size) - 1);
    if ((flags & SealsHeader) != 0)
        sealHeader(isSnapshot, &bytes);
    if ((flags & SealsContent) != 0)
        sealContent(isSnapshot, &bytes);

    const QByteArray name = isSnapshot ? snapshotName(get<quint64>(bytes, 24)) : segmentName(1);
    const Outcome first = recover(name, bytes);
    if (!first.found) {
        check(first.found.error().code == ErrorCode::Damaged, "a bad file is damaged");
        check(!first.found.error().detail.isEmpty(), "damage is described");
        return 0;
    }
    if (isSnapshot)
        return 0;
    const WalTail &tail = first.found->tail;
    check(tail.offset >= wal::SegmentHeader::kSize && tail.offset <= bytes.size(),
          "the end is in the file");
    check(first.sink.count == tail.nextSeq - 1, "the seq counts the records");
    const bool isRoom
        = (tail.header.flags & wal::SegmentHeader::kAlwaysSynced) != 0
          && bytes.count('\0') - bytes.first(tail.offset).count('\0') == bytes.size() - tail.offset;
    check(first.found->tornTail.isEmpty() == (tail.offset == bytes.size() || isRoom),
          "what is cut is told, unless it is room that was made ahead");
    const Outcome second = recover(name, bytes.first(tail.offset));
    check(second.found.ok() && second.found->tornTail.isEmpty(), "what is left is whole");
    check(second.sink.digest == first.sink.digest && second.sink.count == first.sink.count,
          "what is left is the same");
    return 0;
}
