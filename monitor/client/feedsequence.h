// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"
#include "shared/position.h"

#include <QList>
#include <QtGlobal>

#include <optional>

namespace memorykv {

/// Watches over the order of the feed: lets every mutation through once, in order, and makes a gap
/// of what is missing. Nothing a server sends can make it give a seq twice or out of order within
/// an epoch on one connection. One thread at a time.
class FeedSequence
{
public:
    /// Whether the server leaves out events of keys that are not ours to see, as it does for a
    /// token that is confined to a prefix. Then a jump of the seq is no gap.
    void setConfined(bool confined) { m_confined = confined; }

    /// A connection begins. A server that has lost its end tells so by its first event, a gap from
    /// 1 to before our position: its history goes on from there.
    void connected() { m_isFirst = true; }

    /// Takes \a event in and appends to \a out what is to be shown of it: nothing when the seq was
    /// there already, a gap before it when seqs were jumped over, or just the event.
    void take(Event event, QList<Event> &out);

    /// What to resume from; nothing before the first event.
    std::optional<Position> position() const { return m_position; }

    /// Forgets all, for another server.
    void reset();

    quint64 duplicates() const { return m_duplicates; }
    quint64 missed() const { return m_missed; }

private:
    bool isOver(quint64 epoch) const;
    void enter(const Event &event);
    void takeGap(const Event &gap, QList<Event> &out);
    void addGap(quint64 from, quint64 to, const Event &cause, QList<Event> &out);

    std::optional<Position> m_position;
    QList<quint64> m_pastEpochs; ///< the last ones, so that none comes back
    bool m_confined = false;
    bool m_isFirst = false; ///< the next mutation or gap is the first one of the connection
    quint64 m_duplicates = 0;
    quint64 m_missed = 0;
};

} // namespace memorykv
