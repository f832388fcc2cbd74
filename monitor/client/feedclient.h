// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/certificatequestion.h"
#include "monitor/client/clock.h"
#include "monitor/client/endpoint.h"
#include "monitor/client/feedstatus.h"
#include "monitor/client/serverinfo.h"
#include "shared/event.h"

#include <QList>
#include <QObject>
#include <QThread>

namespace memorykv {

class FeedLink;

/// How a FeedClient works; the defaults are for the program, tests choose their own.
struct FeedOptions
{
    int heartbeatMs = 60'000; ///< after so long without a byte the server is asked for a sign of
                              ///< life, and after 2.5 times that the connection counts as lost
    int handshakeMs = 15'000; ///< for the server to let the feed in
    int flushMs = 60;         ///< events are given out in batches, so far apart
    int maxBatch = 5'000;     ///< events in one batch
    qint64 maxBufferedBytes = 64 << 20; ///< of events waiting; beyond it the oldest are shed
    MonotonicClock clock = systemMonotonicClock();
    RandomFraction random = systemRandomFraction();
};

/// The live feed of a server, kept alive: connects, resumes after a break with `since`, waits
/// longer and longer between tries, and says in words how it stands. The socket and the parsing
/// live on a thread of its own; the functions here are called, and the signals come, on the thread
/// of this object.
///
/// Events come in batches, in order, each mutation once; what is missing stands there as a gap. The
/// next batch comes only when the slots connected to events() have returned, so that a busy window
/// is never buried: what it cannot take is shed beyond maxBufferedBytes, which is a gap too.
class FeedClient : public QObject
{
    Q_OBJECT

public:
    explicit FeedClient(const FeedOptions &options = {}, QObject *parent = nullptr);
    /// Closes the connection and joins the thread.
    ~FeedClient() override;

    /// Connects to \a endpoint. With the address of the last start() the feed resumes from where it
    /// was; with another one it begins anew.
    void start(const Endpoint &endpoint);
    /// Closes the connection. The position is kept for the next start().
    void stop();
    /// Tries at once, from any state but Live and Connecting, when it was started.
    void retryNow();

    const FeedStatus &status() const { return m_status; }
    const FeedStats &stats() const { return m_stats; }
    /// Seconds until the next try, rounded up; 0 when none is planned.
    int retryInSeconds() const;
    /// status() in words, see feedStatusText().
    QString statusText() const;

Q_SIGNALS:
    void statusChanged(const memorykv::FeedStatus &status);
    /// Events in order, gaps among them. Never empty.
    void events(const QList<memorykv::Event> &batch);
    /// About once a second while connected, and with each batch.
    void statsChanged(const memorykv::FeedStats &stats);
    /// The server was found to be a MemoryKV, before the feed is opened; at every try.
    void serverFound(const memorykv::ServerInfo &info);
    /// The state is Untrusted; this is the question to ask.
    void certificateUntrusted(const memorykv::CertificateQuestion &question);

private:
    void onStatus(int run, const FeedStatus &status);
    void onBatch(int run, const QList<Event> &batch, const FeedStats &stats);
    void onStats(int run, const FeedStats &stats);

    FeedOptions m_options;
    QThread m_thread;
    FeedLink *m_link; ///< lives on m_thread and is destroyed there
    FeedStatus m_status;
    FeedStats m_stats;
    int m_run = 0; ///< counts start() and stop(): what comes of an earlier run is left out
};

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::Event)
