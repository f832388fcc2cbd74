// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/plaintransport.h"

#include <array>
#include <cerrno>
#include <optional>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace memorykv {

// What one system call sends at most. More pieces than this are rare, and so is a client that takes
// more at once.
static constexpr size_t kMaxPieces = 64;

static std::optional<Transport::Peer> peerOf(int descriptor)
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
    return Transport::Peer{host, ntohs(reinterpret_cast<sockaddr_in *>(&address)->sin_port)};
}

std::unique_ptr<PlainTransport> PlainTransport::open(int descriptor)
{
    auto peer = peerOf(descriptor);
    if (!peer)
        return nullptr;
    return std::unique_ptr<PlainTransport>(new PlainTransport(descriptor, *std::move(peer)));
}

PlainTransport::PlainTransport(int descriptor, Peer peer)
    : Transport(std::move(peer))
    , m_descriptor(descriptor)
    , m_readable(descriptor, QSocketNotifier::Read)
{
    // Answers leave whole, so there is nothing to gather them for (RFC 896).
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connect(&m_readable, &QSocketNotifier::activated, this, &PlainTransport::noteReadable);
}

PlainTransport::~PlainTransport()
{
    release();
}

void PlainTransport::noteReadable()
{
    m_wasRead = false;
    Q_EMIT readyRead();
    // Nobody wants it now, and the kernel would tell of it again and again.
    if (!m_wasRead)
        m_readable.setEnabled(false);
}

qint64 PlainTransport::read(char *buffer, qint64 maxSize)
{
    m_wasRead = true;
    if (m_descriptor < 0 || m_atEnd)
        return 0;
    if (!m_readable.isEnabled())
        m_readable.setEnabled(true);
    ssize_t size = 0;
    do {
        size = ::recv(m_descriptor, buffer, size_t(maxSize), MSG_DONTWAIT);
    } while (size < 0 && errno == EINTR);
    if (size > 0)
        return size;
    if (size == 0) {
        m_atEnd = true;
        m_readable.setEnabled(false);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
        fail();
    }
    return 0;
}

void PlainTransport::write(const QByteArray &bytes)
{
    if (m_descriptor < 0 || m_closing || bytes.isEmpty())
        return;
    qsizetype sent = 0;
    if (m_waiting.empty()) {
        ssize_t size = 0;
        do {
            size = ::send(m_descriptor, bytes.constData(), size_t(bytes.size()),
                          MSG_DONTWAIT | MSG_NOSIGNAL);
        } while (size < 0 && errno == EINTR);
        if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            fail();
            return;
        }
        sent = std::max<ssize_t>(size, 0);
        if (sent == bytes.size())
            return;
        m_sentOfFirst = sent;
        if (!m_writable) {
            m_writable = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Write);
            connect(m_writable.get(), &QSocketNotifier::activated, this,
                    &PlainTransport::sendWaiting);
        }
        m_writable->setEnabled(true);
    }
    m_waiting.push_back(bytes);
    m_unsentBytes += bytes.size() - sent;
}

void PlainTransport::sendWaiting()
{
    std::array<iovec, kMaxPieces> pieces;
    size_t count = 0;
    for (const QByteArray &bytes : m_waiting) {
        if (count == kMaxPieces)
            break;
        const qsizetype from = count == 0 ? m_sentOfFirst : 0;
        pieces[count++]
            = {const_cast<char *>(bytes.constData() + from), size_t(bytes.size() - from)};
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const ssize_t size = ::sendmsg(m_descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            release();
            Q_EMIT ended();
        }
        return;
    }
    forget(size);
    if (m_waiting.empty()) {
        m_writable->setEnabled(false);
        if (m_closing) {
            release();
            Q_EMIT ended();
            return;
        }
    }
    Q_EMIT progressed();
}

// Takes off what was sent.
void PlainTransport::forget(qint64 size)
{
    m_unsentBytes -= size;
    size += m_sentOfFirst;
    while (!m_waiting.empty() && size >= m_waiting.front().size()) {
        size -= m_waiting.front().size();
        m_waiting.pop_front();
    }
    m_sentOfFirst = size;
}

void PlainTransport::shutdownWrite()
{
    if (m_descriptor >= 0)
        ::shutdown(m_descriptor, SHUT_WR);
}

void PlainTransport::close()
{
    m_closing = true;
    if (m_waiting.empty())
        fail();
}

void PlainTransport::abort()
{
    fail();
}

// From within a call: the end is told from the event loop.
void PlainTransport::fail()
{
    if (m_descriptor < 0)
        return;
    release();
    QMetaObject::invokeMethod(this, &Transport::ended, Qt::QueuedConnection);
}

void PlainTransport::release()
{
    if (m_descriptor < 0)
        return;
    m_readable.setEnabled(false);
    m_writable.reset();
    ::close(std::exchange(m_descriptor, -1));
    m_waiting.clear();
    m_sentOfFirst = 0;
    m_unsentBytes = 0;
}

} // namespace memorykv
