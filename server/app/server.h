// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/acceptor.h"
#include "server/app/census.h"
#include "server/app/options.h"
#include "server/app/persistence.h"
#include "server/app/worker.h"
#include "server/feed/broadcaster.h"
#include "server/metrics/metrics.h"
#include "server/store/expirer.h"
#include "shared/result.h"

#include <atomic>
#include <memory>
#include <vector>

namespace memorykv {

/// The whole server: puts the parts together, starts and stops them. Lives on the main thread.
class Server : public QObject
{
    Q_OBJECT

public:
    explicit Server(const Options &options);
    ~Server() override;

    /// Takes the data directory, listens and serves; ready() or failed() follows. Until then
    /// clients that need the data are told to come back later. The error says which address,
    /// directory or file could not be had and why.
    Result<Done> start();

    /// The port listened on, after start().
    quint16 port() const { return m_acceptor.serverPort(); }
    quint16 metricsPort() const { return m_metricsAcceptor.serverPort(); }

    /// Reads again the files that may change while it runs. One that is wrong leaves things as
    /// they are, and the log says what is wrong.
    void reload();

    /// Stops accepting, answers what is in flight, closes the feeds; stopped() follows, within
    /// kStopTimeout however slow the clients are.
    void stop();

    static constexpr std::chrono::seconds kStopTimeout{8}; ///< container runtimes kill after 10

Q_SIGNALS:
    /// The data can be used.
    void ready();
    /// The data directory cannot be served; \a detail is for a human.
    void failed(const QByteArray &detail);
    void stopped();

private:
    std::unique_ptr<Worker> makeWorker(const QString &name, Scope scope);
    Result<Done> listen(Acceptor &acceptor, quint16 port);
    void dispatch(qintptr descriptor);
    void recover();
    void dispatchMetrics(qintptr descriptor);
    std::optional<Error> overLimit(const QHostAddress &address) const;
    void registerMetrics();
    void registerWalMetrics();
    Result<Done> loadTokens();
    Result<Done> loadCertificate();
    void reloadTokens();
    void reloadCertificate();
    QByteArray info(const Grant &grant) const;
    quint64 openConnections() const;

    const Options m_options;
    const qint64 m_startedMs;
    std::atomic<int> m_connections = 0;
    FeedCounters m_feedCounters;
    Census m_census;
    Census m_refused; ///< connections that are being refused
    Census m_metricsCensus;
    Cors m_cors;
    BufferBudget m_buffers;
    RateLimiter m_rate;
    TokenStore m_tokens;
    TlsSource m_tls;
    Gatekeeper m_gatekeeper;
    std::atomic<bool> m_recovering = false;
    // In the order in which each stands on those before it.
    std::unique_ptr<Persistence> m_persistence; ///< null without a data directory
    std::unique_ptr<Log> m_memoryLog;           ///< null with one
    Log &m_log;
    KeyValueStore m_store;
    Metrics m_metrics;
    Expirer m_expirer;
    Broadcaster m_broadcaster;
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::unique_ptr<Worker> m_metricsWorker;
    Acceptor m_acceptor;
    Acceptor m_metricsAcceptor;
    const int m_maxConnections; ///< --max-connections, or what file descriptors allow
    size_t m_nextWorker = 0;
    int m_draining = 0;
};

} // namespace memorykv
