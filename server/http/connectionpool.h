// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/connection.h"
#include "server/net/socketpoller.h"

#include <QSslConfiguration>
#include <QTimer>

#include <memory>
#include <unordered_map>

namespace memorykv {

/// The connections of one worker. Lives on the worker's thread.
class ConnectionPool : public QObject
{
    Q_OBJECT

public:
    /// \a context must outlive the pool.
    explicit ConnectionPool(ConnectionContext &context, QObject *parent = nullptr);
    ~ConnectionPool() override;

    /// Serves the client behind \a descriptor, a connected socket, which the pool owns from now
    /// on. With \a refusal the client gets that for an answer and nothing else; over TLS,
    /// where an answer would cost a handshake, it gets none.
    /// \a ticket lives as long as the transport does, wherever it goes.
    void adopt(qintptr descriptor, const std::optional<Error> &refusal = std::nullopt,
               std::shared_ptr<void> ticket = {});

    /// Lets answers leave that waited for the log to be durable up to \a durableSeq.
    void release(quint64 durableSeq);

    /// The log has failed: refuses what waited for it.
    void failHeld();

    /// Answers what is in flight and closes every connection; drained() follows.
    void drain();

Q_SIGNALS:
    /// After drain(): the last connection is closed.
    void drained();

private:
    std::unique_ptr<Transport> makeTransport(int descriptor);
    void remove(Connection *connection);
    void checkDeadlines();
    void relieve();
    void forEach(void (Connection::*act)());
    std::vector<Connection *> takeHolding();

    ConnectionContext &m_context;
    std::shared_ptr<SocketPoller> m_poller;
    QSslConfiguration m_tls;
    quint64 m_tlsGeneration = 0; ///< of TlsSource, that m_tls was made of
    std::unordered_map<Connection *, std::unique_ptr<Connection>> m_connections;
    std::vector<Connection *> m_holding; ///< those with an answer that waits for the log
    QTimer m_sweep;
    bool m_draining = false;
};

} // namespace memorykv
