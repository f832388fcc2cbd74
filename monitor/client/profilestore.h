// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/connectionprofile.h"

#include <QList>

#include <optional>

class QSettings;

namespace memorykv {

/// The profiles in the settings, under "connections". Tokens are never among them: see TokenStore.
/// Entries of the settings that make no sense are left out of profiles() and stay as they are. One
/// thread, that of the settings, which must outlive the store.
class ProfileStore
{
public:
    explicit ProfileStore(QSettings &settings);

    /// All profiles in the order in which they were added.
    QList<ConnectionProfile> profiles() const;
    std::optional<ConnectionProfile> profile(const QString &id) const;

    /// Adds \a profile, or replaces the one with its id. InvalidArgument when the id is empty, the
    /// name empty or the address no http or https address.
    Result<Done> save(const ConnectionProfile &profile);

    /// Removes the profile; nothing happens when there is none. Its token stays in the keychain:
    /// remove that with TokenStore::remove().
    void remove(const QString &id);

    /// The profile that was connected to last; empty at first.
    QString lastUsed() const;
    void setLastUsed(const QString &id);

private:
    QStringList ids() const;

    QSettings &m_settings;
};

} // namespace memorykv
