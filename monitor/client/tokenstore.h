// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <optional>

namespace memorykv {

/// Keeps tokens, one for a profile, in a place that is made for secrets. Asynchronous: a keychain
/// may ask the user first. Every function returns at once and calls back exactly once, later, on
/// the thread it was called on, unless the store is destroyed before. Errors: Unavailable when
/// there is no keychain on this system (ask the user for the token each time), InvalidArgument when
/// the user or the keychain refused; the detail tells which.
class TokenStore
{
public:
    using Read = std::function<void(Result<std::optional<QByteArray>>)>;
    using Written = std::function<void(Result<Done>)>;

    virtual ~TokenStore() = default;

    /// The token of the profile; nothing when none is kept.
    virtual void read(const QString &profileId, Read done) = 0;
    /// Keeps \a token in place of any other.
    virtual void write(const QString &profileId, const QByteArray &token, Written done) = 0;
    /// Removes the token; one that is not there is no error.
    virtual void remove(const QString &profileId, Written done) = 0;
};

} // namespace memorykv
