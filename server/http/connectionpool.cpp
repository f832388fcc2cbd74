// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/connectionpool.h"

#include "server/net/plaintransport.h"
#include "server/net/tlstransport.h"
#include "shared/logcategories.h"

#include <unistd.h>

namespace memorykv {

ConnectionPool::ConnectionPool(ConnectionContext &context, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_poller(std::make_shared<SocketPoller>())
{
    // One look at all of them a second costs less than a timer for each.
    m_sweep.setInterval(std::chrono::seconds(1));
    connect(&m_sweep, &QTimer::timeout, this, &ConnectionPool::checkDeadlines);
    m_sweep.start();
}

ConnectionPool::~ConnectionPool()
{
    for (const auto &[key, connection] : m_connections)
        key->disconnect(this);
}

// Null when the descriptor is not, or no longer, that of a connection.
std::unique_ptr<Transport> ConnectionPool::makeTransport(int descriptor)
{
    if (!m_context.tls)
        return PlainTransport::open(descriptor, m_poller);
    if (m_tlsGeneration != m_context.tls->generation()) {
        m_tlsGeneration = m_context.tls->generation();
        m_tls = m_context.tls->configuration();
    }
    return TlsTransport::open(descriptor, m_tls);
}

void ConnectionPool::adopt(qintptr descriptor, const std::optional<Error> &refusal,
                           std::shared_ptr<void> ticket)
{
    const bool refuseUnheard = m_draining || (refusal && m_context.tls);
    auto transport = refuseUnheard ? nullptr : makeTransport(int(descriptor));
    if (!transport) {
        ::close(int(descriptor));
        return;
    }
    transport->keep(std::move(ticket));
    qCDebug(lcHttp).noquote() << "connection from" << transport->peerText();
    auto connection = std::make_unique<Connection>(std::move(transport), m_context);
    Connection *const key = connection.get();
    connect(key, &Connection::finished, this, [this, key] { remove(key); });
    connect(key, &Connection::holding, this, [this, key] { m_holding.push_back(key); });
    m_connections.emplace(key, std::move(connection));
    if (refusal)
        key->refuse(*refusal);
}

// It may be in the middle of one of its own functions, so it goes with the next turn of the loop.
void ConnectionPool::remove(Connection *connection)
{
    const auto found = m_connections.find(connection);
    if (found == m_connections.end())
        return;
    found->second.release()->deleteLater();
    m_connections.erase(found);
    std::erase(m_holding, connection);
    if (m_draining && m_connections.empty())
        Q_EMIT drained();
}

// Any of them may finish, and be removed, while it is at it.
void ConnectionPool::forEach(void (Connection::*act)())
{
    std::vector<Connection *> present;
    present.reserve(m_connections.size());
    for (const auto &[key, connection] : m_connections)
        present.push_back(key);
    for (Connection *connection : present)
        (connection->*act)();
}

// The log becomes durable thousands of times a second, and most connections have nothing to do
// with it.
std::vector<Connection *> ConnectionPool::takeHolding()
{
    return std::exchange(m_holding, {});
}

void ConnectionPool::release(quint64 durableSeq)
{
    for (Connection *connection : takeHolding())
        connection->release(durableSeq);
}

void ConnectionPool::failHeld()
{
    for (Connection *connection : takeHolding())
        connection->failHeld();
}

void ConnectionPool::checkDeadlines()
{
    forEach(&Connection::checkDeadline);
    if (m_context.buffers && m_context.buffers->isOver())
        relieve();
}

// Those who hold bytes and take their time would keep everybody else waiting. The one who holds
// most goes, one a second, until there is room again.
void ConnectionPool::relieve()
{
    static constexpr qint64 kNotWorthIt = 256 << 10;
    Connection *largest = nullptr;
    for (const auto &[key, connection] : m_connections) {
        if (!largest || key->bufferedBytes() > largest->bufferedBytes())
            largest = key;
    }
    if (!largest || largest->bufferedBytes() < kNotWorthIt)
        return;
    qCWarning(lcHttp) << "over --max-buffers: ended the connection that held most,"
                      << largest->bufferedBytes() << "bytes";
    largest->abort();
}

void ConnectionPool::drain()
{
    m_draining = true;
    if (m_connections.empty()) {
        Q_EMIT drained();
        return;
    }
    forEach(&Connection::drain);
}

} // namespace memorykv
