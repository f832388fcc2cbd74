// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QTcpServer>

#include <functional>

namespace memorykv {

/// Accepts connections and passes their descriptors on, without making sockets of them. Lives on
/// the main thread.
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
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_sink(descriptor); }

private:
    Sink m_sink;
};

} // namespace memorykv
