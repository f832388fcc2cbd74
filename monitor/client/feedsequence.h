// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"
#include "shared/position.h"

#include <QList>
#include <QtGlobal>

#include <optional>

namespace memorykv {

/// Watches over the order of an unfiltered feed: lets every mutation through once, in order, and
/// makes a gap of what is missing. Nothing a server sends can make it give a seq twice or out of
/// order within an epoch. One thread at a time.
class FeedSequence
{
public:
    /// Takes \a event in and appends to \a out what is to be shown of it: nothing when the seq was
    /// there already, a gap before it when seqs were jumped over, or just the event.
    void take(Event event, QList<Event> &out);

    /// What to resume from; nothing before the first event.
    std::optional<Position> position() const { return m_position; }

    /// Forgets the position, for another server.
    void reset();

    quint64 duplicates() const { return m_duplicates; }
    quint64 missed() const { return m_missed; }

private:
    void takeGap(const Event &gap, QList<Event> &out);
    void takeMutation(Event event, QList<Event> &out);

    std::optional<Position> m_position;
    quint64 m_duplicates = 0;
    quint64 m_missed = 0;
};

} // namespace memorykv
