// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedlink.h"

#include "shared/eventjson.h"

namespace memorykv {

namespace {

constexpr int kTickMs = 100;
constexpr qint64 kStatsMs = 1'000;

/// A value of the largest size can grow sixfold when it is escaped, and has a key beside it.
quint64 maxMessage(const ServerInfo &info)
{
    constexpr quint64 kRest = 1 << 20;
    constexpr quint64 kLeast = 32 << 20;
    return qMax(6 * qMin(info.maxValueSize, quint64{1} << 32) + kRest, kLeast);
}

} // namespace

FeedLink::FeedLink(const FeedOptions &options)
    : m_options(options)
    , m_rest(this)
    , m_backoff(options.random)
    , m_buffer(options.maxBufferedBytes)
    , m_tick(this)
    , m_flush(this)
{
    m_tick.setInterval(kTickMs);
    m_flush.setSingleShot(true);
    connect(&m_tick, &QTimer::timeout, this, &FeedLink::tick);
    connect(&m_flush, &QTimer::timeout, this, &FeedLink::flush);
    connect(&m_rest, &RestClient::certificateUntrusted, this,
            [this](const CertificateQuestion &question) {
                Q_EMIT certificateUntrusted(m_run, question);
            });
}

void FeedLink::start(int run, const Endpoint &endpoint)
{
    disconnectNow();
    m_run = run;
    if (endpoint.address != m_endpoint.address) {
        m_sequence.reset();
        m_buffer = FeedBuffer(m_options.maxBufferedBytes);
        m_stats = {};
    }
    m_endpoint = endpoint;
    m_rest.setEndpoint(endpoint);
    m_backoff.reset();
    m_batchIsOut = false;
    m_tick.start();
    scheduleFlush();
    connectNow();
}

void FeedLink::stop(int run)
{
    disconnectNow();
    m_run = run;
    m_batchIsOut = false;
    m_tick.stop();
    // What has come is still good.
    scheduleFlush();
    setStatus({.state = FeedState::Stopped});
}

void FeedLink::retryNow()
{
    if (m_status.state == FeedState::Stopped || m_status.state == FeedState::Connecting
        || m_status.state == FeedState::Live)
        return;
    m_tick.start();
    connectNow();
}

void FeedLink::batchTaken(int run)
{
    if (run != m_run)
        return;
    m_batchIsOut = false;
    scheduleFlush();
}

void FeedLink::connectNow()
{
    disconnectNow();
    setStatus({.state = FeedState::Connecting, .failures = m_backoff.failures()});
    m_call = m_rest.infoText(this, [this](const Outcome<QByteArray> &json) { onInfo(json); });
}

void FeedLink::disconnectNow()
{
    m_call.abort();
    // It may be the one that is calling.
    if (FeedSocket *socket = m_socket.release()) {
        socket->disconnect(this);
        socket->deleteLater();
    }
}

void FeedLink::onInfo(const Outcome<QByteArray> &json)
{
    if (!json) {
        onInfoFailed(json.error());
        return;
    }
    ServerInfo info;
    switch (readServerInfo(*json, info)) {
    case ServerKind::Supported:
        Q_EMIT serverFound(m_run, info);
        openFeed(info);
        break;
    case ServerKind::TokenNeeded:
        onInfoFailed(failureFromAnswer(401, {}));
        break;
    case ServerKind::TooOld:
        setStatus({.state = FeedState::TooOld, .reason = tr("it does not tell its position")});
        break;
    case ServerKind::NotMemoryKv:
        setStatus({.state = FeedState::NotMemoryKv,
                   .reason = tr("%1 does not answer as one").arg(m_endpoint.address.toString())});
        break;
    }
}

void FeedLink::onInfoFailed(const Failure &failure)
{
    constexpr int kMisdirected = 421;
    switch (failure.kind) {
    case FailureKind::Unauthorized:
    case FailureKind::Forbidden:
        setStatus(
            {.state = FeedState::Refused, .reason = failure.text, .httpStatus = failure.status});
        break;
    case FailureKind::Tls:
        setStatus({.state = FeedState::Untrusted, .reason = failure.text});
        break;
    case FailureKind::NotFound:
    case FailureKind::Protocol:
    case FailureKind::Rejected:
        setStatus(
            {.state = failure.status == kMisdirected ? FeedState::Refused : FeedState::NotMemoryKv,
             .reason = failure.text,
             .httpStatus = failure.status});
        break;
    default:
        retryLater(failure.text);
    }
}

void FeedLink::openFeed(const ServerInfo &info)
{
    // Of a token that does not tell its role it is not known either how far it reaches.
    m_sequence.setConfined(!info.prefix.isEmpty()
                           || (info.role.isEmpty() && !m_endpoint.token.isEmpty()));
    QByteArray query = "format=json";
    if (const auto position = m_sequence.position())
        query += "&since=" + position->toText();
    m_openDeadlineMs = m_options.clock() + m_options.handshakeMs;
    m_socket = std::make_unique<FeedSocket>(m_endpoint, query, maxMessage(info));
    connect(m_socket.get(), &FeedSocket::opened, this, &FeedLink::onOpened);
    connect(m_socket.get(), &FeedSocket::message, this, &FeedLink::onMessage);
    connect(m_socket.get(), &FeedSocket::sign, this, [this] {
        m_lastSignMs = m_options.clock();
        m_askedForSign = false;
    });
    connect(
        m_socket.get(), &FeedSocket::untrusted, this, [this](const CertificateQuestion &question) {
            disconnectNow();
            setStatus({.state = FeedState::Untrusted, .reason = failureTitle(FailureKind::Tls)});
            Q_EMIT certificateUntrusted(m_run, question);
        });
    connect(m_socket.get(), &FeedSocket::ended, this, [this](bool wasOpen, const QString &reason) {
        if (wasOpen)
            onLost(reason);
        else
            onHandshakeFailed(reason);
    });
}

void FeedLink::onOpened()
{
    m_lastSignMs = m_options.clock();
    m_askedForSign = false;
    m_sequence.connected();
    setStatus({.state = FeedState::Live});
}

void FeedLink::onMessage(const QByteArray &json)
{
    m_lastSignMs = m_options.clock();
    m_askedForSign = false;
    auto event = eventFromJson(json);
    if (!event) {
        ++m_stats.garbage;
        return;
    }
    // A server that lets one in and hangs up at once is not asked again and again at once.
    m_backoff.reset();
    if (event->op == Op::Heartbeat)
        m_stats.lastHeartbeatMs = qMax(m_stats.lastHeartbeatMs, event->timeMs);
    QList<Event> events;
    m_sequence.take(*std::move(event), events);
    m_stats.events += static_cast<quint64>(events.size());
    m_buffer.append(events);
    scheduleFlush();
}

void FeedLink::onLost(const QString &reason)
{
    disconnectNow();
    retryLater(reason);
}

/// Why the server did not let the feed in is not told by QWebSocket; a plain request finds out.
void FeedLink::onHandshakeFailed(const QString &reason)
{
    disconnectNow();
    m_call = m_rest.probeFeed(this, [this, reason](const Outcome<Done> &outcome) {
        const Failure &failure = outcome.error();
        if (failure.kind == FailureKind::Unauthorized || failure.kind == FailureKind::Forbidden)
            onInfoFailed(failure);
        else
            retryLater(reason);
    });
}

void FeedLink::retryLater(const QString &reason)
{
    const qint64 wait = m_backoff.next();
    setStatus({.state = FeedState::Offline,
               .reason = reason,
               .retryAtMs = m_options.clock() + wait,
               .failures = m_backoff.failures()});
}

void FeedLink::setStatus(FeedStatus status)
{
    m_status = std::move(status);
    Q_EMIT statusChanged(m_run, m_status);
}

void FeedLink::tick()
{
    const qint64 now = m_options.clock();
    switch (m_status.state) {
    case FeedState::Offline:
        if (now >= m_status.retryAtMs.value_or(now))
            connectNow();
        break;
    case FeedState::Connecting:
        if (m_socket && now >= m_openDeadlineMs)
            onLost(tr("the server did not open the feed in time"));
        break;
    case FeedState::Live:
        checkSilence(now);
        break;
    default:
        m_tick.stop();
    }
    if (m_status.state == FeedState::Live && now - m_lastStatsMs >= kStatsMs) {
        m_lastStatsMs = now;
        Q_EMIT statsChanged(m_run, stats());
    }
}

/// A quiet store and a dead connection look the same until one asks.
void FeedLink::checkSilence(qint64 nowMs)
{
    const qint64 silence = nowMs - m_lastSignMs;
    if (2 * silence >= 5 * qint64{m_options.heartbeatMs}) {
        onLost(tr("the server has been silent for %1 s").arg(silence / 1000));
    } else if (silence >= m_options.heartbeatMs && !m_askedForSign) {
        m_askedForSign = true;
        m_socket->ping();
    }
}

void FeedLink::scheduleFlush()
{
    if (!m_batchIsOut && !m_buffer.isEmpty() && !m_flush.isActive())
        m_flush.start(m_options.flushMs);
}

void FeedLink::flush()
{
    const QList<Event> events = m_buffer.take(m_options.maxBatch);
    if (events.isEmpty())
        return;
    m_batchIsOut = true;
    Q_EMIT batch(m_run, events, stats());
}

FeedStats FeedLink::stats() const
{
    FeedStats all = m_stats;
    all.duplicates = m_sequence.duplicates();
    all.missed = m_sequence.missed();
    all.position = m_sequence.position();
    all.shed = m_buffer.shed();
    all.buffered = static_cast<quint64>(m_buffer.size());
    return all;
}

} // namespace memorykv
