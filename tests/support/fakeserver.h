// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"
#include "shared/position.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QPointer>
#include <QSslCertificate>
#include <QSslKey>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>
#include <utility>

namespace memorykv::test {

/// A request as the fake server read it.
struct FakeRequest
{
    QByteArray method;
    QByteArray target; ///< as it stood in the request line
    QList<std::pair<QByteArray, QByteArray>> fields;
    QByteArray body;

    QByteArray field(QByteArrayView name) const; ///< empty when there is none
    QByteArray path() const;                     ///< the target up to the '?'
};

/// What it answers.
struct FakeAnswer
{
    int status = 200;
    QByteArray body = {};
    QList<std::pair<QByteArray, QByteArray>> fields = {};
    qint64 claimedSize = -1; ///< Content-Length when it is not that of the body
    bool hangUp = false;     ///< end the connection after the body, or at once when the status is 0
    bool silent = false;     ///< never answer
};

/// A server that does what a test tells it to, by HTTP and WebSocket on one port of 127.0.0.1. As
/// it is made it answers /-/info as a MemoryKV does and lets every feed in. The feed sends what the
/// test sends. Lives on the thread of the test.
class FakeServer : public QTcpServer
{
    Q_OBJECT

public:
    using Handler = std::function<FakeAnswer(const FakeRequest &)>;

    explicit FakeServer(QObject *parent = nullptr);
    ~FakeServer() override;

    /// Speaks TLS from the next connection on.
    void useTls(const QSslCertificate &certificate, const QSslKey &key);
    /// Ends every connection and listens no more; comeBack() listens on the same port again.
    void goAway();
    void comeBack();

    QUrl url() const;

    /// Answers requests for \a path (up to the '?'); an empty path stands for all others.
    void answer(const QByteArray &path, Handler handler);
    void answer(const QByteArray &path, const FakeAnswer &answer);

    /// What GET /wal answers in place of the upgrade; status 0 lets it in again.
    void refuseFeed(const FakeAnswer &answer) { m_feedRefusal = answer; }
    /// Takes the connection of a feed, and never answers the handshake.
    void keepFeedWaiting(bool waiting) { m_keepWaiting = waiting; }

    Position position = {77, 0}; ///< what /-/info tells

    const QList<FakeRequest> &requests() const { return m_requests; }
    /// How often a feed was asked for, and with which target the last time.
    int feedRequests() const { return m_feedRequests; }
    QByteArray lastFeedTarget() const { return m_lastFeedTarget; }
    QByteArray lastFeedToken() const { return m_lastFeedToken; }

    bool hasFeed() const { return m_feed && m_feed->isValid(); }
    void send(const Event &event);
    void sendRaw(const QByteArray &message);
    /// Ends the feed with a close frame.
    void closeFeed(int code);
    /// Ends it in the middle of a frame.
    void breakFrame();
    /// From now on the feed reads nothing, and so answers no pings.
    void fallSilent();

Q_SIGNALS:
    void feedOpened();

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void onReadyRead(QTcpSocket *socket);
    void takeRequest(QTcpSocket *socket, qsizetype headSize);
    bool takeFeed(QTcpSocket *socket, const QByteArray &head);
    void reply(QTcpSocket *socket, const FakeAnswer &answer);

    QSslCertificate m_certificate;
    QSslKey m_key;
    quint16 m_port = 0;
    QHash<QByteArray, Handler> m_handlers;
    FakeAnswer m_feedRefusal = {.status = 0};
    bool m_keepWaiting = false;
    QWebSocketServer m_webSockets;
    QList<FakeRequest> m_requests;
    int m_feedRequests = 0;
    QByteArray m_lastFeedTarget;
    QByteArray m_lastFeedToken;
    QList<QPointer<QTcpSocket>> m_sockets;
    QPointer<QTcpSocket> m_feedSocket;
    QPointer<QWebSocket> m_feed;
};

} // namespace memorykv::test
