// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/server.h"

#include "server/app/serverinfo.h"
#include "server/http/tokenfile.h"
#include "server/log/memorylog.h"
#include "server/page/page.h"
#include "shared/logcategories.h"

#include <QDateTime>
#include <QTimer>

#include <unistd.h>

namespace memorykv {

// Room in a body for the JSON around the values of a batch.
static constexpr qsizetype kBatchOverhead = 1 << 20;

static RequestLabels requestLabels()
{
    RequestLabels labels;
    for (int i = 0; i < kMethodCount; ++i)
        labels.methods.push_back(methodName(Method(i)).toByteArray().toStdString());
    for (int i = 0; i < kRouteCount; ++i)
        labels.routes.push_back(routeTemplate(Route(i)).toByteArray().toStdString());
    return labels;
}

static std::unique_ptr<Persistence> makePersistence(const Options &options)
{
    if (options.storage.dataDir.isEmpty())
        return nullptr;
    return std::make_unique<Persistence>(options.storage, options.historySize);
}

Server::Server(const Options &options)
    : m_options(options)
    , m_startedMs(QDateTime::currentMSecsSinceEpoch())
    , m_cors(options.corsOrigins)
    , m_gatekeeper(m_tokens, m_cors)
    , m_persistence(makePersistence(options))
    , m_memoryLog(m_persistence ? nullptr : std::make_unique<MemoryLog>(options.historySize))
    , m_log(m_persistence ? m_persistence->log() : *m_memoryLog)
    , m_store(m_log, options.maxMemory, &QDateTime::currentMSecsSinceEpoch)
    , m_metrics(requestLabels())
    , m_expirer(m_store)
    , m_broadcaster(m_log, m_feedCounters)
    , m_acceptor([this](qintptr descriptor) { dispatch(descriptor); })
    , m_metricsAcceptor([this](qintptr descriptor) { m_metricsWorker->adopt(descriptor, {}); })
{
    registerMetrics();
    // On the log's thread, before anyone is told of the failure.
    connect(
        &m_log, &Log::failed, this, [this] { m_store.rollBack(); }, Qt::DirectConnection);
}

Server::~Server()
{
    m_acceptor.close();
    m_metricsAcceptor.close();
    m_log.disconnect(this);
    if (m_persistence)
        m_persistence->stop();
}

Result<Done> Server::start()
{
    if (auto loaded = loadTokens(); !loaded)
        return loaded;
    if (m_persistence) {
        if (auto opened = m_persistence->open(); !opened)
            return opened;
        m_recovering = true;
    }
    const Scope scope = m_options.metricsPort ? Scope::AllButMetrics : Scope::All;
    for (int i = 0; i < m_options.threads; ++i)
        m_workers.push_back(makeWorker(QStringLiteral("worker-%1").arg(i), scope));
    if (m_options.metricsPort) {
        m_metricsWorker = makeWorker(QStringLiteral("metrics"), Scope::MetricsOnly);
        auto listening = listen(m_metricsAcceptor, *m_options.metricsPort);
        if (!listening)
            return listening;
    }
    auto listening = listen(m_acceptor, m_options.port);
    if (listening)
        recover();
    return listening;
}

void Server::recover()
{
    if (!m_persistence) {
        QMetaObject::invokeMethod(this, &Server::ready, Qt::QueuedConnection);
        return;
    }
    connect(m_persistence.get(), &Persistence::recovered, this, [this] {
        m_recovering.store(false, std::memory_order_release);
        Q_EMIT ready();
    });
    connect(m_persistence.get(), &Persistence::failed, this, &Server::failed);
    m_persistence->recover(m_store);
}

std::unique_ptr<Worker> Server::makeWorker(const QString &name, Scope scope)
{
    auto observer = std::make_unique<WorkerObserver>(m_metrics.addWorker(), m_connections);
    ConnectionLimits limits;
    limits.maxBodySize = m_options.maxValueSize + kBatchOverhead;
    HttpServices services{m_store,
                          m_log,
                          *observer,
                          m_cors,
                          m_options.maxValueSize,
                          [this] { return m_metrics.render(); },
                          kMetricsContentType,
                          [this](const Grant &grant) { return info(grant); },
                          pageHtml(),
                          openApiYaml(),
                          scope,
                          &m_recovering};
    FeedContext feed{
        m_store, m_log, m_feedCounters, {m_options.feedBufferSize, m_options.heartbeat}};
    return std::make_unique<Worker>(
        WorkerSetup{std::move(services), m_broadcaster, feed, limits, m_gatekeeper},
        std::move(observer), name);
}

Result<Done> Server::listen(Acceptor &acceptor, quint16 port)
{
    if (acceptor.listen(m_options.address, port))
        return Done{};
    return Error{ErrorCode::Unavailable,
                 "cannot listen on " + m_options.address.toString().toLatin1() + " port "
                     + QByteArray::number(port) + ": " + acceptor.errorString().toUtf8()};
}

void Server::dispatch(qintptr descriptor)
{
    std::optional<Error> refusal;
    // A subscriber is no longer a connection to those who serve HTTP, but holds a socket all the
    // same.
    const quint64 open = quint64(m_connections.load(std::memory_order_relaxed))
                         + m_feedCounters.subscribers.load(std::memory_order_relaxed);
    if (open >= quint64(m_options.maxConnections)) {
        qCWarning(lcServer) << "refused a connection: over --max-connections"
                            << m_options.maxConnections;
        refusal = Error{ErrorCode::Unavailable,
                        "too many connections (--max-connections); try again later"};
    }
    m_workers[m_nextWorker]->adopt(descriptor, refusal);
    m_nextWorker = (m_nextWorker + 1) % m_workers.size();
}

// A subscriber is no longer a connection to those who serve HTTP, but holds a socket all the same.
quint64 Server::openConnections() const
{
    return quint64(m_connections.load(std::memory_order_relaxed))
           + m_feedCounters.subscribers.load(std::memory_order_relaxed);
}

QByteArray Server::info(const Grant &grant) const
{
    return renderServerInfo({m_options, m_log, m_store, m_startedMs, m_tokens.isRequired()}, grant);
}

Result<Done> Server::loadTokens()
{
    const QByteArray &path = m_options.security.tokenFile;
    if (path.isEmpty())
        return Done{};
    auto grants = readTokenFile(path);
    if (!grants) {
        return Error{grants.error().code, "--token-file " + printable(QString::fromUtf8(path))
                                              + ": " + grants.error().detail};
    }
    m_tokens.replace(*std::move(grants));
    return Done{};
}

void Server::reload()
{
    if (m_options.security.tokenFile.isEmpty()) {
        qCInfo(lcServer) << "nothing to reload";
        return;
    }
    if (const auto loaded = loadTokens(); !loaded) {
        qCWarning(lcServer).noquote() << "the tokens stay as they were:" << loaded.error().detail;
        return;
    }
    qCInfo(lcServer) << "tokens reloaded";
    for (const auto &worker : m_workers)
        worker->recheck();
}

void Server::registerMetrics()
{
    using namespace metricnames;
    const auto value = [](const auto &atomic) {
        return [&atomic] { return double(atomic.load(std::memory_order_relaxed)); };
    };
    m_metrics.addGauge(kKeys, [this] { return double(m_store.keyCount()); });
    m_metrics.addGauge(kStoredBytes, [this] { return double(m_store.storedBytes()); });
    m_metrics.addCounter(kExpired, [this] { return double(m_store.expiredCount()); });
    m_metrics.addGauge(kConnections, [this] { return double(openConnections()); });
    m_metrics.addGauge(kFeedSubscribers, value(m_feedCounters.subscribers));
    m_metrics.addCounter(kFeedDelivered, value(m_feedCounters.delivered));
    m_metrics.addCounter(kFeedShed, value(m_feedCounters.shed));
    m_metrics.addGauge(kWalSeq, [this] { return double(m_log.lastSeq()); });
    m_metrics.addGauge(kWalDurableSeq, [this] { return double(m_log.durableSeq()); });
    registerWalMetrics();
    for (int i = 0; i < int(Op::Gap); ++i) {
        m_metrics.addCounter(kFeedEvents, value(m_feedCounters.events[size_t(i)]),
                             {{"op", opName(Op(i)).toByteArray().toStdString()}});
    }
}

void Server::registerWalMetrics()
{
    using namespace metricnames;
    m_metrics.addGauge(kWalFailed, [this] { return m_log.hasFailed() ? 1.0 : 0.0; });
    if (!m_persistence)
        return;
    const WalStats &stats = m_persistence->log().stats();
    m_metrics.addCounter(kWalBytes, [&stats] { return double(stats.bytes.load()); });
    m_metrics.addCounter(kSnapshots,
                         [this] { return double(m_persistence->log().snapshotCount()); });
    m_metrics.addHistogram(kWalSyncDuration,
                           {WalStats::kSyncBounds.begin(), WalStats::kSyncBounds.end()}, [&stats] {
                               HistogramValues values;
                               for (const auto &bucket : stats.syncs)
                                   values.counts.push_back(bucket.load());
                               values.sum = stats.syncSeconds.load();
                               return values;
                           });
}

void Server::stop()
{
    if (m_draining > 0)
        return;
    qCInfo(lcServer) << "stopping";
    m_acceptor.close();
    m_metricsAcceptor.close();
    std::vector<Worker *> workers;
    for (const auto &worker : m_workers)
        workers.push_back(worker.get());
    if (m_metricsWorker)
        workers.push_back(m_metricsWorker.get());
    m_draining = int(workers.size());
    for (Worker *worker : workers) {
        connect(worker, &Worker::drained, this, [this] {
            if (--m_draining == 0)
                Q_EMIT stopped();
        });
        worker->drain();
    }
    QTimer::singleShot(kStopTimeout, this, [this] {
        qCWarning(lcServer) << "some clients did not let go in time";
        Q_EMIT stopped();
    });
}

} // namespace memorykv
