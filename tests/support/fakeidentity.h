// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QSslCertificate>
#include <QSslKey>

namespace memorykv::test {

/// A certificate for 127.0.0.1 that nobody trusts, and its key.
struct FakeIdentity
{
    QSslCertificate certificate;
    QSslKey key;

    /// Makes a new one with the program openssl; both are null when it is not there.
    static FakeIdentity create();
};

} // namespace memorykv::test
