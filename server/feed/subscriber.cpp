// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/subscriber.h"

#include "server/feed/eventencoder.h"
#include "shared/logcategories.h"

#include <utility>

namespace memorykv {

static constexpr size_t kInitialSlice = 256;         // entries looked at in one go
static constexpr qsizetype kReplaySlice = 256 << 10; // bytes of records read in one go
static constexpr qint64 kPacedPending = 256 << 10;   // enough to keep a fast consumer busy
// Then others of the thread have their turn.
static constexpr int kSlicesInOneGo = 16;
static constexpr qint64 kSentInOneGo = 1 << 20;
static constexpr int kMaxMissedBeats = 2;
static constexpr std::chrono::milliseconds kBudgetPause{200};
static constexpr std::chrono::seconds kCloseTimeout{10};

Subscriber::Subscriber(std::unique_ptr<FeedChannel> channel, Subscription subscription,
                       QByteArray peer, FeedContext &context)
    : m_channel(std::move(channel))
    , m_subscription(std::move(subscription))
    , m_peer(std::move(peer))
    , m_context(context)
    , m_share(context.buffers)
{
    connect(m_channel.get(), &FeedChannel::progressed, this, [this] {
        m_progressed = true;
        advance();
        account();
    });
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &Subscriber::advance);
    connect(m_channel.get(), &FeedChannel::answered, this, &Subscriber::onAnswered);
    connect(m_channel.get(), &FeedChannel::closed, this, &Subscriber::onClosed);
    m_watchedFrom = m_context.log.addWatcher();
    m_seq = m_watchedFrom;
    m_context.counters.subscribers.fetch_add(1, std::memory_order_relaxed);
}

Subscriber::~Subscriber()
{
    m_channel->disconnect(this); // it tells of its end even when it is destroyed
    m_context.counters.subscribers.fetch_sub(1, std::memory_order_relaxed);
    m_context.log.removeWatcher();
}

void Subscriber::start()
{
    beat();
    if (m_phase == Phase::Closing)
        return;
    if (m_subscription.initial) {
        m_snapshot = std::make_unique<Snapshot>(m_context.store, m_subscription.prefix);
        m_phase = Phase::Initial;
    } else if (const auto &since = m_subscription.since) {
        // Of another history, or of a future that was lost with one, nothing can be told but that
        // whatever the consumer knows is void.
        if (since->epoch != m_context.log.epoch() || since->seq > m_seq)
            sendGap(1, m_seq);
        else {
            m_seq = since->seq;
            m_phase = Phase::Replaying;
        }
    }
    advance();
}

// Sends more of what goes at the consumer's pace, as long as there is room for it.
void Subscriber::advance()
{
    if (m_phase == Phase::Lagging)
        endGapWhenDrained();
    // A filter can make a slice send nothing, and the network may take all of it, or drop it when
    // the consumer is gone, so room alone does not bound this loop; nor does it bound what many
    // consumers do in turn.
    const quint64 sentBefore = m_sent;
    for (int i = 0; m_phase <= Phase::Replaying && hasRoom(); ++i) {
        if (m_phase == Phase::Initial && !isInitialDurable())
            return;
        if (m_share.isBudgetTight()) { // nothing that happens here tells when it no longer is
            m_again.start(kBudgetPause);
            return;
        }
        if (i == kSlicesInOneGo || m_sent - sentBefore >= kSentInOneGo || isTurnOver()) {
            m_again.start(std::chrono::milliseconds(0));
            return;
        }
        if (m_phase == Phase::Initial && !advanceInitial()) {
            m_seq = m_snapshot->seq();
            m_snapshot.reset();
            m_context.log.disconnect(this);
            m_phase = Phase::Replaying;
            sendEvent(controlEvent(Op::Synced, m_seq));
        } else if (m_phase == Phase::Replaying && !advanceReplay() && m_phase == Phase::Replaying) {
            m_phase = Phase::Live;
        }
        account();
    }
}

// The state is shown once a crash can no longer take it back. Of a log that has failed only what
// was durable is left, which is there at once.
bool Subscriber::isInitialDurable()
{
    const Log &log = m_context.log;
    if (m_snapshot->seq() <= log.durableSeq())
        return true;
    if (log.hasFailed()) {
        m_snapshot = std::make_unique<Snapshot>(m_context.store, m_subscription.prefix);
        return m_snapshot->seq() <= log.durableSeq();
    }
    connect(&log, &Log::durable, this, &Subscriber::advance,
            Qt::ConnectionType(Qt::QueuedConnection | Qt::UniqueConnection));
    connect(&log, &Log::failed, this, &Subscriber::advance,
            Qt::ConnectionType(Qt::QueuedConnection | Qt::UniqueConnection));
    return m_snapshot->seq() <= log.durableSeq(); // it may have become so before the connection
}

