// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/transport.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace memorykv {

Transport::Transport(Peer peer)
    : m_peer(std::move(peer))
{ }

Transport::~Transport() = default;

std::optional<Transport::Peer> Transport::peerOf(int descriptor)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto *generic = reinterpret_cast<sockaddr *>(&address);
    if (::getpeername(descriptor, generic, &size) != 0)
        return std::nullopt;
    // An IPv4 client of a socket for both is shown as what it is.
    QHostAddress host(generic);
    bool isV4 = false;
    const quint32 v4 = host.toIPv4Address(&isV4);
    if (isV4)
        host.setAddress(v4);
    // Both kinds of address have the port at the same place (RFC 3493 3.3).
    return Peer{host, ntohs(reinterpret_cast<sockaddr_in *>(&address)->sin_port)};
}

QByteArray Transport::peerText() const
{
    const QByteArray text = m_peer.address.toString().toLatin1();
    const bool isV6 = m_peer.address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isV6 ? '[' + text + ']' : text) + ':' + QByteArray::number(m_peer.port);
}

} // namespace memorykv
