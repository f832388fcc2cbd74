// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>
#include <QTcpServer>
#include <QTcpSocket>

namespace memorykv {

/// A socket without a descriptor: what QHttpServer takes for a client. Requests are put into it,
/// and what QHttpServer writes to it is dropped, since the answer goes its own way (dispatcher.h).
/// Lives on its worker's thread.
class FacadeSocket final : public QTcpSocket
{
    Q_OBJECT

public:
    explicit FacadeSocket(QObject *parent);

    /// Gives QHttpServer \a request to read and returns when it has been handled. The bytes must
    /// stay as they are until then.
    void deliver(QByteArrayView request);

    qint64 bytesAvailable() const override;
    bool isSequential() const override { return true; }

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    QByteArrayView m_unread;
};

/// The server QHttpServer takes FacadeSocket from. It listens only as long as it takes to bind it,
/// as QHttpServer insists on that, and never accepts anything.
class FacadeServer final : public QTcpServer
{
    Q_OBJECT

public:
    using QTcpServer::QTcpServer;
    /// Hands \a socket, a child of this server, to the QHttpServer bound to it.
    void introduce(QTcpSocket *socket) { addPendingConnection(socket); }
};

} // namespace memorykv
