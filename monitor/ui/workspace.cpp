// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/workspace.h"

#include <QDateTime>
#include <QPointer>

#include <algorithm>

namespace memorykv {

Workspace::Workspace(QSettings &settings, TokenStore &tokens, const FeedOptions &options,
                     QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_tokens(tokens)
    , m_profiles(settings)
    , m_feed(options)
{
    connect(&m_keys, &KeysModel::pageWanted, this, &Workspace::onPageWanted);
    connect(&m_feed, &FeedClient::events, this, &Workspace::onEvents);
    connect(&m_feed, &FeedClient::serverFound, this, &Workspace::onServerFound);
    connect(&m_feed, &FeedClient::statusChanged, this, &Workspace::onStatus);
    connect(&m_feed, &FeedClient::certificateUntrusted, this, &Workspace::certificateUntrusted);
    connect(&m_metrics, &MetricsClient::sampled, this, [this](const MetricsSample &sample) {
        m_series.append(sample);
        Q_EMIT metricsFailed({});
    });
    connect(&m_metrics, &MetricsClient::absent, this,
            [this](qint64 timeMs, const Failure &failure) {
                m_series.appendAbsent(timeMs);
                Q_EMIT metricsFailed(failure.text);
            });
}

Workspace::~Workspace() = default;

void Workspace::connectTo(const ConnectionProfile &profile)
{
    m_feed.stop();
    m_metrics.stop();
    if (profile.address != m_dataFrom)
        clearData();
    m_profile = profile;
    m_readOnly = profile.readOnly;
    m_token.clear();
    const int connectNumber = ++m_connects;
    switch (profile.tokenSource) {
    case TokenSource::None:
        return open();
    case TokenSource::Ask:
        Q_EMIT connectionChanged();
        Q_EMIT tokenNeeded(
            tr("The profile \u201c%1\u201d asks for the token each time.").arg(profile.name));
        return;
    case TokenSource::Keychain:
        break;
    }
    Q_EMIT connectionChanged();
    const QPointer<Workspace> self(this);
    m_tokens.read(profile.id, [self, connectNumber](const Result<std::optional<QByteArray>> &read) {
        if (!self || self->m_connects != connectNumber)
            return;
        if (!read.ok()) {
            const QString detail = QString::fromUtf8(read.error().detail);
            Q_EMIT self->tokenNeeded(tr("The keychain did not give the token: %1.").arg(detail));
        } else if (!read.value()) {
            Q_EMIT self->tokenNeeded(tr("There is no token in the keychain yet."));
        } else {
            self->m_token = *read.value();
            self->open();
        }
    });
}

void Workspace::connectWithToken(const QByteArray &token, bool keep)
{
    if (!m_profile)
        return;
    ++m_connects;
    m_token = token;
    if (keep) {
        m_profile->tokenSource = TokenSource::Keychain;
        if (const auto saved = m_profiles.save(*m_profile); !saved.ok())
            Q_EMIT failed(QString::fromUtf8(saved.error().detail));
        const QPointer<Workspace> self(this);
        m_tokens.write(m_profile->id, token, [self](const Result<Done> &written) {
            if (self && !written.ok()) {
                Q_EMIT self->failed(tr("The token could not be put into the keychain: %1.")
                                        .arg(QString::fromUtf8(written.error().detail)));
            }
        });
    }
    m_feed.stop();
    open();
}

void Workspace::acceptCertificate(const QByteArray &sha256, bool keep)
{
    if (!m_profile)
        return;
    m_profile->pinnedSha256 = sha256;
    if (keep) {
        if (const auto saved = m_profiles.save(*m_profile); !saved.ok())
            Q_EMIT failed(QString::fromUtf8(saved.error().detail));
    }
    m_feed.stop();
    open();
}

Endpoint Workspace::endpoint() const
{
    Endpoint endpoint = m_profile->endpoint(m_token);
    endpoint.readOnly = m_readOnly;
    return endpoint;
}

void Workspace::open()
{
    m_rest.setEndpoint(endpoint());
    m_feed.start(endpoint());
    if (m_profiles.profile(m_profile->id))
        m_profiles.setLastUsed(m_profile->id);
    Q_EMIT connectionChanged();
}

void Workspace::disconnectFromServer()
{
    ++m_connects;
    m_feed.stop();
    m_metrics.stop();
    Q_EMIT connectionChanged();
}

void Workspace::retryNow()
{
    m_feed.retryNow();
}

void Workspace::clearData()
{
    m_keys.clear();
    m_wal.clear();
    m_inspector.close();
    m_series.clear();
    m_deletes.clear();
    m_info.reset();
    m_dataFrom.clear();
    m_epoch = 0;
}

quint64 Workspace::lag() const
{
    const auto &position = m_feed.stats().position;
    const auto &sample = m_series.lastSample();
    if (!isLive() || !position || !sample || !sample->walSeq)
        return 0;
    const auto server = static_cast<quint64>(*sample->walSeq);
    return server - std::min(server, position->seq);
}

void Workspace::setReadOnly(bool readOnly)
{
    if (readOnly == m_readOnly)
        return;
    m_readOnly = readOnly;
    if (m_profile) {
        m_rest.setEndpoint(endpoint());
        if (m_keys.isLoading())
            m_keys.refresh();
        Q_EMIT inspectionInterrupted();
    }
    Q_EMIT connectionChanged();
}

void Workspace::onServerFound(const ServerInfo &info)
{
    m_info = info;
    if (m_dataFrom != m_profile->address) {
        m_dataFrom = m_profile->address;
        m_keys.setPrefix(m_keys.prefix());
    } else if (m_keys.isStale() || !m_keys.isComplete()) {
        m_keys.refresh();
    }
    m_metrics.start(endpoint());
    Q_EMIT connectionChanged();
}

void Workspace::onStatus(const FeedStatus &status)
{
    if (status.state == FeedState::Refused)
        m_metrics.stop();
    Q_EMIT connectionChanged();
    if (status.state == FeedState::Refused && status.httpStatus == 401 && m_token.isEmpty())
        Q_EMIT tokenNeeded(tr("The server asks for a token."));
}

void Workspace::onEvents(const QList<Event> &batch)
{
    m_wal.append(batch);
    m_keys.applyEvents(batch);
    if (m_inspector.applyEvents(batch, QDateTime::currentMSecsSinceEpoch()))
        Q_EMIT inspectionOutdated();
    const quint64 epoch = batch.constLast().epoch;
    if (m_epoch != 0 && epoch != m_epoch)
        onNewHistory();
    m_epoch = epoch;
}

void Workspace::onNewHistory()
{
    m_keys.refresh();
    Q_EMIT inspectionOutdated();
}

void Workspace::onPageWanted(const KeyPageRequest &request)
{
    const quint64 generation = request.generation;
    m_rest.keys(request.prefix, request.after, request.limit, this,
                [this, generation](const Outcome<KeyPage> &page) {
                    if (page.ok())
                        m_keys.pageArrived(generation, page.value());
                    else
                        m_keys.pageFailed(generation, page.error());
                });
}

} // namespace memorykv
