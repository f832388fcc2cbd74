// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/entry.h"

#include <QHashFunctions>

#include <algorithm>
#include <cstring>
#include <new>

namespace memorykv {

QExplicitlySharedDataPointer<Entry> Entry::create(const Fields &fields)
{
    const auto size = sizeof(Entry) + size_t(fields.key.size()) + size_t(fields.type.size())
                      + size_t(fields.value.size());
    void *memory = ::operator new(size);
    return QExplicitlySharedDataPointer<Entry>(::new (memory) Entry(fields));
}

QExplicitlySharedDataPointer<Entry> Entry::create(const Entry &other)
{
    return create(
        {other.key(), other.value(), other.type(), other.revision(), other.expiresAtMs()});
}

Entry::Entry(const Fields &fields)
    : m_valueSize(quint32(fields.value.size()))
    , m_revision(fields.revision)
    , m_expiresAtMs(fields.expiresAtMs)
    , m_keySize(quint16(fields.key.size()))
    , m_typeSize(fields.type == kDefaultType ? quint16(0) : quint16(fields.type.size()))
    , m_keyHash(hashOf(fields.key))
{
    char *out = reinterpret_cast<char *>(this + 1);
    out = std::copy(fields.key.begin(), fields.key.end(), out);
    if (m_typeSize > 0)
        out = std::copy(fields.type.begin(), fields.type.end(), out);
    std::copy(fields.value.begin(), fields.value.end(), out);
}

quint32 Entry::hashOf(QByteArrayView key)
{
    const auto hash
        = quint32(qHashBits(key.data(), size_t(key.size()), size_t(QHashSeed::globalSeed())));
    return hash == 0 ? 1 : hash;
}

QByteArrayView Entry::type() const
{
    return m_typeSize == 0 ? kDefaultType : QByteArrayView(bytes() + m_keySize, m_typeSize);
}

qint64 Entry::secondsLeft(qint64 nowMs) const
{
    if (m_expiresAtMs == 0)
        return 0;
    return std::max<qint64>(1, (m_expiresAtMs - nowMs + 999) / 1000);
}

qsizetype Entry::allocatedSize() const
{
    return qsizetype(sizeof(Entry)) + m_keySize + m_typeSize + qsizetype(m_valueSize);
}

} // namespace memorykv
