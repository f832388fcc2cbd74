// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/entry.h"

#include <QVarLengthArray>

namespace memorykv {

/// A set of revisions to compare an entry with: `*`, or a list.
struct RevisionSet
{
    bool any = false; ///< `*`: every entry matches
    QVarLengthArray<quint64, 2> revisions;

    bool matches(const Entry &entry) const { return any || revisions.contains(entry.revision()); }
};

/// What must be true of a key for an operation to apply (RFC 9110 13.1.1 and 13.1.2). Decided
/// under the store's lock, so that between the check and the write nothing comes.
struct Condition
{
    bool hasIfMatch = false;
    bool hasIfNoneMatch = false;
    RevisionSet ifMatch;
    RevisionSet ifNoneMatch;

    /// Whether the operation may apply to a key that is at \a current, null when it does not exist.
    bool holds(const Entry *current) const
    {
        if (hasIfMatch && (!current || !ifMatch.matches(*current)))
            return false;
        return !(hasIfNoneMatch && current && ifNoneMatch.matches(*current));
    }
};

} // namespace memorykv
