// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QTcpServer>
#include <QTimer>

#include <functional>

namespace memorykv {

/// Accepts connections and passes their descriptors on, without making sockets of them. When the
/// process is out of descriptors it waits a moment and goes on. Lives on the main thread.
class Acceptor : public QTcpServer
{
    Q_OBJECT

public:
    /// Takes a descriptor, and the duty to close it.
    using Sink = std::function<void(qintptr descriptor)>;

    explicit Acceptor(Sink sink, QObject *parent = nullptr)
        : QTcpServer(parent)
        , m_sink(std::move(sink))
    {
        setListenBacklogSize(1024);
        // QTcpServer stops accepting for good when accept(2) fails.
        connect(this, &QTcpServer::acceptError, this,
                [this] { QTimer::singleShot(kPause, this, &QTcpServer::resumeAccepting); });
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_sink(descriptor); }

private:
    static constexpr std::chrono::milliseconds kPause{100};

    Sink m_sink;
};

} // namespace memorykv
