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
    /// That a snapshot is to be made. The thread of the log may be about to say so when the
    /// snapshotter goes, so both own this.
    struct Request
    {
        void make();
        void wait();

        std::mutex mutex; ///< guards isMade
        std::condition_variable wake;
        bool isMade = false;
    };

    void run();
    Result<Done> take();
    Result<qint64> write(File &file, class Snapshot &snapshot);
    void removeOthers(const QByteArray &name);

    KeyValueStore &m_store;
    DiskLog &m_log;
    std::atomic<bool> m_stopping = false;

    std::shared_ptr<Request> m_request = std::make_shared<Request>();
    QMetaObject::Connection m_wanted;

    std::thread m_thread;
};

} // namespace memorykv
