// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/snapshotstream.h"

#include "server/http/pace.h"
#include "server/http/problem.h"
#include "shared/bytes.h"
#include "shared/logcategories.h"

#include <algorithm>
#include <vector>

namespace memorykv {

static constexpr qint64 kMaxPending = 1 << 20;
static constexpr qint64 kNotWorthIt = 256 << 10;

SnapshotStream::SnapshotStream(std::unique_ptr<Transport> transport, int minorVersion,
                               const SnapshotContext &context)
    : m_transport(std::move(transport))
    , m_minorVersion(minorVersion)
    , m_context(context)
    , m_snapshot(context.store, {})
    , m_encoder({context.log.epoch(), m_snapshot.seq(), context.store.nowMs()})
    , m_share(context.buffers)
{
    connect(m_transport.get(), &Transport::progressed, this, [this] {
        m_deadline.setRemainingTime(m_context.limits.writeTimeout);
        goOn();
    });
    connect(m_transport.get(), &Transport::ended, this, &SnapshotStream::finish);
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &SnapshotStream::goOn);
    QMetaObject::invokeMethod(this, &SnapshotStream::goOn, Qt::QueuedConnection);
}

SnapshotStream::~SnapshotStream() = default;

void SnapshotStream::goOn()
{
    if (m_finished)
        return;
    account();
    if (isInTheWay())
        abort();
    else
        advance();
    account();
}

void SnapshotStream::checkDeadline()
{
    if (isTooSlow())
        abort();
    else
        goOn();
}

// Not while it is for the log, or for others who take up the buffers, to go on.
bool SnapshotStream::isTooSlow() const
{
    const qint64 unsent = m_transport->unsentBytes();
    if (unsent == 0)
        return m_allSent && m_deadline.hasExpired();
    const ConnectionLimits &limits = m_context.limits;
    return m_deadline.hasExpired()
           || isSlower(m_since, limits.writeTimeout, m_written - unsent, limits.minRate);
}

bool SnapshotStream::isInTheWay() const
{
    return m_share.isBudgetTight() && m_snapshot.keptBytes() > kNotWorthIt;
}

bool SnapshotStream::isTurnOver() const
{
    return m_context.turn && !m_context.turn->hasTime();
}

void SnapshotStream::account()
{
    m_share.set(m_finished ? 0 : m_transport->unsentBytes() + m_snapshot.keptBytes());
}

// Whether it is sent: not before all that the snapshot shows is durable.
bool SnapshotStream::sendHead()
{
    if (m_headSent)
        return true;
    const bool failed = m_context.log.hasFailed() && m_snapshot.seq() > m_context.log.durableSeq();
    if (!failed && m_snapshot.seq() > m_context.log.durableSeq())
        return false;
    m_headSent = true;
    DateField date;
    if (failed) {
        QByteArray bytes;
        WriteOptions options;
        options.close = true;
        options.date = date.now();
        appendResponse(problem(m_context.log.failure()), options, bytes);
        write(bytes);
        m_allSent = true;
        return true;
    }
    QByteArray head;
    appendAll({"HTTP/1.1 200 OK\r\nDate: ", date.now(),
               "\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "
               "filename=\"memorykv-",
               QByteArray::number(m_snapshot.seq()),
               ".snapshot\"\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
               m_minorVersion >= 1 ? "Transfer-Encoding: chunked\r\n" : "",
               "Connection: close\r\n\r\n"},
              head);
    write(head);
    QByteArray bytes;
    m_encoder.begin(bytes);
    send(bytes);
    return true;
}

// RFC 9112 7.1; an HTTP/1.0 client takes the end of the connection for the end.
void SnapshotStream::send(const QByteArray &content)
{
    if (content.isEmpty())
        return;
    if (m_minorVersion < 1) {
        write(content);
        return;
    }
    QByteArray chunk;
    appendAll({QByteArray::number(content.size(), 16), "\r\n", content, "\r\n"}, chunk);
    write(chunk);
}

