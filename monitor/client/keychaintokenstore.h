// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/tokenstore.h"

#include <QObject>

namespace memorykv {

/// The system's keychain (Secret Service, KWallet, macOS Keychain, Windows) through qtkeychain,
/// under the service "memorykv-monitor". Never falls back to a file. Lives on one thread with an
/// event loop.
class KeychainTokenStore : public QObject, public TokenStore
{
    Q_OBJECT

public:
    explicit KeychainTokenStore(QObject *parent = nullptr);

    void read(const QString &profileId, Read done) override;
    void write(const QString &profileId, const QByteArray &token, Written done) override;
    void remove(const QString &profileId, Written done) override;
};

} // namespace memorykv
