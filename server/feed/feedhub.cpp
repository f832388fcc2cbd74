// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/feedhub.h"

#include "server/feed/broadcaster.h"
#include "server/feed/eventstreamchannel.h"
#include "server/feed/websocketchannel.h"
#include "server/net/transport.h"
#include "shared/logcategories.h"

#include <algorithm>
#include <ctime>

namespace memorykv {

static constexpr std::chrono::seconds kReliefPause{1};

// What this thread has used of a processor, in all.
static std::chrono::nanoseconds threadTime()
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

FeedHub::FeedHub(Broadcaster &broadcaster, FeedContext context, QObject *parent)
    : QObject(parent)
    , m_context(context)
{
    m_context.turn = &m_turn;
    connect(&broadcaster, &Broadcaster::broadcast, this, &FeedHub::take, Qt::QueuedConnection);
    m_due.setSingleShot(true);
    m_due.setTimerType(Qt::PreciseTimer);
    connect(&m_due, &QTimer::timeout, this, &FeedHub::deliver);
    m_heartbeat.setInterval(m_context.limits.heartbeat);
    connect(&m_heartbeat, &QTimer::timeout, this, &FeedHub::beat);
    m_heartbeat.start();
    m_relief.setInterval(kReliefPause);
    connect(&m_relief, &QTimer::timeout, this, &FeedHub::relieve);
    if (m_context.buffers)
        m_relief.start();
}

FeedHub::~FeedHub()
{
    for (const auto &[key, subscriber] : m_subscribers)
        key->disconnect(this);
}

void FeedHub::addWebSocket(std::unique_ptr<Transport> transport, const QByteArray &responseHead,
                           const QByteArray &remainder, Subscription subscription)
{
    QByteArray peer = transport->peerText();
    add(std::make_unique<WebSocketChannel>(std::move(transport), responseHead, remainder),
        std::move(subscription), std::move(peer));
}

void FeedHub::addEventStream(std::unique_ptr<Transport> transport, const QByteArray &responseHead,
                             Subscription subscription)
{
    QByteArray peer = transport->peerText();
    add(std::make_unique<EventStreamChannel>(std::move(transport), responseHead),
        std::move(subscription), std::move(peer));
}

void FeedHub::add(std::unique_ptr<FeedChannel> channel, Subscription subscription, QByteArray peer)
{
    qCDebug(lcFeed).noquote() << "subscriber" << peer;
    FeedChannel *const opened = channel.get();
    auto subscriber = std::make_unique<Subscriber>(std::move(channel), std::move(subscription),
                                                   std::move(peer), m_context);
    Subscriber *const key = subscriber.get();
    if (m_subscribers.empty())
        m_deliveredSeq = key->watchedFrom();
    connect(key, &Subscriber::finished, this, [this, key] { remove(key); });
    m_subscribers.emplace(key, std::move(subscriber));
    opened->open(); // the log is watched by now: what a consumer that got its answer does is seen
    if (m_draining)
        key->close(CloseReason::Stopping);
    key->recheck(); // what it is permitted may have changed during the handshake
    key->start();
}

// It may be in the middle of one of its own functions, so it goes with the next turn of the loop.
void FeedHub::remove(Subscriber *subscriber)
{
    const auto found = m_subscribers.find(subscriber);
    if (found == m_subscribers.end())
        return;
    found->second.release()->deleteLater();
    m_subscribers.erase(found);
    if (m_draining && m_subscribers.empty())
        Q_EMIT drained();
}

// Any of them may finish, and be removed, while something is done to it.
std::vector<Subscriber *> FeedHub::subscribers() const
{
    std::vector<Subscriber *> present;
    present.reserve(m_subscribers.size());
    for (const auto &[key, subscriber] : m_subscribers)
        present.push_back(key);
    return present;
}

void FeedHub::take(const EncodedBatchPtr &batch)
{
    m_waiting.push_back(batch);
    m_waitingBytes += batch->approximateBytes();
    const auto pause = m_pace.pause(FanoutPace::Clock::now(), m_waitingBytes);
    if (m_draining || pause.count() == 0)
        deliver();
    else if (!m_due.isActive())
        m_due.start(std::chrono::ceil<std::chrono::milliseconds>(pause));
}

void FeedHub::deliver()
{
    m_due.stop();
    const auto usedBefore = threadTime();
    const qsizetype waited = m_waitingBytes;
    qsizetype wanted = 0;
    while (!m_waiting.empty()) {
        const Delivery delivery = nextDelivery();
        for (Subscriber *subscriber : subscribers())
            subscriber->deliver(delivery);
        wanted += delivery.mostSelectedBytes();
        m_deliveredSeq = std::max(m_deliveredSeq, delivery.last().seq);
    }
    const auto end = FanoutPace::Clock::now();
    const auto used = threadTime();
    m_pace.noteWanted(waited, wanted);
    m_pace.note(end, used - usedBefore);
    if (m_pace.isLoadDue(end))
        m_pace.noteLoad(end, used);
    if (m_draining && m_deliveredSeq >= m_lastSeq)
        closeAll();
}

// Small batches are put together; large ones would cost more to copy than to send one by one.
Delivery FeedHub::nextDelivery()
{
    std::vector<EncodedBatchPtr> batches;
    qsizetype bytes = 0;
    do {
        bytes += m_waiting.front()->approximateBytes();
        m_waitingBytes -= m_waiting.front()->approximateBytes();
        batches.push_back(std::move(m_waiting.front()));
        m_waiting.pop_front();
    } while (!m_waiting.empty()
             && bytes + m_waiting.front()->approximateBytes() <= FanoutPace::kMaxWaitingBytes);
    return Delivery(std::move(batches));
}

void FeedHub::beat()
{
    for (Subscriber *subscriber : subscribers())
        subscriber->beat();
}

void FeedHub::recheck()
{
    for (Subscriber *subscriber : subscribers())
        subscriber->recheck();
}

// Consumers take no more when the budget is tight; when it is over all the same, those who do not
// read would keep everybody from being served.
void FeedHub::relieve()
{
    static constexpr qint64 kNotWorthIt = 256 << 10;
    if (!m_context.buffers->isOver())
        return;
    const std::vector<Subscriber *> present = subscribers();
    const auto largest = std::max_element(present.begin(), present.end(),
                                          [](const Subscriber *left, const Subscriber *right) {
                                              return left->bufferedBytes() < right->bufferedBytes();
                                          });
    if (largest == present.end() || (*largest)->bufferedBytes() < kNotWorthIt)
        return;
    qCWarning(lcFeed) << "over --max-buffers: ended the consumer for whom most was waiting,"
                      << (*largest)->bufferedBytes() << "bytes";
    (*largest)->abort();
}

void FeedHub::drain()
{
    m_draining = true;
    m_lastSeq = m_context.log.lastSeq();
    if (m_subscribers.empty())
        Q_EMIT drained();
    else
        deliver(); // all of what waits, and closes if that was the last
}

void FeedHub::closeAll()
{
    for (Subscriber *subscriber : subscribers())
        subscriber->close(CloseReason::Stopping);
}

} // namespace memorykv
