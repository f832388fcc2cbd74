// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QObject>

namespace memorykv {

/// Why the server ends a feed, with the WebSocket close code for it (RFC 6455 7.4.1; 1013 is
/// registered as Try Again Later).
enum class CloseReason : quint16 {
    Stopping = 1001,
    Withdrawn = 1008, ///< the right to watch was
    TooSlow = 1013,
};

/// The way to one consumer: takes encoded events and sends them, in order, as fast as the consumer
/// reads. Lives on its worker's thread.
class FeedChannel : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Tells the consumer that its feed has begun. Call it once and before all else, and not before
    /// everything that happens from then on is on its way to this channel.
    virtual void open() = 0;

    /// Sends \a bytes, which are whole events in the encoding of this channel. Shares the bytes.
    virtual void send(const QByteArray &bytes) = 0;

    /// Bytes that were sent and that the network has not taken yet.
    virtual qint64 pendingBytes() const = 0;

    /// Asks the consumer for a sign of life; answered() may follow.
    virtual void beat() = 0;

    /// Whether a consumer that is alive answers beat().
    virtual bool answersBeats() const = 0;

    /// Ends the channel in the way of its protocol; closed() follows.
    virtual void close(CloseReason reason) = 0;

    /// Ends the channel at once; closed() follows.
    virtual void abort() = 0;

Q_SIGNALS:
    /// The network has taken some of the pending bytes.
    void progressed();
    /// The consumer has answered beat().
    void answered();
    /// Nothing can be sent any more.
    void closed();
};

} // namespace memorykv
