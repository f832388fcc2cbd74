// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/disklog.h"
#include "server/store/keyvaluestore.h"

#include <QObject>

namespace memorykv {

/// Writes snapshots of the store into the log's directory when the log asks for one, on a thread of
/// its own, while the store is used. Nobody waits for it longer than a slice of the store takes to
/// be looked through (Snapshot).
class Snapshotter : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive the snapshotter. The log is open.
    Snapshotter(KeyValueStore &store, DiskLog &log);

    /// Gives up a snapshot that is being written.
    ~Snapshotter() override;

private:
    void request();
    void run();
    Result<Done> take();
    Result<qint64> write(File &file, class Snapshot &snapshot);
    void removeOthers(const QByteArray &name);

    KeyValueStore &m_store;
    DiskLog &m_log;
    std::atomic<bool> m_stopping = false;

    std::mutex m_mutex; ///< guards m_requested
    std::condition_variable m_wake;
    bool m_requested = false;

    std::thread m_thread;
};

} // namespace memorykv
