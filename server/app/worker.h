// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/feedgateway.h"
#include "server/app/workerobserver.h"
#include "server/feed/feedhub.h"
#include "server/http/connectionpool.h"

#include <QThread>

#include <functional>
#include <memory>

namespace memorykv {

/// What the workers stand on; all of it outlives them.
struct WorkerSetup
{
    HttpServices services; ///< with the worker's own observer in place of this one
    Broadcaster &broadcaster;
    FeedContext feed;
    ConnectionLimits limits;
    const Gatekeeper &gatekeeper;
    const TlsSource *tls; ///< null: no TLS
    BufferBudget *buffers;
    RateLimiter *rate; ///< null: no limit
};

/// A thread with the connections and subscribers that were dealt to it, from the first byte to the
/// last. The object itself lives on the thread that made it; its functions may be called from any
/// thread and act on the worker's.
class Worker : public QObject
{
    Q_OBJECT

public:
    /// Starts the thread. \a metrics is the block this worker counts in.
    Worker(WorkerSetup setup, std::unique_ptr<WorkerObserver> observer, const QString &name);
    /// Ends the thread, and with it whatever is still open.
    ~Worker() override;

    /// Serves the client behind \a descriptor, which belongs to the worker from now on; with
    /// \a refusal that is the one answer it gets. \a ticket lives as long as the connection.
    void adopt(qintptr descriptor, const std::optional<Error> &refusal,
               std::shared_ptr<void> ticket);

    /// Closes the feeds that are no longer permitted.
    void recheck();

    /// Answers what is in flight, closes all connections and feeds; drained() follows.
    void drain();

Q_SIGNALS:
    /// After drain(): nothing is open any more. Emitted on the worker's thread.
    void drained();

private:
    struct Parts; ///< what lives on the thread
    void noteDrained();

    std::unique_ptr<WorkerObserver> m_observer;
    std::unique_ptr<Parts> m_parts;
    QThread m_thread;
};

} // namespace memorykv
