// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/websocketfeed.h"

#include <QNetworkProxy>
#include <QNetworkRequest>

namespace memorykv::test {

using namespace Qt::StringLiterals;

WebSocketFeed::WebSocketFeed(quint16 port, const QByteArray &query, const QByteArray &contentType)
    : m_contentType(contentType)
{
    m_url.setScheme(u"ws"_s);
    m_url.setHost(u"127.0.0.1"_s);
    m_url.setPort(port);
    m_url.setPath(u"/wal"_s);
    if (!query.isEmpty())
        m_url.setQuery(QString::fromUtf8(query), QUrl::StrictMode);
    m_socket.setProxy(QNetworkProxy::NoProxy);
    connect(&m_socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
        add({text.toUtf8(), false, {}, 0});
    });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &bytes) {
        add({bytes, true, {}, 0});
    });
    connect(&m_socket, &QWebSocket::disconnected, this, [this] { m_closed = true; });
}

bool WebSocketFeed::open()
{
    m_closed = false;
    QNetworkRequest request(m_url);
    if (!m_contentType.isEmpty())
        request.setRawHeader("Content-Type", m_contentType);
    for (const auto &[name, value] : m_fields)
        request.setRawHeader(name, value);
    // Not the error signal: its name differs between Qt 6.4 and 6.5.
    bool ended = false;
    const auto watch = connect(&m_socket, &QWebSocket::stateChanged, this,
                               [&](QAbstractSocket::SocketState state) {
                                   ended = state == QAbstractSocket::UnconnectedState;
                               });
    m_socket.open(request);
    waitUntil([&] { return ended || m_socket.state() == QAbstractSocket::ConnectedState; });
    disconnect(watch);
    return m_socket.state() == QAbstractSocket::ConnectedState;
}

} // namespace memorykv::test
