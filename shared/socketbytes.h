// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QSslSocket>
#include <QTcpSocket>

#include <algorithm>

namespace memorykv {

/// Bytes written to \a socket that have not been given to the network, those waiting to be
/// encrypted and those encrypted together.
inline qint64 unsentBytes(const QTcpSocket &socket)
{
    const auto *tls = qobject_cast<const QSslSocket *>(&socket);
    return socket.bytesToWrite() + (tls ? tls->encryptedBytesToWrite() : 0);
}

/// Writes \a bytes to \a socket and gives the network what it takes. Under TLS in pieces:
/// QSslSocket encrypts what it has in one go, into a buffer that never becomes smaller again.
inline void writeNow(QTcpSocket &socket, const QByteArray &bytes)
{
    static constexpr qsizetype kPiece = 64 << 10;
    if (bytes.size() <= kPiece || !qobject_cast<const QSslSocket *>(&socket)) {
        socket.write(bytes);
        socket.flush();
        return;
    }
    for (qsizetype at = 0; at < bytes.size(); at += kPiece) {
        if (socket.state() != QAbstractSocket::ConnectedState) // it may have ended meanwhile
            return;
        socket.write(bytes.constData() + at, std::min(kPiece, bytes.size() - at));
        socket.flush();
    }
}

/// Writes \a bytes to \a socket, at once when nothing is waiting. A socket that already has bytes
/// waiting is full, and trying again would only cost a system call.
inline void writeSoon(QTcpSocket &socket, const QByteArray &bytes)
{
    static constexpr qsizetype kLarge = 64 << 10;
    if (unsentBytes(socket) == 0 || bytes.size() > kLarge)
        writeNow(socket, bytes);
    else
        socket.write(bytes);
}

/// Has \a receiver's \a slot called when the network has taken some of what was written to
/// \a socket. Under TLS that is told a turn of the event loop later: QSslSocket tells of it in the
/// middle of encrypting, and writing or closing from there leaves it with a connection that is
/// gone.
template <typename Receiver, typename Slot>
void connectProgress(const QTcpSocket *socket, const Receiver *receiver, Slot slot)
{
    if (const auto *tls = qobject_cast<const QSslSocket *>(socket)) {
        QObject::connect(tls, &QSslSocket::encryptedBytesWritten, receiver, slot,
                         Qt::QueuedConnection);
    } else {
        QObject::connect(socket, &QTcpSocket::bytesWritten, receiver, slot);
    }
}

} // namespace memorykv
