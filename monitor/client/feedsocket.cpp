// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedsocket.h"

#include <QNetworkRequest>
#include <QSslSocket>

namespace memorykv {

FeedSocket::FeedSocket(const Endpoint &endpoint, const QByteArray &query, quint64 maxMessage)
    : m_endpoint(endpoint)
{
    m_socket.setMaxAllowedIncomingMessageSize(maxMessage);
    m_socket.setMaxAllowedIncomingFrameSize(maxMessage);
    connect(&m_socket, &QWebSocket::connected, this, [this] {
        m_wasOpen = true;
        Q_EMIT opened();
    });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this, &FeedSocket::message);
    connect(&m_socket, &QWebSocket::textMessageReceived, this,
            [this](const QString &text) { Q_EMIT message(text.toUtf8()); });
    connect(&m_socket, &QWebSocket::pong, this, &FeedSocket::sign);
    connect(&m_socket, &QWebSocket::sslErrors, this, &FeedSocket::onSslErrors);
    connect(&m_socket, &QWebSocket::disconnected, this, &FeedSocket::onEnd);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(&m_socket, &QWebSocket::errorOccurred, this, &FeedSocket::onEnd);
#else
    connect(&m_socket, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error), this,
            &FeedSocket::onEnd);
#endif
    open(query);
}

FeedSocket::~FeedSocket()
{
    m_socket.disconnect(this);
    // close() would wait for an answer that a dead server never gives.
    m_socket.abort();
}

void FeedSocket::open(const QByteArray &query)
{
    QNetworkRequest request(feedUrl(m_endpoint.address, query));
    // With this the server sends binary frames: no detour through UTF-16.
    request.setRawHeader("Content-Type", "application/octet-stream");
    if (!m_endpoint.token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_endpoint.token);
    m_socket.open(request);
}

void FeedSocket::ping()
{
    m_socket.ping();
}

void FeedSocket::onSslErrors(const QList<QSslError> &errors)
{
    // QWebSocket does not tell the certificate of its peer; the socket under it does.
    const auto *socket = m_socket.findChild<QSslSocket *>();
    const QSslCertificate certificate
        = socket == nullptr ? errors.constFirst().certificate() : socket->peerCertificate();
    if (isPinned(certificate, m_endpoint.pinnedSha256)) {
        m_socket.ignoreSslErrors();
        return;
    }
    Q_EMIT untrusted(
        certificateQuestion(m_endpoint.address, certificate, errors, m_endpoint.pinnedSha256));
}

void FeedSocket::onEnd()
{
    if (std::exchange(m_hasEnded, true))
        return;
    Q_EMIT ended(m_wasOpen, endReason());
}

QString FeedSocket::endReason() const
{
    if (m_wasOpen) {
        // "Try again later", of the registry that RFC 6455 7.4.2 set up.
        constexpr int kTryAgainLater = 1013;
        const int code = m_socket.closeCode();
        if (code == QWebSocketProtocol::CloseCodeGoingAway)
            return tr("the server was stopped");
        if (code == QWebSocketProtocol::CloseCodePolicyViolated)
            return tr("the token was withdrawn or changed");
        if (code == QWebSocketProtocol::CloseCodeTooMuchData)
            return tr("a message was too large");
        if (code == kTryAgainLater)
            return tr("the feed was read too slowly");
    }
    const QString error = m_socket.errorString();
    return error.isEmpty() || m_socket.error() == QAbstractSocket::UnknownSocketError
               ? tr("the connection was closed")
               : error;
}

} // namespace memorykv
