// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/filesystem.h"

#include <QMap>
#include <QSet>

#include <array>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

namespace memorykv::test {

/// A file system in memory that behaves as badly as a real one may. What was written can be read at
/// once, but lasts through crash() only when it was synced: the content of a file by its sync(),
/// the names in a directory by syncDirectory(). After a sync that failed, what it was to make
/// durable is still seen but is never written back by a later one, as Linux does it (Rebello et
/// al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
///
/// Files must be closed before crash() and restart(). All functions are thread-safe.
class FaultyFileSystem final : public FileSystem
{
public:
    enum class Call {
        Create,
        Open,
        Read,
        Write,
        Extend,
        Sync,
        Truncate,
        Rename,
        Remove,
        List,
        SyncDirectory
    };
    static constexpr int kCallCount = 11;

    explicit FaultyFileSystem(quint32 seed = 1);
    ~FaultyFileSystem() override;

    Result<std::unique_ptr<File>> open(const QByteArray &path, OpenMode mode) override;
    Result<Done> rename(const QByteArray &from, const QByteArray &to) override;
    Result<Done> remove(const QByteArray &path) override;
    Result<QList<QByteArray>> list(const QByteArray &directory) override;
    Result<Done> syncDirectory(const QByteArray &directory) override;
    Result<std::unique_ptr<DirectoryLock>> lock(const QByteArray &directory) override;

    /// Lets the \a nth \a call from now on (1 is the next) fail with \a code, and none after it.
    void failNth(Call call, int nth, ErrorCode code = ErrorCode::StorageFailed);
    /// Whether the call of failNth() has come.
    bool hasFailed() const;
    /// Whether a call has failed since restart(), is going to, or all do.
    bool isFaulty() const;
    /// How often \a call was made.
    int calls(Call call) const;
    /// How often a file was synced again through which a sync had failed.
    int syncsAfterFailure() const;
    /// Lets write() take a part of what it is given, most of the time.
    void setShortWrites(bool isShort);

    /// After \a calls more that change something, all fail and nothing changes any more: the
    /// process has been killed, or the power has gone.
    void stopAfter(int calls);

    /// The process is started again: all that was written is seen, whether durable or not.
    void restart();
    /// The power was gone: of what was not synced, a random part is there. Pieces of any size, or
    /// whole sectors, are missing or garbled, and any of the names not synced are as before. (A
    /// directory keeps its operations in order or not, as \a seed wants it.)
    void crash(quint32 seed);

    /// A file system of its own with the same files, all of them durable.
    std::unique_ptr<FaultyFileSystem> copy() const;

    /// The bytes of a file as they are seen; empty when there is none.
    QByteArray content(const QByteArray &path) const;
    /// Puts a file with these bytes there, durably.
    void setContent(const QByteArray &path, const QByteArray &bytes);
    QList<QByteArray> names(const QByteArray &directory) const;

private:
    friend class FaultyFile;
    friend class FaultyLock;

    /// One change of a file that was not synced yet.
    struct Change
    {
        qint64 offset = 0; ///< or where it is cut
        QByteArray bytes;
        bool isCut = false;
    };
    struct Node
    {
        QByteArray seen;
        QByteArray durable;
        std::vector<Change> changes;
    };
    using NodePtr = std::shared_ptr<Node>;
    /// One change of a directory that was not synced yet: names given up, and taken.
    struct NameChange
    {
        QByteArray gone;
        QByteArray come;
        NodePtr node;
    };

    // All of these run with the lock held.
    std::optional<Error> enter(Call call, const QByteArray &path, bool changes);
    bool chance(int outOf);
    static void apply(const Change &change, QByteArray &bytes);
    static void apply(const NameChange &change, QMap<QByteArray, NodePtr> &names);
    void applySome(Node &node);
    void applySomeNames(QByteArrayView directory);

    mutable std::mutex m_mutex; ///< guards all that follows
    std::mt19937 m_random;
    QMap<QByteArray, NodePtr> m_seen;
    QMap<QByteArray, NodePtr> m_durable;
    std::vector<NameChange> m_changes;
    QSet<QByteArray> m_locks;
    std::array<int, kCallCount> m_calls = {};
    Call m_failing = Call::Open;
    int m_failAt = 0;
    ErrorCode m_failure = ErrorCode::StorageFailed;
    bool m_hasFailed = false;
    int m_syncsAfterFailure = 0;
    int m_callsLeft = -1;
    bool m_shortWrites = false;
};

} // namespace memorykv::test
