// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/server.h"

#include "server/app/serverinfo.h"
#include "server/http/tokenfile.h"
#include "server/log/memorylog.h"
#include "server/page/page.h"
#include "shared/logcategories.h"

#include <QDateTime>
#include <QTimer>

#include <sys/resource.h>
#include <sys/socket.h>
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

static std::vector<StaticFile> pageFiles()
{
    std::vector<StaticFile> files;
    for (PageAsset &asset : pageAssets())
        files.push_back({std::move(asset.name), std::move(asset.type), std::move(asset.content)});
    return files;
}

static std::unique_ptr<Persistence> makePersistence(const Options &options)
{
    if (options.storage.dataDir.isEmpty())
        return nullptr;
    return std::make_unique<Persistence>(options.storage, options.historySize);
}

// Descriptors for everything but connections: files, event loops, listening sockets.
static constexpr int kReservedDescriptors = 64;
static constexpr int kDescriptorsOfWorker = 4;
static constexpr int kMostRefused = 32; ///< connections that are being told that they are too many
static constexpr int kMostForMetrics = 32;

// \a wanted, or what the limit of the process leaves room for.
static int connectionsWithin(int wanted, int threads)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return wanted;
    const qint64 taken
        = kReservedDescriptors + kDescriptorsOfWorker * threads + kMostRefused + kMostForMetrics;
    const qint64 room = std::max<qint64>(qint64(limit.rlim_cur) - taken, 1);
    if (room >= wanted)
        return wanted;
    qCWarning(lcServer) << "the limit of" << limit.rlim_cur << "open files leaves room for" << room
                        << "connections, fewer than --max-connections" << wanted;
    return int(room);
}

Server::Server(const Options &options)
    : m_options(options)
    , m_startedMs(QDateTime::currentMSecsSinceEpoch())
    , m_cors(options.corsOrigins)
    , m_buffers(options.security.maxBuffers)
    , m_rate(options.security.maxRate)
    , m_gatekeeper(m_tokens, m_cors, HostList(options.address, options.security.hosts),
                   options.security.origins + options.corsOrigins)
    , m_persistence(makePersistence(options))
    , m_memoryLog(m_persistence ? nullptr : std::make_unique<MemoryLog>(options.historySize))
    , m_log(m_persistence ? m_persistence->log() : *m_memoryLog)
    , m_store(m_log, options.maxMemory, &QDateTime::currentMSecsSinceEpoch)
    , m_metrics(requestLabels())
    , m_expirer(m_store)
    , m_broadcaster(m_log, m_feedCounters)
    , m_acceptor([this](qintptr descriptor) { dispatch(descriptor); })
    , m_metricsAcceptor([this](qintptr descriptor) { dispatchMetrics(descriptor); })
    , m_maxConnections(connectionsWithin(options.maxConnections, options.threads))
{
    registerMetrics();
    // On the log's thread, before anyone is told of the failure.
    connect(
        &m_log, &Log::failed, this, [this] { m_store.rollBack(); }, Qt::DirectConnection);
}

Server::~Server()
{
    m_acceptor.stop();
    m_metricsAcceptor.stop();
    if (m_persistence)
        m_persistence->stop();
    // Who writes, then the log, whose thread calls the store and the broadcaster.
    m_metricsWorker.reset();
    m_workers.clear();
    m_log.stop();
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
    if (auto loaded = loadCertificate(); !loaded)
        return loaded;
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
                          &m_recovering,
                          pageFiles()};
    FeedContext feed{m_store,
                     m_log,
                     m_feedCounters,
                     {m_options.feedBufferSize, m_options.heartbeat},
                     &m_buffers};
    return std::make_unique<Worker>(WorkerSetup{std::move(services), m_broadcaster, feed, limits,
                                                m_gatekeeper, m_tls.isLoaded() ? &m_tls : nullptr,
                                                &m_buffers,
                                                m_options.security.maxRate > 0 ? &m_rate : nullptr},
                                    std::move(observer), name);
}

Result<Done> Server::listen(Acceptor &acceptor, quint16 port)
{
    if (acceptor.start(m_options.address, port))
        return Done{};
    return Error{ErrorCode::Unavailable,
                 "cannot listen on " + m_options.address.toString().toLatin1() + " port "
                     + QByteArray::number(port) + ": " + acceptor.errorString().toUtf8()};
}

static QHostAddress peerOf(qintptr descriptor)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto *address = reinterpret_cast<sockaddr *>(&storage);
    if (::getpeername(int(descriptor), address, &size) != 0)
        return {}; // gone already
    return QHostAddress(address);
}

// What is wrong with one more connection from \a address.
std::optional<Error> Server::overLimit(const QHostAddress &address) const
{
    if (m_census.total() >= m_maxConnections) {
        return Error{ErrorCode::Unavailable,
                     "too many connections (--max-connections); try again later"};
    }
    const int most = m_options.security.maxPerAddress;
    if (most > 0 && m_census.from(address) >= most) {
        return Error{ErrorCode::Unavailable,
                     "too many connections from this address (--max-per-address); close some"};
    }
    return std::nullopt;
}

void Server::dispatch(qintptr descriptor)
{
    const QHostAddress address = peerOf(descriptor);
    const std::optional<Error> refusal = overLimit(address);
    if (refusal) {
        qCDebug(lcServer).noquote() << "refused a connection:" << refusal->detail;
        // An answer holds its socket for a while, so there are not many of these either.
        if (m_refused.total() >= kMostRefused) {
            ::close(int(descriptor));
            return;
        }
    }
    m_workers[m_nextWorker]->adopt(descriptor, refusal,
                                   (refusal ? m_refused : m_census).enter(address));
    m_nextWorker = (m_nextWorker + 1) % m_workers.size();
}

// Few ask for metrics, and they must be able to while the other port is full.
void Server::dispatchMetrics(qintptr descriptor)
{
    if (m_metricsCensus.total() >= kMostForMetrics) {
        ::close(int(descriptor));
        return;
    }
    m_metricsWorker->adopt(descriptor, {}, m_metricsCensus.enter(peerOf(descriptor)));
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
    if (!m_options.security.tokenFile.isEmpty())
        reloadTokens();
    if (m_tls.isLoaded())
        reloadCertificate();
}

void Server::reloadTokens()
{
    if (const auto loaded = loadTokens(); !loaded) {
        qCWarning(lcServer).noquote() << "the tokens stay as they were:" << loaded.error().detail;
        return;
    }
    qCInfo(lcServer) << "tokens reloaded";
    for (const auto &worker : m_workers)
        worker->recheck();
}

Result<Done> Server::loadCertificate()
{
    const SecurityOptions &security = m_options.security;
    if (security.tlsCertificate.isEmpty())
        return Done{};
    return m_tls.load(security.tlsCertificate, security.tlsKey);
}

// Connections that are open stay with the certificate they began with.
void Server::reloadCertificate()
{
    if (const auto loaded = loadCertificate(); loaded)
        qCInfo(lcServer) << "certificate reloaded";
    else
        qCWarning(lcServer).noquote()
            << "the certificate stays as it was:" << loaded.error().detail;
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
    m_metrics.addGauge(kBufferedBytes, [this] { return double(m_buffers.used()); });
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
    m_acceptor.stop();
    m_metricsAcceptor.stop();
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
