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
    m_heads[place] = headOf<quint32>(key, m_prefix.size());
    ++m_size;
}

void KeyBlock::remove(size_t place, size_t count)
{
    std::copy(m_slots.begin() + place + count, m_slots.begin() + m_size, m_slots.begin() + place);
    std::copy(m_heads.begin() + place + count, m_heads.begin() + m_size, m_heads.begin() + place);
    m_size -= quint32(count);
}

std::unique_ptr<KeyBlock> KeyBlock::split(size_t place)
{
    auto upper = std::make_unique<KeyBlock>();
    upper->m_prefix = m_prefix;
    upper->m_size = m_size - quint32(place);
    std::copy(m_slots.begin() + place, m_slots.begin() + m_size, upper->m_slots.begin());
    std::copy(m_heads.begin() + place, m_heads.begin() + m_size, upper->m_heads.begin());
    m_size = quint32(place);
    sharpen();
    upper->sharpen();
    return upper;
}

void KeyBlock::shortenPrefix(qsizetype size)
{
    m_prefix.truncate(size);
    makeHeads();
}

// Once all keys have more in common, heads from further behind tell them apart again. For one byte
// it is not worth a look at every key: the heads have bytes to spare.
void KeyBlock::sharpen()
{
    if (m_size == 0)
        return;
    const QByteArrayView first = keyAt(0);
    const qsizetype common = commonSize(first, lastKey());
    if (common < m_prefix.size() + 2)
        return;
    m_prefix = first.first(common).toByteArray();
    makeHeads();
}

void KeyBlock::makeHeads()
{
    for (size_t place = 0; place < m_size; ++place)
        m_heads[place] = headOf<quint32>(keyAt(place), m_prefix.size());
}

} // namespace memorykv
