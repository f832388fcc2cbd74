// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QSocketNotifier>
#include <QTcpServer>
#include <QTimer>

#include <functional>
#include <memory>

namespace memorykv {

/// Accepts connections and passes their descriptors on, without making sockets of them. Keeps a
/// descriptor in reserve: when the process is out of them, whoever is waiting is accepted with that
/// one and closed at once, so that nobody waits in vain and the server does not go round in
/// circles. Lives on the main thread.
class Acceptor : public QTcpServer
{
    Q_OBJECT

public:
    /// Takes a descriptor, and the duty to close it.
    using Sink = std::function<void(qintptr descriptor)>;

    explicit Acceptor(Sink sink, QObject *parent = nullptr);
    ~Acceptor() override;

    /// As QTcpServer::listen(), and begins to accept.
    bool start(const QHostAddress &address, quint16 port);

    /// Accepts nothing more and closes the socket.
    void stop();

private:
    void acceptWaiting();
    void turnWaitingAway();

    Sink m_sink;
    int m_reserve = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_pause;
};

} // namespace memorykv
