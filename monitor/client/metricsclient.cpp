// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/metricsclient.h"

#include <QDateTime>

namespace memorykv {

MetricsClient::MetricsClient(QObject *parent)
    : QObject(parent)
{
    connect(&m_timer, &QTimer::timeout, this, &MetricsClient::ask);
}

void MetricsClient::start(const Endpoint &endpoint, int intervalMs)
{
    m_rest.setEndpoint(endpoint);
    m_isAsking = false;
    m_timer.start(intervalMs);
    ask();
}

void MetricsClient::stop()
{
    m_timer.stop();
    m_call.abort();
    m_isAsking = false;
}

void MetricsClient::ask()
{
    // A slow answer means fewer samples, not more requests.
    if (std::exchange(m_isAsking, true))
        return;
    m_call = m_rest.metricsText(this, [this](const Outcome<QByteArray> &text) {
        m_isAsking = false;
        onAnswer(text);
    });
}

void MetricsClient::onAnswer(const Outcome<QByteArray> &text)
{
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    if (!text) {
        Q_EMIT absent(now, text.error());
        return;
    }
    const auto samples = parsePrometheusText(*text);
    if (!samples) {
        Q_EMIT absent(now, {.kind = FailureKind::Protocol,
                            .text = QString::fromUtf8(samples.error().detail)});
        return;
    }
    Q_EMIT sampled(metricsSample(*samples, now));
}

} // namespace memorykv
