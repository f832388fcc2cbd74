// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/feed.h"

#include <QWebSocket>

namespace memorykv::test {

/// A WebSocket consumer of /wal.
class WebSocketFeed : public Feed
{
    Q_OBJECT

public:
    /// \a query is what follows the '?', already encoded; \a contentType, when not empty, is sent
    /// with the upgrade.
    explicit WebSocketFeed(quint16 port, const QByteArray &query = {},
                           const QByteArray &contentType = {});

    /// Sends this field with the upgrade, too. Before open().
    void addField(const QByteArray &name, const QByteArray &value)
    {
        m_fields.append({name, value});
    }

    /// Connects and waits for the end of the handshake. False when it failed.
    bool open();

    void close() { m_socket.close(); }

    bool isClosed() const override { return m_closed; }
    /// The status code of the server's close frame (RFC 6455 7.4).
    int closeCode() const { return m_socket.closeCode(); }
    quint16 localPort() const { return m_socket.localPort(); }

private:
    QUrl m_url;
    QByteArray m_contentType;
    QList<std::pair<QByteArray, QByteArray>> m_fields;
    QWebSocket m_socket;
    bool m_closed = false;
};

} // namespace memorykv::test
