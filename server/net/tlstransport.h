// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/net/transport.h"

#include <QSslConfiguration>
#include <QSslSocket>

namespace memorykv {

/// A client over TLS: a QSslSocket with its pitfalls (written down in the functions) kept inside.
class TlsTransport final : public Transport
{
    Q_OBJECT

public:
    /// A transport that owns \a descriptor and has begun the handshake, or null, and then does
    /// not, when that is no connected socket (any more).
    static std::unique_ptr<TlsTransport> open(int descriptor,
                                              const QSslConfiguration &configuration);
    ~TlsTransport() override;

    bool isTls() const override { return true; }
    bool isReady() const override { return m_socket->isEncrypted(); }
    qint64 read(char *buffer, qint64 maxSize) override;
    bool atEnd() const override { return false; }
    void write(const QByteArray &bytes) override;
    qint64 unsentBytes() const override;
    void shutdownWrite() override;
    void close() override;
    void abort() override;

private:
    TlsTransport(Peer peer, std::unique_ptr<QSslSocket> socket);

    const std::unique_ptr<QSslSocket> m_socket;
};

} // namespace memorykv
