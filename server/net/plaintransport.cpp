// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/plaintransport.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace memorykv {

std::unique_ptr<PlainTransport> PlainTransport::open(int descriptor,
                                                     std::shared_ptr<SocketPoller> poller)
{
    auto peer = peerOf(descriptor);
    if (!peer)
        return nullptr;
    std::unique_ptr<PlainTransport> transport(
        new PlainTransport(descriptor, *std::move(peer), std::move(poller)));
    if (transport->m_id != 0)
        return transport;
    transport->m_descriptor = -1; // left to the caller
    return nullptr;
}

PlainTransport::PlainTransport(int descriptor, Peer peer, std::shared_ptr<SocketPoller> poller)
    : Transport(std::move(peer))
    , m_descriptor(descriptor)
    , m_poller(std::move(poller))
{
    m_id = m_poller->add(descriptor, m_waitsFor, *this);
    // Answers leave whole, so there is nothing to gather them for (RFC 896).
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

PlainTransport::~PlainTransport()
{
    release();
}

void PlainTransport::onReady(quint32 events)
{
    if (events & EPOLLOUT)
        sendWaiting();
    if (m_descriptor < 0)
        return;
    const bool isBroken = events & (EPOLLERR | EPOLLHUP);
    if (m_waitsFor & EPOLLIN) {
        if (isBroken || (events & EPOLLIN))
            tellReadable(); // reading tells what is wrong
    } else if (isBroken) {
        end();
    }
}

void PlainTransport::tellReadable()
{
    m_isWanted = false;
    Q_EMIT readyRead();
    // Nobody wants it now, and the kernel would tell of it again and again.
    if (!m_isWanted)
        waitForWhatIsNeeded();
}

qint64 PlainTransport::read(char *buffer, qint64 maxSize)
{
    if (m_descriptor < 0 || m_atEnd)
        return 0;
    m_isWanted = true;
    ssize_t size = 0;
    do {
        size = ::recv(m_descriptor, buffer, size_t(maxSize), MSG_DONTWAIT);
    } while (size < 0 && errno == EINTR);
    if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        endSoon();
        return 0;
    }
    m_atEnd = size == 0;
    waitForWhatIsNeeded();
    return std::max<qint64>(size, 0);
}

void PlainTransport::write(const QByteArray &bytes)
{
    if (m_descriptor < 0 || m_closing)
        return;
    if (m_queue.send(m_descriptor, bytes) == SendQueue::Status::Broken)
        endSoon();
    else
        waitForWhatIsNeeded();
}

void PlainTransport::sendWaiting()
{
    const qint64 before = m_queue.bytes();
    if (m_queue.flush(m_descriptor) == SendQueue::Status::Broken
        || (m_closing && m_queue.isEmpty())) {
        end();
        return;
    }
    waitForWhatIsNeeded();
    if (m_queue.bytes() < before)
        Q_EMIT progressed();
}

void PlainTransport::waitForWhatIsNeeded()
{
    const quint32 reading = m_isWanted && !m_atEnd ? quint32(EPOLLIN) : 0;
    const quint32 writing = m_queue.isEmpty() ? 0 : quint32(EPOLLOUT);
    if ((reading | writing) == m_waitsFor)
        return;
    m_waitsFor = reading | writing;
    m_poller->change(m_id, m_descriptor, m_waitsFor);
}

void PlainTransport::shutdownWrite()
{
    if (m_descriptor >= 0)
        ::shutdown(m_descriptor, SHUT_WR);
}

void PlainTransport::close()
{
    m_closing = true;
    if (m_queue.isEmpty())
        endSoon();
}

void PlainTransport::end()
{
    release();
    Q_EMIT ended();
}

// From within a call: the end is told from the event loop.
void PlainTransport::endSoon()
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
    m_poller->remove(m_id, m_descriptor);
    ::close(std::exchange(m_descriptor, -1));
    m_queue.clear();
}

} // namespace memorykv
