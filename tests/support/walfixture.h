// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/recovery.h"
#include "tests/support/faultyfilesystem.h"

namespace memorykv::test {

/// The data directory of tests of the log.
inline const QByteArray kDataDirectory = "data";

QByteArray dataPath(const QByteArray &name);

/// Records as the store makes them, at a fixed time.
inline constexpr qint64 kRecordTimeMs = 1'700'000'000'123;
Record putRecord(quint64 seq, const QByteArray &key, const QByteArray &value,
                 const QByteArray &type = {}, qint64 expiresAtMs = 0);
Record touchRecord(quint64 seq, const QByteArray &key, qint64 expiresAtMs);
/// Of an op that has a key or a prefix alone.
Record keyRecord(Op op, quint64 seq, const QByteArray &key);
/// Puts with the seqs \a first to \a last, of keys "k<seq>".
std::vector<Record> putRecords(quint64 first, quint64 last, qsizetype valueSize = 10);

/// All that is to be found again of a record or an entry, to compare and to show.
QByteArray textOf(const Record &record);
QByteArray textOf(const Entry &entry);
QList<QByteArray> textsOf(const std::vector<Record> &records);

/// Keeps what is recovered.
class CollectingSink final : public RecoverySink
{
public:
    void restore(const std::vector<EntryPtr> &entries) override;
    void replay(const std::vector<Record> &records) override;

    QList<QByteArray> entries;
    QList<QByteArray> records;
    QList<qsizetype> groups; ///< the sizes of the groups
};

/// What a recovery of a data directory gives.
struct RecoveryResult
{
    Result<Recovered> found;
    std::optional<Damage> damage;
    CollectingSink sink;
};
RecoveryResult recover(FileSystem &files);

/// Writes records as the log's thread does, with a decision where it syncs.
class SegmentMaker
{
public:
    /// Behind what the directory holds.
    explicit SegmentMaker(FileSystem &files, WalWriter::Options options = defaultOptions());

    /// The epoch 7, synced always, one segment.
    static WalWriter::Options defaultOptions();

    WalWriter &writer() { return *m_writer; }
    Segments &segments() { return m_segments; }

    /// Appends a group and writes it, and syncs it or not. Returns how many bytes the segments have
    /// then, which is where it ends while there is one.
    qint64 add(const std::vector<Record> &records, bool sync = true);

private:
    Segments m_segments;
    std::optional<WalWriter> m_writer;
};

} // namespace memorykv::test
