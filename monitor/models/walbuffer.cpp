// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/walbuffer.h"

#include "shared/eventfields.h"

namespace memorykv {

namespace {

/// What an allocation costs beside its bytes.
constexpr qint64 kAllocationCost = 32;
/// A server may make up types without end; beyond so many each row has its own.
constexpr qsizetype kMaxTypes = 1'000;

qint64 bytesOf(const WalRow &row)
{
    return static_cast<qint64>(sizeof(WalRow)) + row.bytes.size() + kAllocationCost;
}

} // namespace

Event WalRow::toEvent() const
{
    Event event{.op = op, .epoch = epoch, .seq = seq, .timeMs = timeMs};
    event.found = found;
    event.initial = initial;
    if (op == Op::Gap)
        event.gapFrom = static_cast<quint64>(extra);
    else if (hasTtl(op))
        event.ttlSeconds = extra;
    if (op == Op::Heartbeat)
        event.peer = key().toByteArray();
    else
        event.key = key().toByteArray();
    if (op == Op::Insert) {
        event.value = value().toByteArray();
        event.type = type;
    }
    return event;
}

void WalBuffer::append(const Event &event)
{
    const QByteArray &key = event.op == Op::Heartbeat ? event.peer : event.key;
    const QByteArrayView kept
        = QByteArrayView(event.value).first(qMin(event.value.size(), kMaxKeptValue));
    WalRow row;
    row.bytes.reserve(key.size() + kept.size());
    row.bytes.append(key).append(kept);
    row.type = interned(event.type);
    row.epoch = event.epoch;
    row.seq = event.seq;
    row.timeMs = event.timeMs;
    row.extra = event.op == Op::Gap ? static_cast<qint64>(event.gapFrom) : event.ttlSeconds;
    row.keySize = static_cast<quint32>(key.size());
    row.valueSize = static_cast<quint32>(event.value.size());
    row.op = event.op;
    row.found = event.found;
    row.initial = event.initial;

    if (m_count % kChunkRows == 0) {
        m_chunks.push_back({.rows = std::make_shared<Chunk>()});
        m_chunks.back().rows->reserve(kChunkRows);
    }
    Counted &chunk = m_chunks.back();
    chunk.bytes += bytesOf(row);
    m_bytes += bytesOf(row);
    chunk.rows->push_back(std::move(row));
    ++m_count;
}

const WalRow &WalBuffer::row(quint64 id) const
{
    Q_ASSERT(id >= m_firstId && id < endId());
    const quint64 at = id - m_firstId;
    return (*m_chunks[at / kChunkRows].rows)[at % kChunkRows];
}

quint64 WalBuffer::excess(quint64 maxRows, qint64 maxBytes) const
{
    quint64 rows = 0;
    qint64 bytes = m_bytes;
    for (const Counted &chunk : m_chunks) {
        const bool fits = m_count - rows <= maxRows && bytes <= maxBytes;
        // The last chunk is being filled, and only whole ones go.
        if (fits || &chunk == &m_chunks.back())
            break;
        rows += kChunkRows;
        bytes -= chunk.bytes;
    }
    return rows;
}

void WalBuffer::evict(quint64 rows)
{
    Q_ASSERT(rows % kChunkRows == 0 && rows < m_count);
    for (quint64 gone = 0; gone < rows; gone += kChunkRows) {
        m_bytes -= m_chunks.front().bytes;
        m_chunks.pop_front();
    }
    m_firstId += rows;
    m_count -= rows;
}

void WalBuffer::clear()
{
    m_firstId += m_count;
    m_chunks.clear();
    m_types.clear();
    m_count = 0;
    m_bytes = 0;
}

std::vector<std::shared_ptr<const WalBuffer::Chunk>> WalBuffer::snapshot() const
{
    std::vector<std::shared_ptr<const Chunk>> chunks;
    chunks.reserve(m_chunks.size());
    for (const Counted &chunk : m_chunks)
        chunks.push_back(chunk.rows);
    // The others are full and never change again.
    if (!chunks.empty())
        chunks.back() = std::make_shared<const Chunk>(*chunks.back());
    return chunks;
}

QByteArray WalBuffer::interned(const QByteArray &type)
{
    if (type.isEmpty())
        return {};
    const auto known = m_types.constFind(type);
    if (known != m_types.constEnd())
        return *known;
    if (m_types.size() < kMaxTypes)
        m_types.insert(type);
    return type;
}

} // namespace memorykv