// Whether there is more of the initial state.
bool Subscriber::advanceInitial()
{
    if (m_snapshot->atEnd())
        return false;
    QByteArray bytes;
    const qint64 now = m_context.store.nowMs();
    for (const EntryPtr &entry : m_snapshot->next(kInitialSlice, kPacedPending)) {
        Record record;
        record.seq = entry->revision();
        record.timeMs = now;
        record.entry = entry;
        if (!wants(record))
            continue;
        Event event = record.toEvent(m_context.log.epoch());
        event.initial = true;
        appendEncoded(event, m_subscription.encoding, bytes);
        m_context.counters.delivered.fetch_add(1, std::memory_order_relaxed);
    }
    send(bytes);
    return true;
}

// Whether the log has more. Once it has not, nothing is missing: what is appended from then on
// comes with the batches, and those that were on their way here are behind m_seq and left out.
bool Subscriber::advanceReplay()
{
    const Log::Range range = m_context.log.read(m_seq, kReplaySlice);
    if (range.firstHeld > m_seq + 1) {
        sendGap(m_seq + 1, range.firstHeld - 1);
        m_seq = range.firstHeld - 1;
    }
    QByteArray bytes;
    for (const Record &record : range.records) {
        m_seq = record.seq;
        if (!wants(record))
            continue;
        appendEncoded(clipped(record).value_or(record.toEvent(m_context.log.epoch())),
                      m_subscription.encoding, bytes);
        m_context.counters.delivered.fetch_add(1, std::memory_order_relaxed);
    }
    send(bytes);
    return !range.records.empty();
}

void Subscriber::deliver(const Delivery &delivery)
{
    if (m_phase != Phase::Live && m_phase != Phase::Lagging) {
        account(); // what the store keeps for it may have grown
        return;
    }
    const bool isShared
        = m_subscription.confinement.isEmpty() && !isBehind(delivery.first(), m_seq);
    if (isShared && deliverWhole(delivery.select(m_subscription))) {
        m_seq = std::max(m_seq, delivery.last().seq);
    } else {
        for (const EncodedBatchPtr &batch : delivery.batches()) {
            if (m_phase == Phase::Live || m_phase == Phase::Lagging)
                deliverOneByOne(*batch);
        }
    }
    account();
}

// Whether all of it could be sent, or left out, without a look at the single events.
bool Subscriber::deliverWhole(const Delivery::Selection &selection)
{
    const qint64 pending = m_channel->pendingBytes();
    const bool hasOthers = selection.events > selection.mutations; // which may fill half of it
    const qint64 limit = hasOthers ? bufferLimit() / 2 : bufferLimit();
    if (m_phase == Phase::Live && pending + selection.bytes.size() <= limit) {
        send(selection.bytes);
        m_context.counters.delivered.fetch_add(selection.events, std::memory_order_relaxed);
        return true;
    }
    if (m_phase == Phase::Lagging && pending > m_context.limits.bufferBytes / 4) {
        if (selection.lastMutation > 0)
            noteMissing(selection.firstMutation, selection.lastMutation);
        m_context.counters.shed.fetch_add(selection.events, std::memory_order_relaxed);
        return true;
    }
    return false;
}

void Subscriber::deliverOneByOne(const EncodedBatch &batch)
{
    const EncodedBatch::Form &form = batch.form(m_subscription.encoding);
    const quint64 reached = m_seq;
    m_seq = std::max(m_seq, batch.records().back().seq);
    QByteArray bytes;
    const auto sendGathered = [&] { send(std::exchange(bytes, {})); };
    for (size_t i = 0; i < batch.records().size() && m_phase != Phase::Closing; ++i) {
        const Record &record = batch.records()[i];
        if (isBehind(record, reached) || !wants(record))
            continue;
        QByteArray own;
        if (const auto event = clipped(record))
            appendEncoded(*event, m_subscription.encoding, own);
        const QByteArrayView shared
            = QByteArrayView(form.bytes).sliced(form.begin(i), form.size(i));
        const QByteArrayView encoded = own.isEmpty() ? shared : QByteArrayView(own);
        // How much of what was gathered the network takes at once shows only when it is sent, and
        // it goes out before the consumer is found too slow.
        if (m_channel->pendingBytes() + bytes.size() + encoded.size() > bufferLimit() / 2)
            sendGathered();
        if (makeRoom(record, encoded.size(), m_channel->pendingBytes() + bytes.size())) {
            bytes.append(encoded);
            m_context.counters.delivered.fetch_add(1, std::memory_order_relaxed);
        } else {
            m_context.counters.shed.fetch_add(1, std::memory_order_relaxed);
        }
    }
    if (m_phase != Phase::Closing)
        sendGathered();
    if (m_phase == Phase::Lagging)
        endGapWhenDrained();
}

// Whether an event of \a size bytes can be sent behind \a pending others. What is no mutation may
// fill half of the buffer; when there is no room for a mutation either, the consumer lags.
bool Subscriber::makeRoom(const Record &record, qsizetype size, qint64 pending)
{
    const qint64 limit = bufferLimit();
    if (!isMutation(record.op))
        return m_phase == Phase::Live && pending + size <= limit / 2;
    // An event over the limit by itself must not be a gap for ever; while all clients together have
    // too much waiting it is one.
    const bool fits = pending + size <= limit || (pending == 0 && !m_share.isBudgetTight());
    if (m_phase == Phase::Live && fits)
        return true;
    if (m_subscription.lossless) {
        close(CloseReason::TooSlow);
        return false;
    }
    m_phase = Phase::Lagging;
    noteMissing(record.seq, record.seq);
    return false;
}

