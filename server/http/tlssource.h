// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QSslConfiguration>

#include <atomic>
#include <mutex>

namespace memorykv {

/// The certificate and key the server shows, from PEM files that may change while it runs.
/// Thread-safe.
class TlsSource
{
public:
    /// Reads the certificate, with those of its chain behind it, and its key. InvalidArgument says
    /// which file is at fault and why, also when the two do not belong together; Unavailable, that
    /// one cannot be read. What was loaded before stays then.
    Result<Done> load(const QByteArray &certificateFile, const QByteArray &keyFile);

    /// Whether anything was loaded: the server speaks TLS.
    bool isLoaded() const { return generation() > 0; }

    /// Grows with each load that went well.
    quint64 generation() const { return m_generation.load(std::memory_order_acquire); }

    /// How a server speaks TLS with what was loaded last: 1.2 and up, HTTP/1.1 by ALPN (RFC 7301),
    /// no client certificates, no session tickets. Made anew with each call and shares nothing, so
    /// that each thread can have one of its own.
    QSslConfiguration configuration() const;

private:
    mutable std::mutex m_mutex; ///< guards the two below
    QByteArray m_certificates;
    QByteArray m_key;
    std::atomic<quint64> m_generation = 0;
};

} // namespace memorykv
