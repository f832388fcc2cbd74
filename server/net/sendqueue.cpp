// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/sendqueue.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

namespace memorykv {

// Below this a reference costs about as much memory as the bytes; they are gathered by copying.
static constexpr qsizetype kSmall = 4 << 10;
static constexpr qsizetype kGathered = 64 << 10;
static constexpr qint64 kMaxInOneGo = 1 << 20;

// Bytes taken, 0 when there is no room, below that when the connection is gone.
static ssize_t sendParts(int descriptor, iovec *parts, size_t count)
{
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    ssize_t sent = 0;
    do
        sent = sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    // Where the kernel is short of memory for now, it is tried again like a full socket.
    const bool isFull = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS);
    return isFull ? 0 : sent;
}

static iovec partOf(const QByteArray &bytes, qsizetype from)
{
    return {const_cast<char *>(bytes.constData() + from), size_t(bytes.size() - from)};
}

SendQueue::Status SendQueue::send(int descriptor, const QByteArray &bytes)
{
    qsizetype sent = 0;
    if (isEmpty() && !bytes.isEmpty()) {
        iovec part = partOf(bytes, 0);
        sent = sendParts(descriptor, &part, 1);
        if (sent < 0)
            return Status::Broken;
    }
    if (sent < bytes.size())
        append(bytes, sent);
    return Status::Open;
}

SendQueue::Status SendQueue::flush(int descriptor)
{
    static constexpr size_t kMaxParts = 64;
    for (qint64 left = kMaxInOneGo; left > 0 && !isEmpty();) {
        std::array<iovec, kMaxParts> parts; // NOLINT(*-member-init): filled below
        const size_t count = std::min(kMaxParts, m_chunks.size());
        size_t offered = 0;
        for (size_t i = 0; i < count; ++i) {
            parts[i] = partOf(m_chunks[i].bytes, i == 0 ? m_offset : 0);
            offered += parts[i].iov_len;
        }
        const ssize_t sent = sendParts(descriptor, parts.data(), count);
        if (sent < 0)
            return Status::Broken;
        drop(sent);
        if (size_t(sent) < offered)
            break;
        left -= sent;
    }
    return Status::Open;
}

void SendQueue::append(const QByteArray &bytes, qsizetype from)
{
    m_bytes += bytes.size() - from;
    if (bytes.size() - from >= kSmall) {
        if (m_chunks.empty())
            m_offset = from;
        else if (from > 0)
            return m_chunks.push_back({bytes.sliced(from), true});
        return m_chunks.push_back({bytes, false});
    }
    const QByteArrayView rest = QByteArrayView(bytes).sliced(from);
    if (m_chunks.empty() || !m_chunks.back().isOwn || m_chunks.back().bytes.size() > kGathered)
        m_chunks.push_back({QByteArray(), true});
    m_chunks.back().bytes.append(rest);
}

void SendQueue::drop(qint64 count)
{
    m_bytes -= count;
    while (count > 0) {
        const qint64 rest = m_chunks.front().bytes.size() - m_offset;
        if (count < rest) {
            m_offset += qsizetype(count);
            return;
        }
        count -= rest;
        m_chunks.pop_front();
        m_offset = 0;
    }
}

void SendQueue::clear()
{
    m_chunks.clear();
    m_offset = 0;
    m_bytes = 0;
}

} // namespace memorykv
