// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/transport.h"

namespace memorykv {

Transport::Transport(Peer peer)
    : m_peer(std::move(peer))
{ }

Transport::~Transport() = default;

QByteArray Transport::peerText() const
{
    const QByteArray text = m_peer.address.toString().toLatin1();
    const bool isV6 = m_peer.address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isV6 ? '[' + text + ']' : text) + ':' + QByteArray::number(m_peer.port);
}

} // namespace memorykv
