// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"

#include <deque>
#include <vector>

namespace memorykv {

/// What mutations that are not durable yet have displaced, so that they can be taken back when the
/// log fails. Not thread-safe: the store locks.
class UndoHistory
{
public:
    /// What a mutation did to one key, or to a range of keys.
    struct Step
    {
        quint64 seq = 0;
        EntryPtr previous;             ///< what was there, if anything
        EntryPtr current;              ///< what has come in its place, if anything
        std::vector<EntryPtr> removed; ///< of a range: all that was in it
    };

    /// Notes a step of a mutation whose seq is not below the last one's.
    void note(Step step) { m_steps.push_back(std::move(step)); }

    /// Forgets what is durable up to \a seq. What that frees is moved to \a freed, to be destroyed
    /// where no lock is held.
    void forgetUpTo(quint64 seq, std::vector<Step> &freed);

    /// Takes the last step, if it came after \a seq.
    bool takeLastAfter(quint64 seq, Step &step);

private:
    std::deque<Step> m_steps;
};

} // namespace memorykv
