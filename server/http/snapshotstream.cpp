// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/snapshotstream.h"

#include "server/http/problem.h"
#include "shared/bytes.h"

namespace memorykv {

using namespace std::chrono_literals;

static constexpr qint64 kMaxPending = 1 << 20;
static constexpr auto kStallTimeout = 60s;

SnapshotStream::SnapshotStream(std::unique_ptr<Transport> transport, int minorVersion,
                               KeyValueStore &store, const Log &log)
    : m_transport(std::move(transport))
    , m_minorVersion(minorVersion)
    , m_store(store)
    , m_log(log)
    , m_snapshot(store, {})
    , m_encoder({log.epoch(), m_snapshot.seq(), store.nowMs()})
{
    connect(m_transport.get(), &Transport::progressed, this, &SnapshotStream::advance);
    connect(m_transport.get(), &Transport::ended, this, &SnapshotStream::finish);
    // A client that takes nothing keeps old values alive.
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, [this] {
        m_transport->abort();
        finish();
    });
    m_timeout.start(kStallTimeout);
    QMetaObject::invokeMethod(this, &SnapshotStream::advance, Qt::QueuedConnection);
}

SnapshotStream::~SnapshotStream() = default;

void SnapshotStream::logChanged()
{
    advance();
}

// Whether it is sent: not before all that the snapshot shows is durable.
bool SnapshotStream::sendHead()
{
    if (m_headSent)
        return true;
    const bool failed = m_log.hasFailed() && m_snapshot.seq() > m_log.durableSeq();
    if (!failed && m_snapshot.seq() > m_log.durableSeq())
        return false;
    m_headSent = true;
    DateField date;
    if (failed) {
        QByteArray bytes;
        WriteOptions options;
        options.close = true;
        options.date = date.now();
        appendResponse(problem(m_log.failure()), options, bytes);
        m_transport->write(bytes);
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
    m_transport->write(head);
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
        m_transport->write(content);
        return;
    }
    QByteArray chunk;
    appendAll({QByteArray::number(content.size(), 16), "\r\n", content, "\r\n"}, chunk);
    m_transport->write(chunk);
}

void SnapshotStream::advance()
{
    if (m_finished || !sendHead())
        return;
    QByteArray bytes;
    while (!m_allSent && m_transport->unsentBytes() < kMaxPending) {
        bytes.resize(0);
        m_encoder.add(m_snapshot.next(KeyValueStore::kSliceSize), bytes);
        if (m_snapshot.atEnd()) {
            m_encoder.end(bytes);
            m_allSent = true;
        }
        send(bytes);
        if (m_allSent && m_minorVersion >= 1)
            m_transport->write("0\r\n\r\n");
    }
    m_timeout.start(kStallTimeout);
    if (m_allSent && m_transport->unsentBytes() == 0)
        m_transport->close();
}

void SnapshotStream::finish()
{
    if (m_finished)
        return;
    m_finished = true;
    Q_EMIT finished();
}

SnapshotStreams::SnapshotStreams(KeyValueStore &store, const Log &log)
    : m_store(store)
    , m_log(log)
{
    connect(&log, &Log::durable, this, &SnapshotStreams::logChanged, Qt::QueuedConnection);
    connect(&log, &Log::failed, this, &SnapshotStreams::logChanged, Qt::QueuedConnection);
}

SnapshotStreams::~SnapshotStreams() = default;

void SnapshotStreams::add(Upgrade &upgrade)
{
    auto stream = std::make_unique<SnapshotStream>(std::move(upgrade.transport),
                                                   upgrade.request.minorVersion, m_store, m_log);
    SnapshotStream *const key = stream.get();
    connect(key, &SnapshotStream::finished, this, [this, key] {
        const auto found = m_streams.find(key);
        found->second.release()->deleteLater();
        m_streams.erase(found);
        if (m_draining && m_streams.empty())
            Q_EMIT drained();
    });
    m_streams.emplace(key, std::move(stream));
}

void SnapshotStreams::drain()
{
    m_draining = true;
    if (m_streams.empty())
        Q_EMIT drained();
}

void SnapshotStreams::logChanged()
{
    for (const auto &[key, stream] : m_streams)
        stream->logChanged();
}

} // namespace memorykv
