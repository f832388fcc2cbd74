// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedclient.h"

#include "monitor/client/feedlink.h"

namespace memorykv {

FeedClient::FeedClient(const FeedOptions &options, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_link(new FeedLink(options))
{
    qRegisterMetaType<QList<Event>>();
    m_link->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_link, &QObject::deleteLater);
    connect(m_link, &FeedLink::statusChanged, this, &FeedClient::onStatus);
    connect(m_link, &FeedLink::batch, this, &FeedClient::onBatch);
    connect(m_link, &FeedLink::statsChanged, this, &FeedClient::onStats);
    connect(m_link, &FeedLink::serverFound, this, [this](int run, const ServerInfo &info) {
        if (run == m_run)
            Q_EMIT serverFound(info);
    });
    connect(m_link, &FeedLink::certificateUntrusted, this,
            [this](int run, const CertificateQuestion &question) {
                if (run == m_run)
                    Q_EMIT certificateUntrusted(question);
            });
    m_thread.setObjectName(QStringLiteral("feed"));
    m_thread.start();
}

FeedClient::~FeedClient()
{
    m_thread.quit();
    m_thread.wait();
}

void FeedClient::start(const Endpoint &endpoint)
{
    QMetaObject::invokeMethod(
        m_link, [link = m_link, run = ++m_run, endpoint] { link->start(run, endpoint); });
}

void FeedClient::stop()
{
    QMetaObject::invokeMethod(m_link, [link = m_link, run = ++m_run] { link->stop(run); });
}

void FeedClient::retryNow()
{
    QMetaObject::invokeMethod(m_link, &FeedLink::retryNow);
}

int FeedClient::retryInSeconds() const
{
    if (!m_status.retryAtMs)
        return 0;
    const qint64 left = qMax(*m_status.retryAtMs - m_options.clock(), qint64{0});
    return static_cast<int>((left + 999) / 1000);
}

QString FeedClient::statusText() const
{
    return feedStatusText(m_status, m_options.clock());
}

void FeedClient::onStatus(int run, const FeedStatus &status)
{
    if (run != m_run)
        return;
    m_status = status;
    Q_EMIT statusChanged(m_status);
}

void FeedClient::onBatch(int run, const QList<Event> &batch, const FeedStats &stats)
{
    if (run != m_run)
        return;
    m_stats = stats;
    Q_EMIT events(batch);
    Q_EMIT statsChanged(m_stats);
    QMetaObject::invokeMethod(m_link, [link = m_link, run] { link->batchTaken(run); });
}

void FeedClient::onStats(int run, const FeedStats &stats)
{
    if (run != m_run)
        return;
    m_stats = stats;
    Q_EMIT statsChanged(m_stats);
}

} // namespace memorykv
