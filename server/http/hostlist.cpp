// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/hostlist.h"

#include "server/http/httpsyntax.h"

#include <algorithm>

namespace memorykv {

// The address in brackets that \a address is in a Host field, or its four numbers.
static QByteArray hostOf(const QHostAddress &address)
{
    QHostAddress plain = address;
    plain.setScopeId({});
    const QByteArray text = plain.toString().toLatin1();
    return plain.protocol() == QAbstractSocket::IPv6Protocol ? '[' + text + ']' : text;
}

HostList::HostList(const QHostAddress &bound, QList<QByteArray> names)
    : m_names(std::move(names))
    , m_allowsAny(m_names.contains("*"))
    , m_allowsAddresses(bound == QHostAddress(QHostAddress::AnyIPv4)
                        || bound == QHostAddress(QHostAddress::AnyIPv6)
                        || bound == QHostAddress(QHostAddress::Any))
{
    m_names.prepend("localhost");
    m_names.prepend(hostOf(bound));
}

static QByteArrayView withoutPort(QByteArrayView host)
{
    const qsizetype colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.first(colon) : host;
}

// Null when \a host is a name.
static QHostAddress addressOf(QByteArrayView host)
{
    if (host.startsWith('[') && host.endsWith(']'))
        host = host.sliced(1).chopped(1);
    const QHostAddress address(QString::fromLatin1(host));
    // QHostAddress takes short and octal forms of IPv4, too, and browsers send neither.
    const bool isExact = address.protocol() == QAbstractSocket::IPv6Protocol
                         || address.toString().toLatin1() == host;
    return isExact ? address : QHostAddress();
}

bool HostList::allows(QByteArrayView hostAndPort) const
{
    if (m_allowsAny)
        return true;
    QByteArrayView host = withoutPort(hostAndPort);
    if (host.endsWith('.'))
        host.chop(1);
    const bool isListed
        = std::any_of(m_names.begin(), m_names.end(), [host](const QByteArray &name) {
              return syntax::equalsIgnoringCase(name, host);
          });
    if (isListed)
        return true;
    const QHostAddress address = addressOf(host);
    return !address.isNull() && (m_allowsAddresses || address.isLoopback());
}

} // namespace memorykv
