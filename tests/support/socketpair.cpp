// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/socketpair.h"

#include <QTcpServer>

namespace memorykv::test {

namespace {

/// A server socket whose connections are left as descriptors.
class Listener : public QTcpServer
{
public:
    qintptr descriptor = -1;

protected:
    void incomingConnection(qintptr accepted) override { descriptor = accepted; }
};

} // namespace

int connectedTo(QTcpSocket &client)
{
    Listener listener;
    if (!listener.listen(QHostAddress::LocalHost))
        qFatal("no port to listen on");
    client.connectToHost(QHostAddress::LocalHost, listener.serverPort());
    if (!client.waitForConnected() || !listener.waitForNewConnection(30'000))
        qFatal("no connection");
    return int(listener.descriptor);
}

} // namespace memorykv::test
