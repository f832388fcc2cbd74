// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/walformat.h"

#include "shared/bytes.h"
#include "shared/limits.h"

#include <QtEndian>

#include <array>
#include <span>

#include <xxhash.h>

namespace memorykv::wal {

namespace {

quint64 checksumOf(QByteArrayView bytes)
{
    return XXH3_64bits(bytes.data(), size_t(bytes.size()));
}

template <typename T>
char *put(T number, char *at)
{
    qToLittleEndian(number, at);
    return at + sizeof(T);
}

// Groups and blocks begin with the checksum of the rest.
constexpr qsizetype kChecksumSize = sizeof(quint64);

quint64 seal(std::span<char> bytes)
{
    const std::span<char> covered = bytes.subspan(kChecksumSize);
    const quint64 checksum = checksumOf({covered.data(), qsizetype(covered.size())});
    put(checksum, bytes.data());
    return checksum;
}

template <typename T>
T get(QByteArrayView bytes, qsizetype at)
{
    return qFromLittleEndian<T>(bytes.data() + at);
}

// What an op is called on disk. These numbers are for ever, whatever becomes of the enum.
enum class DiskOp : quint8 {
    Put = 1,
    Delete = 2,
    Expire = 3,
    Touch = 4,
    DeletePrefix = 5,
    DeleteAll = 6,
};
struct OpNumber
{
    Op op;
    DiskOp number;
};
constexpr std::array kOpNumbers{
    OpNumber{Op::Insert, DiskOp::Put},
    OpNumber{Op::Delete, DiskOp::Delete},
    OpNumber{Op::Expire, DiskOp::Expire},
    OpNumber{Op::Touch, DiskOp::Touch},
    OpNumber{Op::DeletePrefix, DiskOp::DeletePrefix},
    OpNumber{Op::DeleteAll, DiskOp::DeleteAll},
};

DiskOp numberOf(Op op)
{
    for (const OpNumber &known : kOpNumbers) {
        if (known.op == op)
            return known.number;
    }
    Q_UNREACHABLE();
}

std::optional<Op> opOf(quint8 number)
{
    for (const OpNumber &known : kOpNumbers) {
        if (quint8(known.number) == number)
            return known.op;
    }
    return std::nullopt;
}

// The default type takes no room on disk either.
QByteArrayView storedType(const Entry &entry)
{
    const QByteArrayView type = entry.type();
    return type == Entry::kDefaultType ? QByteArrayView() : type;
}

QByteArrayView keyOf(const Record &record)
{
    return record.entry ? record.entry->key() : QByteArrayView(record.key);
}

qsizetype sizeOf(const Record &record)
{
    qsizetype size = kRecordHeaderSize + keyOf(record).size();
    if (record.op == Op::Insert)
        size += storedType(*record.entry).size() + record.entry->value().size();
    return size;
}

char *putRecord(const Record &record, char *at)
{
    const QByteArrayView key = keyOf(record);
    QByteArrayView type;
    QByteArrayView value;
    if (record.op == Op::Insert) {
        type = storedType(*record.entry);
        value = record.entry->value();
    }
    at = put(quint8(numberOf(record.op)), at);
    at = put(quint8(0), at);
    at = put(quint16(key.size()), at);
    at = put(quint16(type.size()), at);
    at = put(quint16(0), at);
    at = put(quint32(value.size()), at);
    at = put(record.timeMs, at);
    at = put(record.entry ? record.entry->expiresAtMs() : qint64(0), at);
    at = writeBytes(key, at);
    at = writeBytes(type, at);
    return writeBytes(value, at);
}

// Sizes of a key, type and value that the program could have stored.
bool arePossible(qsizetype key, qsizetype type)
{
    return key > 0 && key <= kMaxKeySize && type <= kMaxTypeSize;
}

} // namespace

QByteArray encode(const SegmentHeader &header)
{
    QByteArray bytes(SegmentHeader::kSize, Qt::Uninitialized);
    char *at = writeBytes(SegmentHeader::kMagic, bytes.data());
    at = put(kVersion, at);
    at = put(header.flags, at);
    at = put(header.epoch, at);
    at = put(header.firstSeq, at);
    at = put(header.previous, at);
    put(checksumOf(QByteArrayView(bytes).first(40)), at);
    return bytes;
}

std::optional<SegmentHeader> decodeSegmentHeader(QByteArrayView bytes)
{
    if (bytes.size() < SegmentHeader::kSize || !bytes.startsWith(SegmentHeader::kMagic)
        || get<quint32>(bytes, 8) != kVersion
        || get<quint64>(bytes, 40) != checksumOf(bytes.first(40)))
        return std::nullopt;
    return SegmentHeader{get<quint32>(bytes, 12), get<quint64>(bytes, 16), get<quint64>(bytes, 24),
                         get<quint64>(bytes, 32)};
}

quint64 appendGroup(const Record *records, size_t count, quint64 nextSeq, quint64 synced,
                    quint64 previous, QByteArray &out)
{
    qsizetype size = 0;
    for (size_t i = 0; i < count; ++i)
        size += sizeOf(records[i]);
    char *const start = extend(out, GroupHeader::kSize + size);
    char *at = put(quint32(size), start + kChecksumSize);
    at = put(quint32(count), at);
    at = put(nextSeq, at);
    at = put(synced, at);
    at = put(previous, at);
    for (size_t i = 0; i < count; ++i)
        at = putRecord(records[i], at);
    return seal({start, at});
}

GroupHeader decodeGroupHeader(QByteArrayView bytes)
{
    return {get<quint64>(bytes, 0),  get<quint32>(bytes, 8),  get<quint32>(bytes, 12),
            get<quint64>(bytes, 16), get<quint64>(bytes, 24), get<quint64>(bytes, 32)};
}

bool isGroupIntact(QByteArrayView group, const GroupHeader &header)
{
    return checksumOf(group.sliced(kChecksumSize)) == header.checksum;
}

std::optional<Record> takeRecord(QByteArrayView &bytes, quint64 seq)
{
    if (bytes.size() < kRecordHeaderSize)
        return std::nullopt;
    const auto op = opOf(get<quint8>(bytes, 0));
    const qsizetype keySize = get<quint16>(bytes, 2);
    const qsizetype typeSize = get<quint16>(bytes, 4);
    const qsizetype valueSize = get<quint32>(bytes, 8);
    if (!op || bytes.size() - kRecordHeaderSize < keySize + typeSize + valueSize
        || (*op != Op::DeleteAll && !arePossible(keySize, typeSize)))
        return std::nullopt;

    Record record;
    record.op = *op;
    record.seq = seq;
    record.timeMs = get<qint64>(bytes, 12);
    const qint64 expiresAtMs = get<qint64>(bytes, 20);
    const QByteArrayView key = bytes.sliced(kRecordHeaderSize, keySize);
    const QByteArrayView type = bytes.sliced(kRecordHeaderSize + keySize, typeSize);
    const QByteArrayView value = bytes.sliced(kRecordHeaderSize + keySize + typeSize, valueSize);
    if (*op == Op::Insert || *op == Op::Touch)
        record.entry = Entry::create({key, value, type, seq, expiresAtMs});
    else
        record.key = key.toByteArray();
    bytes = bytes.sliced(kRecordHeaderSize + keySize + typeSize + valueSize);
    return record;
}

QByteArray encode(const SnapshotHeader &header, quint64 &checksum)
{
    QByteArray bytes(SnapshotHeader::kSize, Qt::Uninitialized);
    char *at = writeBytes(SnapshotHeader::kMagic, bytes.data());
    at = put(kVersion, at);
    at = put(quint32(0), at);
    at = put(header.epoch, at);
    at = put(header.seq, at);
    at = put(header.timeMs, at);
    checksum = checksumOf(QByteArrayView(bytes).first(40));
    put(checksum, at);
    return bytes;
}

std::optional<SnapshotHeader> decodeSnapshotHeader(QByteArrayView bytes, quint64 &checksum)
{
    if (bytes.size() < SnapshotHeader::kSize || !bytes.startsWith(SnapshotHeader::kMagic)
        || get<quint32>(bytes, 8) != kVersion)
        return std::nullopt;
    checksum = get<quint64>(bytes, 40);
    if (checksum != checksumOf(bytes.first(40)))
        return std::nullopt;
    return SnapshotHeader{get<quint64>(bytes, 16), get<quint64>(bytes, 24), get<qint64>(bytes, 32)};
}

quint64 appendBlock(const std::vector<EntryPtr> &entries, quint64 total, quint64 previous,
                    QByteArray &out)
{
    qsizetype size = 0;
    for (const EntryPtr &entry : entries) {
        size += kEntryHeaderSize + entry->key().size() + storedType(*entry).size()
                + entry->value().size();
    }
    char *const start = extend(out, BlockHeader::kSize + size);
    char *at = put(quint32(size), start + kChecksumSize);
    at = put(quint32(entries.size()), at);
    at = put(total, at);
    at = put(previous, at);
    for (const EntryPtr &entry : entries) {
        const QByteArrayView type = storedType(*entry);
        at = put(quint16(entry->key().size()), at);
        at = put(quint16(type.size()), at);
        at = put(quint32(entry->value().size()), at);
        at = put(entry->revision(), at);
        at = put(entry->expiresAtMs(), at);
        at = writeBytes(entry->key(), at);
        at = writeBytes(type, at);
        at = writeBytes(entry->value(), at);
    }
    return seal({start, at});
}

BlockHeader decodeBlockHeader(QByteArrayView bytes)
{
    return {get<quint64>(bytes, 0), get<quint32>(bytes, 8), get<quint32>(bytes, 12),
            get<quint64>(bytes, 16), get<quint64>(bytes, 24)};
}

bool isBlockIntact(QByteArrayView block, const BlockHeader &header)
{
    return checksumOf(block.sliced(kChecksumSize)) == header.checksum;
}

EntryPtr takeEntry(QByteArrayView &bytes)
{
    if (bytes.size() < kEntryHeaderSize)
        return {};
    const qsizetype keySize = get<quint16>(bytes, 0);
    const qsizetype typeSize = get<quint16>(bytes, 2);
    const qsizetype valueSize = get<quint32>(bytes, 4);
    if (bytes.size() - kEntryHeaderSize < keySize + typeSize + valueSize
        || !arePossible(keySize, typeSize))
        return {};
    Entry::Fields fields;
    fields.key = bytes.sliced(kEntryHeaderSize, keySize);
    fields.type = bytes.sliced(kEntryHeaderSize + keySize, typeSize);
    fields.value = bytes.sliced(kEntryHeaderSize + keySize + typeSize, valueSize);
    fields.revision = get<quint64>(bytes, 8);
    fields.expiresAtMs = get<qint64>(bytes, 16);
    bytes = bytes.sliced(kEntryHeaderSize + keySize + typeSize + valueSize);
    return Entry::create(fields);
}

} // namespace memorykv::wal
