// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/delivery.h"
#include "server/feed/feedchannel.h"
#include "server/feed/feedcontext.h"
#include "server/store/snapshot.h"

#include <QTimer>

#include <memory>

namespace memorykv {

/// One consumer of the feed and how far it has come: first the initial state if asked for, then
/// what the log still holds after its position, then what happens. The first two go at the pace at
/// which the consumer reads; of the third, what a slow consumer has no room for is left out and
/// told as a gap.
///
/// Lives on its worker's thread.
class Subscriber : public QObject
{
    Q_OBJECT

public:
    /// \a peer is "address:port", for Heartbeat events.
    Subscriber(std::unique_ptr<FeedChannel> channel, Subscription subscription, QByteArray peer,
               FeedContext &context);
    ~Subscriber() override;

    /// The seq after which every mutation is going to be published to it.
    quint64 watchedFrom() const { return m_watchedFrom; }

    /// Begins to send.
    void start();

    /// Sends what it wants of \a delivery. The batches after start() have to come without hole.
    void deliver(const Delivery &delivery);

    /// Asks for a sign of life; closes when two were missed.
    void beat();

    /// Bytes that wait for it.
    qint64 bufferedBytes() const { return m_share.bytes(); }

    /// Ends it at once.
    void abort();

    /// Closes when what it was permitted no longer is.
    void recheck();

    void close(CloseReason reason);

Q_SIGNALS:
    /// The consumer is gone; the subscriber can go, too.
    void finished();

private:
    enum class Phase {
        Initial,   ///< sending the state of the store
        Replaying, ///< sending what the log holds
        Live,
        Lagging, ///< leaving out events until there is room again
        Closing,
    };

    void advance();
    bool isInitialDurable();
    bool advanceInitial();
    bool advanceReplay();
    void endGapWhenDrained();
    bool deliverWhole(const Delivery::Selection &selection);
    void deliverOneByOne(const EncodedBatch &batch);
    bool makeRoom(const Record &record, qsizetype size, qint64 pending);
    void noteMissing(quint64 from, quint64 to);
    static bool isBehind(const Record &record, quint64 reached);
    bool wants(const Record &record) const;
    std::optional<Event> clipped(const Record &record) const;
    void send(const QByteArray &bytes);
    void sendEvent(const Event &event);
    void sendGap(quint64 from, quint64 to);
    Event controlEvent(Op op, quint64 seq) const;
    bool hasRoom() const;
    bool isTurnOver() const;
    qint64 bufferLimit() const;
    void account();
    void onAnswered();
    void onClosed();

    std::unique_ptr<FeedChannel> m_channel;
    const Subscription m_subscription;
    const QByteArray m_peer;
    FeedContext &m_context;
    BufferShare m_share;
    quint64 m_watchedFrom = 0;
    Phase m_phase = Phase::Live;
    QTimer m_again;                       ///< when to go on with what goes at its pace
    std::unique_ptr<Snapshot> m_snapshot; ///< while Initial
    quint64 m_sent = 0;                   ///< bytes, of events
    quint64 m_seq = 0;                    ///< mutations up to here were sent or are not wanted
    quint64 m_gapFrom = 0;                ///< while Lagging: the first mutation left out, or 0
    quint64 m_gapTo = 0;
    int m_missedBeats = 0;
    bool m_progressed = false; ///< bytes were taken since the last beat
};

} // namespace memorykv
