// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/certificatequestion.h"
#include "monitor/client/endpoint.h"

#include <QObject>
#include <QWebSocket>

namespace memorykv {

/// One WebSocket connection to /wal, from its handshake to its end. Lives on one thread.
class FeedSocket : public QObject
{
    Q_OBJECT

public:
    /// Connects to the feed with \a query. Messages over \a maxMessage bytes end the connection.
    FeedSocket(const Endpoint &endpoint, const QByteArray &query, quint64 maxMessage);
    ~FeedSocket() override;

    /// Asks the server for a sign of life.
    void ping();

Q_SIGNALS:
    void opened();
    void message(const QByteArray &json);
    /// The server answered a ping().
    void sign();
    /// The end, once. \a wasOpen tells whether the handshake had been done; \a reason is for the
    /// user.
    void ended(bool wasOpen, const QString &reason);
    /// The certificate is not trusted; ended() follows.
    void untrusted(const memorykv::CertificateQuestion &question);

private:
    void open(const QByteArray &query);
    void onSslErrors(const QList<QSslError> &errors);
    void onEnd();
    QString endReason() const;

    Endpoint m_endpoint;
    QWebSocket m_socket;
    bool m_wasOpen = false;
    bool m_hasEnded = false;
};

} // namespace memorykv
