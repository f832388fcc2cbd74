// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/storageoptions.h"
#include "server/log/disklog.h"
#include "server/store/snapshotter.h"

#include <QObject>

#include <atomic>
#include <memory>
#include <thread>

namespace memorykv {

/// What keeps a server's data in a directory: the directory's lock, the log in it, the recovery of
/// what it holds, and the snapshots. Lives on the main thread.
class Persistence : public QObject
{
    Q_OBJECT

public:
    /// Of StorageOptions::dataDir, which is not empty. \a historySize as Options.
    Persistence(const StorageOptions &options, qint64 historySize);
    ~Persistence() override;

    /// The log; not to be used before recovered().
    DiskLog &log() { return m_log; }

    /// Takes the directory for this process alone, and restores StorageOptions::restore into it if
    /// asked to. The error says what is wrong with the directory or the file.
    Result<Done> open();

    /// Begins to read what the directory holds into \a store, on a thread of its own; recovered()
    /// or failed() follows. \a store must not be used until then, and must stay until stop().
    void recover(KeyValueStore &store);

    /// Gives up a recovery or a snapshot that is going on, and ends their threads. The log stays.
    void stop();

Q_SIGNALS:
    void recovered();
    /// The directory cannot be served; \a detail says why and what to do about it.
    void failed(const QByteArray &detail);

private:
    Result<Recovered> read(KeyValueStore &store);
    void report(const Recovered &found, double seconds) const;

    const StorageOptions m_options;
    std::unique_ptr<DirectoryLock> m_lock;
    DiskLog m_log;
    std::unique_ptr<Snapshotter> m_snapshotter;
    std::atomic<bool> m_givenUp = false;
    std::thread m_thread;
};

} // namespace memorykv
