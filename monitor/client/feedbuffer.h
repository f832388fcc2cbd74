// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"

#include <QList>
#include <QtGlobal>

#include <deque>

namespace memorykv {

/// Events waiting for the window, up to a number of bytes: beyond it the oldest are shed, and a gap
/// stands where they were. One thread at a time.
class FeedBuffer
{
public:
    explicit FeedBuffer(qint64 maxBytes);

    void append(const QList<Event> &events);
    /// Takes the oldest events out, at most \a maxCount.
    QList<Event> take(int maxCount);
    void clear();

    bool isEmpty() const { return m_events.empty(); }
    qsizetype size() const { return static_cast<qsizetype>(m_events.size()); }
    /// Events shed so far.
    quint64 shed() const { return m_shed; }

private:
    void shedOldest();

    qint64 m_maxBytes;
    qint64 m_bytes = 0;
    std::deque<Event> m_events;
    quint64 m_shed = 0;
};

} // namespace memorykv
