// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QTcpServer>

#include <functional>

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

protected:
    void incomingConnection(qintptr descriptor) override { m_sink(descriptor); }

private:
    void onAcceptError();
    void turnWaitingAway();

    Sink m_sink;
    int m_reserve = -1;
};

} // namespace memorykv
