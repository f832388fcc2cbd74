// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/feed.h"

namespace memorykv::test {

/// What the JSON messages of one consumer say about the history.
struct FeedHistory
{
    QByteArray fault;    ///< the first place where the history has an untold hole; empty for none
    quint64 lastSeq = 0; ///< up to where the messages tell it
    int mutations = 0;   ///< events with a seq of their own
    int reads = 0;       ///< read, list and list_prefix events
    int gaps = 0;        ///< gap events
};

/// Follows \a messages from the position \a after: every mutation must be at the next seq, every
/// gap must begin at the next seq and moves on to its end. Initial events have no place in the
/// history and are left out; synced must tell the seq that was reached, or set it when nothing came
/// before.
FeedHistory followHistory(const FeedMessages &messages, quint64 after);

} // namespace memorykv::test
