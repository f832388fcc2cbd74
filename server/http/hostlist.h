// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QList>

namespace memorykv {

/// The hosts a request may be for. A page of another site can have a name of its own resolve to
/// this server's address and then call it as its own origin (DNS rebinding); such a request names
/// that site in Host. Immutable, thread-safe.
class HostList
{
public:
    /// Allows every host.
    HostList() = default;

    /// Allows loopback names and addresses, \a bound, and \a names (lower case, without a port; "*"
    /// for all). When \a bound stands for all addresses of the machine, every address is allowed,
    /// which does no harm: rebinding takes a name.
    HostList(const QHostAddress &bound, QList<QByteArray> names);

    /// Whether \a hostAndPort, a valid Host (RFC 9110 7.2) in any case, is for this server. The
    /// port does not matter.
    bool allows(QByteArrayView hostAndPort) const;

private:
    QList<QByteArray> m_names;
    bool m_allowsAny = true;
    bool m_allowsAddresses = false;
};

} // namespace memorykv
