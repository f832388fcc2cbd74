// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedbuffer.h"

#include <algorithm>
#include <iterator>

namespace memorykv {

namespace {

qint64 bytesOf(const Event &event)
{
    return static_cast<qint64>(sizeof(Event)) + event.key.size() + event.value.size()
           + event.type.size() + event.peer.size();
}

/// Makes \a gap, which may be empty, cover what \a event tells too. False when it cannot, as the
/// epoch is another one.
bool extendGap(Event &gap, const Event &event)
{
    if (!isMutation(event.op) && event.op != Op::Gap)
        return true;
    const bool isEmpty = gap.gapFrom == 0;
    if (!isEmpty && gap.epoch != event.epoch)
        return false;
    if (isEmpty)
        gap.gapFrom = event.op == Op::Gap ? event.gapFrom : event.seq;
    gap.epoch = event.epoch;
    gap.seq = event.seq;
    gap.timeMs = event.timeMs;
    return true;
}

} // namespace

FeedBuffer::FeedBuffer(qint64 maxBytes)
    : m_maxBytes(maxBytes)
{ }

void FeedBuffer::append(const QList<Event> &events)
{
    for (const Event &event : events) {
        m_bytes += bytesOf(event);
        m_events.push_back(event);
    }
    if (m_bytes > m_maxBytes)
        shedOldest();
}

QList<Event> FeedBuffer::take(int maxCount)
{
    const auto count = std::min<std::ptrdiff_t>(maxCount, std::ssize(m_events));
    const auto end = m_events.begin() + count;
    QList<Event> taken;
    taken.reserve(count);
    for (auto event = m_events.begin(); event != end; ++event) {
        m_bytes -= bytesOf(*event);
        taken.append(std::move(*event));
    }
    m_events.erase(m_events.begin(), end);
    return taken;
}

void FeedBuffer::clear()
{
    m_events.clear();
    m_bytes = 0;
}

/// Sheds down to half the limit, so that a window that hangs does not make a gap for each event.
void FeedBuffer::shedOldest()
{
    QList<Event> gaps = {Event{.op = Op::Gap}};
    while (!m_events.empty() && m_bytes > m_maxBytes / 2) {
        const Event &event = m_events.front();
        if (!extendGap(gaps.last(), event)) {
            gaps.append(Event{.op = Op::Gap});
            extendGap(gaps.last(), event);
        }
        if (event.op != Op::Gap)
            ++m_shed;
        m_bytes -= bytesOf(event);
        m_events.pop_front();
    }
    if (gaps.last().gapFrom == 0)
        gaps.removeLast();
    for (const Event &gap : gaps)
        m_bytes += bytesOf(gap);
    m_events.insert(m_events.begin(), gaps.begin(), gaps.end());
}

} // namespace memorykv
