// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/fanoutpace.h"
#include "server/feed/subscriber.h"

#include <QTimer>

#include <deque>
#include <unordered_map>

namespace memorykv {

class Broadcaster;
class Transport;

/// The subscribers of one worker. Lives on the worker's thread.
class FeedHub : public QObject
{
    Q_OBJECT

public:
    /// \a broadcaster and what \a context refers to must outlive the hub.
    FeedHub(Broadcaster &broadcaster, FeedContext context, QObject *parent = nullptr);
    ~FeedHub() override;

    /// Subscribes the client behind \a transport: a WebSocket once \a responseHead, the answer to
    /// its opening handshake, is sent. \a remainder is what it sent after that.
    void addWebSocket(std::unique_ptr<Transport> transport, const QByteArray &responseHead,
                      const QByteArray &remainder, Subscription subscription);

    /// Subscribes the client behind \a transport to an event stream; \a responseHead is sent first.
    void addEventStream(std::unique_ptr<Transport> transport, const QByteArray &responseHead,
                        Subscription subscription);

    /// Closes the feeds that are no longer permitted (Subscription::isPermitted) with 1008.
    void recheck();

    /// Closes all feeds with 1001 once they have what was written until now; drained() follows.
    void drain();

Q_SIGNALS:
    /// After drain(): the last subscriber is gone.
    void drained();

private:
    void add(std::unique_ptr<FeedChannel> channel, Subscription subscription, QByteArray peer);
    void remove(Subscriber *subscriber);
    void take(const EncodedBatchPtr &batch);
    void deliver();
    Delivery nextDelivery();
    void beat();
    void relieve();
    void closeAll();
    std::vector<Subscriber *> subscribers() const;

    LoopTurn m_turn;
    FeedContext m_context;
    std::unordered_map<Subscriber *, std::unique_ptr<Subscriber>> m_subscribers;
    std::deque<EncodedBatchPtr> m_waiting; ///< to be delivered together
    qsizetype m_waitingBytes = 0;
    FanoutPace m_pace;
    QTimer m_due; ///< runs while something waits
    QTimer m_heartbeat;
    QTimer m_relief;
    quint64 m_deliveredSeq = 0; ///< mutations up to here were delivered or came before all of them
    quint64 m_lastSeq = 0;      ///< while draining: the last mutation to deliver
    bool m_draining = false;
};

} // namespace memorykv
