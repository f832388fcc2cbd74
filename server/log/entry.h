// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>
#include <QExplicitlySharedDataPointer>
#include <QSharedData>

namespace memorykv {

class Entry;

/// Shared ownership of an entry that no longer changes.
using EntryPtr = QExplicitlySharedDataPointer<const Entry>;

/// A key with its value as one write left it. The store, the log, its history and the feed share
/// one Entry; the header, key, type and value lie in one allocation, so that a million small
/// entries cost a million allocations and no more.
///
/// Built once, given its revision and expiry under the store's write lock, and immutable from then
/// on: safe to read from any thread while an EntryPtr is held.
class Entry final : public QSharedData
{
public:
    struct Fields
    {
        QByteArrayView key;   ///< 1 to kMaxKeySize bytes of UTF-8
        QByteArrayView value; ///< any bytes, below 4 GiB
        QByteArrayView type;  ///< content type, up to kMaxTypeSize; empty for the default type
        quint64 revision = 0;
        qint64 expiresAtMs = 0;
    };

    /// The content type of values that were stored without one.
    static constexpr QByteArrayView kDefaultType = "application/octet-stream";

    /// A new entry with copies of the bytes in \a fields.
    static QExplicitlySharedDataPointer<Entry> create(const Fields &fields);
    /// A copy of \a other that nobody shares yet.
    static QExplicitlySharedDataPointer<Entry> create(const Entry &other);

    /// Before the entry is shared: the seq of the mutation that wrote it.
    void setRevision(quint64 revision) { m_revision = revision; }

    /// Before the entry is shared: when it ceases to be, 0 for never.
    void setExpiresAtMs(qint64 expiresAtMs) { m_expiresAtMs = expiresAtMs; }

    QByteArrayView key() const { return {bytes(), m_keySize}; }
    QByteArrayView value() const { return {bytes() + m_keySize + m_typeSize, m_valueSize}; }
    QByteArrayView type() const;

    /// The seq of the last write of the value, which is its ETag. A change of the expiry keeps it.
    quint64 revision() const { return m_revision; }

    /// When the entry ceases to be, in milliseconds since 1970-01-01 UTC; 0 for never.
    qint64 expiresAtMs() const { return m_expiresAtMs; }
    bool isExpiredAt(qint64 nowMs) const { return m_expiresAtMs != 0 && m_expiresAtMs <= nowMs; }

    /// Whole seconds left at \a nowMs, rounded up and at least 1; 0 when the entry never expires.
    qint64 secondsLeft(qint64 nowMs) const;

    /// A hash of \a key, for tables in memory: seeded, so that nobody can choose keys that all have
    /// one, and another in each process. Never 0.
    static quint32 hashOf(QByteArrayView key);
    /// hashOf() the key, reckoned once.
    quint32 keyHash() const { return m_keyHash; }

    /// Bytes of key and value: what a user stored.
    qsizetype payloadSize() const { return m_keySize + qsizetype(m_valueSize); }

    /// Bytes of the allocation: what it takes to keep it.
    qsizetype allocatedSize() const;

    static void operator delete(void *memory) { ::operator delete(memory); }

private:
    explicit Entry(const Fields &fields);
    Q_DISABLE_COPY_MOVE(Entry)

    const char *bytes() const { return reinterpret_cast<const char *>(this + 1); }

    quint32 m_valueSize;
    quint64 m_revision;
    qint64 m_expiresAtMs;
    quint16 m_keySize;
    quint16 m_typeSize;
    quint32 m_keyHash; ///< where there would be padding
};

} // namespace memorykv
