// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/tlstransport.h"

#include <algorithm>

#include <sys/socket.h>

namespace memorykv {

// QSslSocket encrypts what it has in one go, into a buffer that never becomes smaller again.
static constexpr qsizetype kPiece = 64 << 10;

std::unique_ptr<TlsTransport> TlsTransport::open(int descriptor,
                                                 const QSslConfiguration &configuration)
{
    auto peer = peerOf(descriptor);
    auto socket = std::make_unique<QSslSocket>();
    if (!peer || !socket->setSocketDescriptor(descriptor))
        return nullptr;
    socket->setSslConfiguration(configuration);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    socket->setReadBufferSize(kPiece);
    return std::unique_ptr<TlsTransport>(new TlsTransport(*std::move(peer), std::move(socket)));
}

TlsTransport::TlsTransport(Peer peer, std::unique_ptr<QSslSocket> socket)
    : Transport(std::move(peer))
    , m_socket(std::move(socket))
{
    QSslSocket *const tls = m_socket.get();
    // All are told in the middle of encrypting, decrypting or closing, by write() as well as by the
    // event loop: encrypting takes what has come meanwhile. Nobody may be called back from there,
    // and the socket must not be called either.
    connect(tls, &QSslSocket::encrypted, this, &Transport::ready, Qt::QueuedConnection);
    connect(tls, &QSslSocket::readyRead, this, &Transport::readyRead, Qt::QueuedConnection);
    connect(tls, &QSslSocket::encryptedBytesWritten, this, &Transport::progressed,
            Qt::QueuedConnection);
    connect(tls, &QSslSocket::disconnected, this, &Transport::ended, Qt::QueuedConnection);
    tls->startServerEncryption();
}

TlsTransport::~TlsTransport()
{
    m_socket->disconnect(this); // it tells of its end even when it is destroyed
}

qint64 TlsTransport::read(char *buffer, qint64 maxSize)
{
    const qint64 size = std::max<qint64>(0, m_socket->read(buffer, maxSize));
    // It tells of what comes, not of what is there.
    if (m_socket->bytesAvailable() > 0)
        QMetaObject::invokeMethod(this, &Transport::readyRead, Qt::QueuedConnection);
    return size;
}

void TlsTransport::write(const QByteArray &bytes)
{
    // A socket that has bytes waiting is full, and trying again would only cost a system call; but
    // much at once is to be encrypted in pieces.
    if (unsentBytes() > 0 && bytes.size() <= kPiece) {
        m_socket->write(bytes);
        return;
    }
    for (qsizetype at = 0; at < bytes.size(); at += kPiece) {
        if (m_socket->state() != QAbstractSocket::ConnectedState) // it may have ended meanwhile
            return;
        m_socket->write(bytes.constData() + at, std::min(kPiece, bytes.size() - at));
        m_socket->flush();
    }
}

// Those that wait to be encrypted and those that are.
qint64 TlsTransport::unsentBytes() const
{
    return m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite();
}

void TlsTransport::shutdownWrite()
{
    ::shutdown(int(m_socket->socketDescriptor()), SHUT_WR);
}

void TlsTransport::close()
{
    m_socket->disconnectFromHost();
}

void TlsTransport::abort()
{
    m_socket->abort();
}

} // namespace memorykv
