// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedsequence.h"

#include <utility>

namespace memorykv {

namespace {

constexpr qsizetype kMaxPastEpochs = 64;

} // namespace

void FeedSequence::take(Event event, QList<Event> &out)
{
    if (isOver(event.epoch)) {
        ++m_duplicates;
        return;
    }
    if (event.op == Op::Gap) {
        takeGap(event, out);
        return;
    }
    // The initial state and its end have seqs of long ago.
    if (event.initial || event.op == Op::Synced) {
        out.append(std::move(event));
        return;
    }
    if (isMutation(event.op))
        m_isFirst = false;
    const bool isNewEpoch = m_position && m_position->epoch != event.epoch;
    const quint64 seen = isMutation(event.op) && event.seq > 0 ? event.seq - 1 : event.seq;
    if (isNewEpoch) {
        enter(event);
        if (seen > 0)
            addGap(1, seen, event, out);
    } else if (!m_position) {
        m_position = Position{event.epoch, seen};
    }
    if (isMutation(event.op)) {
        if (event.seq <= m_position->seq) {
            ++m_duplicates;
            return;
        }
        if (seen > m_position->seq && !m_confined)
            addGap(m_position->seq + 1, seen, event, out);
        m_position->seq = event.seq;
    }
    out.append(std::move(event));
}

void FeedSequence::reset()
{
    *this = {};
}

bool FeedSequence::isOver(quint64 epoch) const
{
    return m_pastEpochs.contains(epoch);
}

/// Begins the history of \a event, from its beginning.
void FeedSequence::enter(const Event &event)
{
    m_pastEpochs.append(m_position->epoch);
    if (m_pastEpochs.size() > kMaxPastEpochs)
        m_pastEpochs.removeFirst();
    m_position = Position{event.epoch, 0};
}

void FeedSequence::takeGap(const Event &gap, QList<Event> &out)
{
    const bool isFirst = std::exchange(m_isFirst, false);
    const bool isSameEpoch = m_position && m_position->epoch == gap.epoch;
    const bool isBehind = isSameEpoch && gap.seq <= m_position->seq;
    if (isBehind && !(isFirst && gap.gapFrom == 1)) {
        ++m_duplicates;
        return;
    }
    if (m_position && !isSameEpoch)
        enter(gap);
    // Of a gap that begins later than what was seen last, the part before is missing as well.
    const quint64 first = isSameEpoch && !isBehind ? m_position->seq + 1 : 1;
    const bool isExact = !m_position || m_confined;
    const quint64 from = isExact ? qMax(gap.gapFrom, first) : first;
    if (gap.seq >= from)
        m_missed += gap.seq - from + 1;
    m_position = Position{gap.epoch, gap.seq};
    out.append(gap);
    out.last().gapFrom = from;
}

void FeedSequence::addGap(quint64 from, quint64 to, const Event &cause, QList<Event> &out)
{
    out.append(
        {.op = Op::Gap, .epoch = cause.epoch, .seq = to, .gapFrom = from, .timeMs = cause.timeMs});
    m_missed += to - from + 1;
    m_position = Position{cause.epoch, to};
}

} // namespace memorykv