// The client's time begins when there is something for it to take.
void SnapshotStream::write(const QByteArray &bytes)
{
    if (m_transport->unsentBytes() == 0) {
        m_deadline.setRemainingTime(m_context.limits.writeTimeout);
        m_since.start();
        m_written = 0;
    }
    m_written += bytes.size();
    m_transport->write(bytes);
}

void SnapshotStream::advance()
{
    if (!sendHead())
        return;
    QByteArray bytes;
    // The network may take all of it, or drop it when the client is gone, so what waits for the
    // client does not bound this loop.
    qint64 sent = 0;
    while (!m_allSent && m_transport->unsentBytes() < kMaxPending && !m_share.isBudgetTight()) {
        if (sent >= kMaxPending || isTurnOver()) {
            m_again.start(std::chrono::milliseconds(0));
            return;
        }
        bytes.resize(0);
        m_encoder.add(m_snapshot.next(KeyValueStore::kSliceSize), bytes);
        if (m_snapshot.atEnd()) {
            m_encoder.end(bytes);
            m_allSent = true;
        }
        send(bytes);
        sent += bytes.size();
        if (m_allSent && m_minorVersion >= 1)
            write("0\r\n\r\n");
        account();
    }
    if (m_allSent && m_transport->unsentBytes() == 0)
        m_transport->close();
}

void SnapshotStream::abort()
{
    m_transport->abort();
    finish();
}

void SnapshotStream::finish()
{
    if (m_finished)
        return;
    m_finished = true;
    account();
    Q_EMIT finished();
}

SnapshotStreams::SnapshotStreams(const SnapshotContext &context)
    : m_context(context)
{
    m_context.turn = &m_turn;
    const auto goOn = [this] { forEach(&SnapshotStream::goOn); };
    connect(&context.log, &Log::durable, this, goOn, Qt::QueuedConnection);
    connect(&context.log, &Log::failed, this, goOn, Qt::QueuedConnection);
    m_sweep.setInterval(std::chrono::seconds(1));
    connect(&m_sweep, &QTimer::timeout, this, &SnapshotStreams::checkDeadlines);
}

SnapshotStreams::~SnapshotStreams() = default;

void SnapshotStreams::add(Upgrade &upgrade)
{
    auto stream = std::make_unique<SnapshotStream>(std::move(upgrade.transport),
                                                   upgrade.request.minorVersion, m_context);
    SnapshotStream *const key = stream.get();
    connect(key, &SnapshotStream::finished, this, [this, key] {
        const auto found = m_streams.find(key);
        found->second.release()->deleteLater();
        m_streams.erase(found);
        if (m_streams.empty())
            m_sweep.stop();
        if (m_draining && m_streams.empty())
            Q_EMIT drained();
    });
    m_streams.emplace(key, std::move(stream));
    if (!m_sweep.isActive())
        m_sweep.start();
}

// Any of them may finish, and be removed, while it is at it.
void SnapshotStreams::forEach(void (SnapshotStream::*act)())
{
    std::vector<SnapshotStream *> present;
    present.reserve(m_streams.size());
    for (const auto &[key, stream] : m_streams)
        present.push_back(key);
    for (SnapshotStream *stream : present)
        (stream->*act)();
}

void SnapshotStreams::checkDeadlines()
{
    forEach(&SnapshotStream::checkDeadline);
    if (m_context.buffers && m_context.buffers->isOver())
        relieve();
}

// As ConnectionPool does, for the same reason.
void SnapshotStreams::relieve()
{
    const auto largest = std::max_element(
        m_streams.begin(), m_streams.end(), [](const auto &left, const auto &right) {
            return left.first->bufferedBytes() < right.first->bufferedBytes();
        });
    if (largest == m_streams.end() || largest->first->bufferedBytes() < kNotWorthIt)
        return;
    qCWarning(lcHttp) << "over --max-buffers: ended the snapshot for which most was waiting,"
                      << largest->first->bufferedBytes() << "bytes";
    largest->first->abort();
}

void SnapshotStreams::drain()
{
    m_draining = true;
    if (m_streams.empty())
        Q_EMIT drained();
}

} // namespace memorykv
