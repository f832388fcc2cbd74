// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QByteArray>
#include <QMetaType>
#include <QString>
#include <QUrl>

namespace memorykv {

/// Where requests go and with what. A plain value that lives in memory only: it holds the token.
struct Endpoint
{
    QUrl address = {};     ///< http or https, host, port; no path
    QByteArray token = {}; ///< sent as "Authorization: Bearer <token>"; empty for none
    QByteArray pinnedSha256
        = {};              ///< 32 bytes: the one certificate accepted though it is not trusted
    bool readOnly = false; ///< requests that write fail without being sent

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

/// The address in \a text as a user types it: "http://host:8080", "https://host", "host:8080",
/// "host", "[::1]:8080". Without a scheme it is http, and without scheme and port the port is 8080.
/// InvalidArgument, with what is wrong, for another scheme, user information, path, query or
/// fragment, and for no host. Thread-safe.
Result<QUrl> addressFromText(const QString &text);

/// The address of \a key, of \a address with the percent-encoded key for a path.
QUrl keyUrl(const QUrl &address, QByteArrayView key);

/// \a address with \a target, which is encoded already, for path and query, byte for byte.
QUrl targetUrl(const QUrl &address, const QByteArray &target);

/// The address of the feed: ws or wss, /wal with \a query, already encoded.
QUrl feedUrl(const QUrl &address, const QByteArray &query);

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::Endpoint)
