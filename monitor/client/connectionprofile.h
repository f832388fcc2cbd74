// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/endpoint.h"

#include <QByteArray>
#include <QString>
#include <QUrl>

namespace memorykv {

/// Where the token of a profile comes from.
enum class TokenSource {
    None,     ///< the server asks for none
    Keychain, ///< the system's keychain, see TokenStore
    Ask,      ///< the user, each time
};

/// A server the user connects to, as it is kept in the settings. Holds no token. A plain value.
struct ConnectionProfile
{
    QString id = {}; ///< never changes; names the token in the keychain
    QString name = {};
    QUrl address = {};   ///< as addressFromText() gives it
    QString colour = {}; ///< "#rrggbb", or empty
    bool readOnly = false;
    TokenSource tokenSource = TokenSource::None;
    QByteArray pinnedSha256 = {}; ///< see Endpoint

    /// A profile with a new id, named after the address.
    static ConnectionProfile create(const QUrl &address);

    /// Where to connect to, with \a token without space around it.
    Endpoint endpoint(const QByteArray &token = {}) const;

    friend bool operator==(const ConnectionProfile &, const ConnectionProfile &) = default;
};

} // namespace memorykv
