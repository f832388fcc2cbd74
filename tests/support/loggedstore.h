// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/disklog.h"
#include "server/store/keyvaluestore.h"
#include "server/store/snapshotter.h"
#include "tests/support/testclock.h"

#include <optional>

namespace memorykv::test {

/// A store on a log on disk, put together as the server does, in the directory "data". It watches
/// what is published. Its end is that of an orderly stop, unless the file system has ended before.
class LoggedStore : public QObject
{
    Q_OBJECT

public:
    static inline const QByteArray kDirectory = "data";

    LoggedStore(FileSystem &files, const TestClock &clock, DiskLog::Options options);
    ~LoggedStore() override;

    /// Recovers and begins. Once.
    Result<Recovered> open();

    /// Waits until all up to \a seq is durable. False when the log has failed instead, and the
    /// store has taken back what was not durable.
    bool waitDurable(quint64 seq);

    /// Whether the log has failed; once it has, the store has taken back what was not durable.
    bool hasFailed();

    DiskLog &log() { return m_log; }
    KeyValueStore &store() { return *m_store; }
    quint64 snapshots() const { return m_log.snapshotCount(); }

    /// The mutations published so far, in the order in which they came.
    std::vector<Record> published() const;

private:
    mutable std::mutex m_mutex; ///< guards what follows, up to the store
    std::condition_variable m_changed;
    bool m_hasRolledBack = false;
    std::vector<Record> m_published;

    // The log's thread may tell of a failure until the log is gone, so the store goes last.
    std::optional<KeyValueStore> m_store;
    DiskLog m_log;
    std::optional<Snapshotter> m_snapshotter;
};

} // namespace memorykv::test
