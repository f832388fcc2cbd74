// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/connection.h"
#include "server/log/snapshotfile.h"
#include "server/store/snapshot.h"

#include <QTimer>

#include <unordered_map>

namespace memorykv {

/// Sends the store as it is at one moment to one client, in the format of a snapshot file, at the
/// client's pace while writers go on. Lives on its worker's thread.
class SnapshotStream : public QObject
{
    Q_OBJECT

public:
    /// \a transport has nothing left to be written. \a store and \a log must outlive
    /// the stream.
    SnapshotStream(std::unique_ptr<Transport> transport, int minorVersion, KeyValueStore &store,
                   const Log &log);
    ~SnapshotStream() override;

    /// Goes on when the log has become durable, which the snapshot waits for, or has failed, which
    /// ends it.
    void logChanged();

Q_SIGNALS:
    /// The client has all of it, or is gone: the stream can go.
    void finished();

private:
    void advance();
    bool sendHead();
    void send(const QByteArray &content);
    void finish();

    const std::unique_ptr<Transport> m_transport;
    const int m_minorVersion;
    KeyValueStore &m_store;
    const Log &m_log;
    Snapshot m_snapshot;
    SnapshotEncoder m_encoder;
    QTimer m_timeout;
    bool m_headSent = false;
    bool m_allSent = false;
    bool m_finished = false;
};

/// The snapshots that are being sent by one worker. Lives on the worker's thread.
class SnapshotStreams : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive this object.
    SnapshotStreams(KeyValueStore &store, const Log &log);
    ~SnapshotStreams() override;

    /// Takes over the client of \a upgrade.
    void add(Upgrade &upgrade);

    /// Waits for those that are being sent; drained() follows.
    void drain();

Q_SIGNALS:
    /// After drain(): the last one is sent.
    void drained();

private:
    void logChanged();

    KeyValueStore &m_store;
    const Log &m_log;
    std::unordered_map<SnapshotStream *, std::unique_ptr<SnapshotStream>> m_streams;
    bool m_draining = false;
};

} // namespace memorykv
