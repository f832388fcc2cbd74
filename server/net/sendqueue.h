// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

#include <deque>

namespace memorykv {

/// What a socket has not taken yet. What is sent goes to the socket from where it lies; only the
/// rest that it does not take is kept, as a reference to the shared bytes. Not thread-safe.
class SendQueue
{
public:
    enum class Status {
        Open,
        Broken, ///< nothing can be sent to this socket any more
    };

    /// Sends \a bytes to \a descriptor, a non-blocking socket, or puts them behind what is waiting:
    /// a socket that has something waiting is full, and asking again would only cost a call.
    Status send(int descriptor, const QByteArray &bytes);

    /// Sends of what is waiting what the socket takes, up to about a megabyte, so that one that
    /// reads as fast as it is sent to leaves time to others.
    Status flush(int descriptor);

    qint64 bytes() const { return m_bytes; }
    bool isEmpty() const { return m_bytes == 0; }
    void clear();

private:
    void append(const QByteArray &bytes, qsizetype from);
    void drop(qint64 count);

    struct Chunk
    {
        QByteArray bytes;
        bool isOwn = false; ///< nobody shares it: small ones can be added
    };
    std::deque<Chunk> m_chunks;
    qsizetype m_offset = 0; ///< of the first chunk: so much of it was sent
    qint64 m_bytes = 0;
};

} // namespace memorykv
