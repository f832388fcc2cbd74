// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QObject>

#include <functional>

namespace memorykv::test {

/// One message of the feed as it arrived.
struct FeedMessage
{
    QByteArray data;
    bool binary = false;   ///< a binary WebSocket frame
    QByteArray id;         ///< SSE: the id field
    qint64 receivedMs = 0; ///< milliseconds since 1970-01-01 UTC by this machine's clock

    /// The data as a JSON object; empty when it is none.
    QJsonObject json() const;
    /// The number called \a member, at full precision, as QJsonValue does not give above 2^53.
    quint64 number(QByteArrayView member) const;
    /// The member "op" of the JSON form.
    QByteArray op() const;
};

using FeedMessages = QList<FeedMessage>;

/// What both kinds of feed client share: the messages so far, and waiting for more. Works only
/// while waitFor() runs the event loop: between two waits the client is a consumer that does not
/// read. Lives on the thread that made it.
class Feed : public QObject
{
    Q_OBJECT

public:
    static constexpr int kWaitMs = 30'000;

    /// Runs the event loop until \a condition holds. False when it did not within the time.
    bool waitUntil(const std::function<bool()> &condition, int milliseconds = kWaitMs);

    /// Waits until \a predicate is true of the messages so far.
    bool waitFor(const std::function<bool(const FeedMessages &)> &predicate,
                 int milliseconds = kWaitMs);

    /// Waits until a message is \a text.
    bool waitForText(const QByteArray &text, int milliseconds = kWaitMs);

    /// Waits until there is a JSON message with this op (and key).
    bool waitForOp(const QByteArray &op, const QByteArray &key = {}, int milliseconds = kWaitMs);

    const FeedMessages &messages() const { return m_messages; }

    /// The data of all messages but heartbeats, in order.
    QByteArrayList texts() const;

    /// The JSON messages but heartbeats, in order.
    QList<FeedMessage> events() const;

    void clear() { m_messages.clear(); }

    virtual bool isClosed() const = 0;
    bool waitForClosed(int milliseconds = kWaitMs);

protected:
    void add(FeedMessage message);

private:
    FeedMessages m_messages;
};

} // namespace memorykv::test
