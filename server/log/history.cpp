// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/history.h"

namespace memorykv {

History::History(qsizetype maxBytes, quint64 nextSeq)
    : m_maxBytes(maxBytes)
    , m_nextSeq(nextSeq)
{ }

void History::append(const Record &record, RecordGroup &evicted)
{
    m_nextSeq = record.seq + 1;
    m_items.push_back({record, record.memorySize()});
    m_bytes += m_items.back().bytes;
    const size_t keep = m_maxBytes > 0 ? 1 : 0;
    while (m_bytes > m_maxBytes && m_items.size() > keep) {
        m_bytes -= m_items.front().bytes;
        evicted.push_back(std::move(m_items.front().record));
        m_items.pop_front();
    }
}

Log::Range History::read(quint64 after, qsizetype maxBytes) const
{
    Log::Range range;
    range.firstHeld = m_items.empty() ? m_nextSeq : m_items.front().record.seq;
    // Seqs are consecutive, so the place of a seq is its distance from the first.
    size_t at = after < range.firstHeld ? 0 : size_t(after - range.firstHeld + 1);
    qsizetype bytes = 0;
    for (; at < m_items.size() && (range.records.empty() || bytes < maxBytes); ++at) {
        range.records.push_back(m_items[at].record);
        bytes += m_items[at].bytes;
    }
    return range;
}

} // namespace memorykv
