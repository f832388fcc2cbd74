// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/keyblock.h"

namespace memorykv {

using keyheads::commonSize;
using keyheads::headOf;

KeyBlock::KeyBlock(std::span<Slot *const> slots)
    : m_size(quint32(slots.size()))
{
    std::copy(slots.begin(), slots.end(), m_slots.begin());
    makeHeads();
    sharpen();
}

size_t KeyBlock::find(QByteArrayView wanted, keyheads::Bound bound) const
{
    return keyheads::search(std::span(m_heads).first(m_size), m_prefix, wanted, bound,
                            [this](size_t place) { return keyAt(place); });
}

keyheads::Memory KeyBlock::movedFrom(size_t place) const
{
    return std::as_bytes(std::span(m_slots).subspan(place, m_size - place));
}

void KeyBlock::insert(Slot *slot)
{
    const QByteArrayView key = slot->entry->key();
    if (m_size == 0)
        m_prefix = key.toByteArray();
    else if (!key.startsWith(m_prefix))
        shortenPrefix(commonSize(key, m_prefix));
    const size_t place = find(key, keyheads::Bound::Lower);
    std::copy_backward(m_slots.begin() + place, m_slots.begin() + m_size,
                       m_slots.begin() + m_size + 1);
    std::copy_backward(m_heads.begin() + place, m_heads.begin() + m_size,
                       m_heads.begin() + m_size + 1);
    m_slots[place] = slot;
    m_heads[place] = headOf(key, m_prefix.size());
    ++m_size;
}

void KeyBlock::remove(size_t place, size_t count)
{
    std::copy(m_slots.begin() + place + count, m_slots.begin() + m_size, m_slots.begin() + place);
    std::copy(m_heads.begin() + place + count, m_heads.begin() + m_size, m_heads.begin() + place);
    m_size -= quint32(count);
}

void KeyBlock::split(size_t place, KeyBlock &upper)
{
    upper.m_prefix = m_prefix;
    upper.m_size = m_size - quint32(place);
    std::copy(m_slots.begin() + place, m_slots.begin() + m_size, upper.m_slots.begin());
    std::copy(m_heads.begin() + place, m_heads.begin() + m_size, upper.m_heads.begin());
    m_size = quint32(place);
    sharpen();
    upper.sharpen();
}

void KeyBlock::shortenPrefix(qsizetype size)
{
    keyheads::shortenPrefix(std::span(m_heads).first(m_size), m_prefix, size);
    m_prefix.truncate(size);
}

// When heads from further behind would tell the keys apart better, which costs a look at each of
// them: not while few of the heads are equal.
void KeyBlock::sharpen()
{
    size_t ties = 0;
    for (size_t place = 1; place < m_size; ++place)
        ties += m_heads[place] == m_heads[place - 1] ? 1 : 0;
    if (ties <= m_size / 8)
        return;
    const QByteArrayView first = keyAt(0);
    const qsizetype common = commonSize(first, lastKey());
    if (common <= m_prefix.size())
        return;
    m_prefix = first.first(common).toByteArray();
    makeHeads();
}

void KeyBlock::makeHeads()
{
    for (size_t place = 0; place < m_size; ++place)
        m_heads[place] = headOf(keyAt(place), m_prefix.size());
}

} // namespace memorykv