void Subscriber::noteMissing(quint64 from, quint64 to)
{
    if (m_gapFrom == 0)
        m_gapFrom = from;
    m_gapTo = to;
}

void Subscriber::endGapWhenDrained()
{
    if (m_channel->pendingBytes() > m_context.limits.bufferBytes / 4)
        return;
    m_phase = Phase::Live;
    sendGap(m_gapFrom, m_gapTo);
    m_gapFrom = 0;
}

// Already sent by way of the initial state or the log, or, if it is no mutation, from before the
// place that has been reached. As the seqs of a batch never go down, none is behind if the first
// is not.
bool Subscriber::isBehind(const Record &record, quint64 reached)
{
    return isMutation(record.op) ? record.seq <= reached : record.seq < reached;
}

bool Subscriber::wants(const Record &record) const
{
    // Of others, a confined consumer learns not even that they are there.
    if (record.op == Op::Heartbeat && !m_subscription.confinement.isEmpty() && record.key != m_peer)
        return false;
    return m_subscription.wants(record.op, record.about());
}

// The event of \a record without what the consumer must not see, when there is some of that.
std::optional<Event> Subscriber::clipped(const Record &record) const
{
    const auto key = m_subscription.clipped(record.op, record.key);
    if (!key)
        return std::nullopt;
    Event event = record.toEvent(m_context.log.epoch());
    event.key = *key;
    return event;
}

void Subscriber::send(const QByteArray &bytes)
{
    if (bytes.isEmpty())
        return;
    m_sent += quint64(bytes.size());
    m_channel->send(bytes);
}

void Subscriber::sendEvent(const Event &event)
{
    QByteArray bytes;
    appendEncoded(event, m_subscription.encoding, bytes);
    send(bytes);
    m_context.counters.delivered.fetch_add(1, std::memory_order_relaxed);
}

void Subscriber::sendGap(quint64 from, quint64 to)
{
    Event gap = controlEvent(Op::Gap, to);
    gap.gapFrom = from;
    sendEvent(gap);
}

Event Subscriber::controlEvent(Op op, quint64 seq) const
{
    Event event;
    event.op = op;
    event.epoch = m_context.log.epoch();
    event.seq = seq;
    event.timeMs = m_context.store.nowMs();
    return event;
}

// When all clients together have too much waiting, those who are behind take no more.
qint64 Subscriber::bufferLimit() const
{
    const qint64 limit = m_context.limits.bufferBytes;
    return m_share.isBudgetTight() ? std::min(limit, kPacedPending) : limit;
}

void Subscriber::account()
{
    if (m_phase == Phase::Initial && m_snapshot->keptBytes() > kPacedPending
        && m_share.isBudgetTight()) {
        close(CloseReason::TooSlow); // what was kept for it is let go
    }
    const qint64 kept = m_snapshot ? m_snapshot->keptBytes() : 0;
    m_share.set(m_channel->pendingBytes() + kept);
}

bool Subscriber::isTurnOver() const
{
    return m_context.turn && !m_context.turn->hasTime();
}

bool Subscriber::hasRoom() const
{
    return m_channel->pendingBytes() < std::min(kPacedPending, m_context.limits.bufferBytes / 2);
}

void Subscriber::beat()
{
    if (m_phase == Phase::Closing)
        return;
    account();
    // Where no answer can come, bytes taken are the sign of life.
    if (!m_channel->answersBeats() && (m_progressed || m_channel->pendingBytes() == 0))
        m_missedBeats = 0;
    m_progressed = false;
    if (m_missedBeats >= kMaxMissedBeats) {
        qCDebug(lcFeed).noquote() << "subscriber" << m_peer << "gave no sign of life";
        abort();
        return;
    }
    ++m_missedBeats;
    m_channel->beat();
}

void Subscriber::onAnswered()
{
    m_missedBeats = 0;
    Record record;
    record.op = Op::Heartbeat;
    record.timeMs = m_context.store.nowMs();
    record.key = m_peer;
    m_context.log.announce(std::move(record));
}

void Subscriber::abort()
{
    m_phase = Phase::Closing;
    m_channel->abort();
}

void Subscriber::recheck()
{
    if (m_subscription.isPermitted && !m_subscription.isPermitted())
        close(CloseReason::Withdrawn);
}

void Subscriber::close(CloseReason reason)
{
    if (m_phase == Phase::Closing)
        return;
    m_phase = Phase::Closing;
    m_snapshot.reset();
    m_channel->close(reason);
    // A consumer that reads nothing would keep the closing handshake waiting for ever.
    QTimer::singleShot(kCloseTimeout, this, [this] { m_channel->abort(); });
}

void Subscriber::onClosed()
{
    m_phase = Phase::Closing;
    Q_EMIT finished();
}

} // namespace memorykv
