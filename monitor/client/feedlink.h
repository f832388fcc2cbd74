// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/backoff.h"
#include "monitor/client/feedbuffer.h"
#include "monitor/client/feedclient.h"
#include "monitor/client/feedsequence.h"
#include "monitor/client/feedsocket.h"
#include "monitor/client/restclient.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace memorykv {

/// The part of FeedClient that lives on its thread: decides when to connect, reads events, and
/// hands them out in batches. Signals carry the run they belong to, see start().
class FeedLink : public QObject
{
    Q_OBJECT

public:
    explicit FeedLink(const FeedOptions &options);

    /// As FeedClient::start(). \a run comes back with every signal.
    void start(int run, const Endpoint &endpoint);
    void stop(int run);
    void retryNow();
    /// The last batch was dealt with; the next one may come.
    void batchTaken(int run);

Q_SIGNALS:
    void statusChanged(int run, const memorykv::FeedStatus &status);
    void batch(int run, const QList<memorykv::Event> &events, const memorykv::FeedStats &stats);
    void statsChanged(int run, const memorykv::FeedStats &stats);
    void serverFound(int run, const memorykv::ServerInfo &info);
    void certificateUntrusted(int run, const memorykv::CertificateQuestion &question);

private:
    void connectNow();
    void disconnectNow();
    void onInfo(const Outcome<QByteArray> &json);
    void onInfoFailed(const Failure &failure);
    void openFeed(const ServerInfo &info);
    void onOpened();
    void onMessage(const QByteArray &json);
    void onLost(const QString &reason);
    void onHandshakeFailed(const QString &reason);
    void retryLater(const QString &reason);
    void setStatus(FeedStatus status);
    void tick();
    void checkSilence(qint64 nowMs);
    void scheduleFlush();
    void flush();
    FeedStats stats() const;

    FeedOptions m_options;
    int m_run = 0;
    Endpoint m_endpoint;
    FeedStatus m_status;
    RestClient m_rest;
    RestCall m_call;
    std::unique_ptr<FeedSocket> m_socket;
    Backoff m_backoff;
    FeedSequence m_sequence;
    FeedBuffer m_buffer;
    FeedStats m_stats; ///< what the others do not count
    QTimer m_tick;
    QTimer m_flush;
    bool m_batchIsOut = false;
    qint64 m_openDeadlineMs = 0; ///< Connecting, with a socket
    qint64 m_lastSignMs = 0;     ///< Live: when anything came last
    bool m_askedForSign = false;
    qint64 m_lastStatsMs = 0;
};

} // namespace memorykv
