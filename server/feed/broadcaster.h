// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/encodedbatch.h"
#include "server/feed/feedcontext.h"

#include <QObject>

namespace memorykv {

/// From the log to the hubs of all workers: wraps each published batch so that its encodings are
/// shared, counts its events, and passes it on. Works on the log's thread; connect to broadcast()
/// with queued connections.
class Broadcaster : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive the broadcaster.
    Broadcaster(Log &log, FeedCounters &counters);

Q_SIGNALS:
    void broadcast(const memorykv::EncodedBatchPtr &batch);

private:
    void publish(const RecordBatchPtr &batch);

    FeedCounters &m_counters;
};

} // namespace memorykv
