// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/failure.h"
#include "monitor/client/metricssample.h"
#include "monitor/client/restclient.h"

#include <QObject>
#include <QTimer>

namespace memorykv {

/// Asks the server for its metrics once a second, one request at a time. Lives on one thread; never
/// blocks.
class MetricsClient : public QObject
{
    Q_OBJECT

public:
    explicit MetricsClient(QObject *parent = nullptr);

    /// Begins at once, then every \a intervalMs milliseconds.
    void start(const Endpoint &endpoint, int intervalMs = 1'000);
    void stop();

Q_SIGNALS:
    void sampled(const memorykv::MetricsSample &sample);
    /// There is no sample for this moment (ms since 1970 UTC).
    void absent(qint64 timeMs, const memorykv::Failure &failure);

private:
    void ask();
    void onAnswer(const Outcome<QByteArray> &text);

    RestClient m_rest;
    QTimer m_timer;
    RestCall m_call;
    bool m_isAsking = false;
};

} // namespace memorykv
