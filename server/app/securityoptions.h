// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QList>

namespace memorykv {

/// Who may use the server, and how much of it. A part of Options.
struct SecurityOptions
{
    QByteArray tokenFile;          ///< path; empty: no tokens are needed
    QByteArray tlsCertificate;     ///< path of a PEM file; empty: no TLS
    QByteArray tlsKey;             ///< path of a PEM file; empty with tlsCertificate
    QList<QByteArray> hosts;       ///< more names the server goes by, in lower case, or "*"
    QList<QByteArray> origins;     ///< more origins whose pages may open WebSockets, or "*"
    bool insecure = false;         ///< open to other machines without tokens
    int maxRate = 0;               ///< requests a second from one address, 0 for no limit
    int maxPerAddress = 64;        ///< connections from one address, 0 for no limit
    qint64 maxBuffers = 512 << 20; ///< bytes that wait for all clients together, 0 for no limit

    friend bool operator==(const SecurityOptions &, const SecurityOptions &) = default;
};

} // namespace memorykv
