// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/exportjob.h"
#include "shared/event.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QSet>
#include <QtGlobal>

#include <deque>
#include <memory>
#include <vector>

namespace memorykv {

/// An event as the buffer keeps it: small, and with one allocation for key and value.
struct WalRow
{
    QByteArray bytes; ///< the key (or prefix, or peer), then the value
    QByteArray type;  ///< shared by all rows of that type
    quint64 epoch = 0;
    quint64 seq = 0;
    qint64 timeMs = 0;
    qint64 extra = 0; ///< seconds to live, or the first seq of a gap
    quint32 keySize = 0;
    quint32 valueSize = 0; ///< of the whole value; more than is kept when it was cut
    Op op = Op::Insert;
    bool found = true;
    bool initial = false;

    QByteArrayView key() const { return QByteArrayView(bytes).first(keySize); }
    QByteArrayView value() const { return QByteArrayView(bytes).sliced(keySize); }
    bool isCut() const { return value().size() < static_cast<qsizetype>(valueSize); }
    /// The event with the value as far as it is kept.
    Event toEvent() const;
};

/// The last events, up to a number of rows and of bytes, in chunks of kChunkRows rows. A row's id
/// counts from the first one ever appended and never changes. One thread; snapshots can be read on
/// any.
class WalBuffer
{
public:
    static constexpr int kChunkRows = 4'096;
    static constexpr qsizetype kMaxKeptValue = 64 << 10; ///< bytes of a value that are kept
    using Chunk = std::vector<WalRow>;

    void append(const Event &event);

    quint64 firstId() const { return m_firstId; }
    quint64 endId() const { return m_firstId + m_count; }
    quint64 count() const { return m_count; }
    qint64 bytes() const { return m_bytes; } ///< memory of all rows, by estimate
    const WalRow &row(quint64 id) const;

    /// How many rows at the front have to go for at most \a maxRows and \a maxBytes: whole chunks,
    /// or 0.
    quint64 excess(quint64 maxRows, qint64 maxBytes) const;
    /// Removes \a rows, a result of excess(), from the front.
    void evict(quint64 rows);
    void clear();

    /// All rows as they are now, shared: costs next to nothing, and stays as it is.
    std::vector<std::shared_ptr<const Chunk>> snapshot() const;

private:
    QByteArray interned(const QByteArray &type);

    struct Counted
    {
        std::shared_ptr<Chunk> rows;
        qint64 bytes = 0;
    };
    std::deque<Counted> m_chunks;
    QSet<QByteArray> m_types;
    quint64 m_firstId = 0;
    quint64 m_count = 0;
    qint64 m_bytes = 0;
};

} // namespace memorykv
