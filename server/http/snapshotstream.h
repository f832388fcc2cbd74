// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/connection.h"
#include "server/log/snapshotfile.h"
#include "server/net/loopturn.h"
#include "server/store/snapshot.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QTimer>

#include <unordered_map>

namespace memorykv {

/// What the snapshot streams of one worker share.
struct SnapshotContext
{
    KeyValueStore &store;
    const Log &log;
    ConnectionLimits limits;
    BufferBudget *buffers = nullptr; ///< null: there is none to keep to
    LoopTurn *turn = nullptr;        ///< of the worker; null: nobody else is waiting
};

/// Sends the store as it is at one moment to one client, in the format of a snapshot file, at the
/// client's pace while writers go on. For as long as that takes the store keeps the old values of
/// what it has not sent yet, so it ends before it is done, which the client sees, when the client
/// is too slow, or when it has old values kept while buffers are short. Lives on its worker's
/// thread.
class SnapshotStream : public QObject
{
    Q_OBJECT

public:
    /// \a transport has nothing left to be written. \a context must outlive the stream.
    SnapshotStream(std::unique_ptr<Transport> transport, int minorVersion,
                   const SnapshotContext &context);
    ~SnapshotStream() override;

    /// Goes on as far as client, log and buffers let it. To be called when the log has become
    /// durable, which the snapshot waits for, or has failed, which ends it.
    void goOn();

    /// Ends it when the time the client had is over, and goes on when there were no buffers before.
    /// To be called once a second.
    void checkDeadline();

    /// Bytes that wait for the client, and old values that are kept for it.
    qint64 bufferedBytes() const { return m_share.bytes(); }

    /// Ends it at once.
    void abort();

Q_SIGNALS:
    /// The client has all of it, or is gone: the stream can go.
    void finished();

private:
    void advance();
    bool sendHead();
    void send(const QByteArray &content);
    void write(const QByteArray &bytes);
    bool isTooSlow() const;
    bool isInTheWay() const;
    bool isTurnOver() const;
    void account();
    void finish();

    const std::unique_ptr<Transport> m_transport;
    const int m_minorVersion;
    const SnapshotContext &m_context;
    Snapshot m_snapshot;
    SnapshotEncoder m_encoder;
    BufferShare m_share;
    QTimer m_again;            ///< when to go on after others had their turn
    QDeadlineTimer m_deadline; ///< for the client to take more of what waits for it
    QElapsedTimer m_since;     ///< something has been waiting for it without a pause
    qint64 m_written = 0;      ///< since then
    bool m_headSent = false;
    bool m_allSent = false;
    bool m_finished = false;
};

/// The snapshots that are being sent by one worker. Lives on the worker's thread.
class SnapshotStreams : public QObject
{
    Q_OBJECT

public:
    /// What \a context refers to must outlive this object.
    explicit SnapshotStreams(const SnapshotContext &context);
    ~SnapshotStreams() override;

    /// Takes over the client of \a upgrade.
    void add(Upgrade &upgrade);

    /// Waits for those that are being sent; drained() follows.
    void drain();

Q_SIGNALS:
    /// After drain(): the last one is sent.
    void drained();

private:
    void forEach(void (SnapshotStream::*act)());
    void checkDeadlines();
    void relieve();

    LoopTurn m_turn;
    SnapshotContext m_context;
    std::unordered_map<SnapshotStream *, std::unique_ptr<SnapshotStream>> m_streams;
    QTimer m_sweep;
    bool m_draining = false;
};

} // namespace memorykv
