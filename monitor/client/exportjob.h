// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/endpoint.h"
#include "monitor/client/entrytext.h"
#include "monitor/client/failure.h"

#include <QObject>
#include <QString>
#include <QThread>

#include <functional>
#include <optional>

namespace memorykv {

/// Gives the next event of what is exported, or nothing at the end. Called on the worker's thread.
using EventSource = std::function<std::optional<ExportedEvent>()>;

/// What is exported and where to.
struct KeysExport
{
    Endpoint endpoint = {};
    QByteArray prefix = {};
    QString fileName = {};
    ExportFormat format = ExportFormat::Ndjson;
};

struct WalExport
{
    EventSource source = {};
    quint64 total = 0; ///< events the source will give, for the progress
    QString fileName = {};
    ExportFormat format = ExportFormat::Ndjson;
};

class ExportWorker;

/// An export on a thread of its own. Keys are written as appendEntryJson() and appendEntryCsv()
/// have them, events as the feed's JSON or appendEventCsv(), with "cut_from" beside a value that is
/// cut. The file appears, or is replaced, only when all is written (QSaveFile); a cancelled or
/// failed export leaves what was there. Made, used and destroyed on one thread, to which the
/// signals come. One run for each object.
class ExportJob : public QObject
{
    Q_OBJECT

public:
    explicit ExportJob(KeysExport what, QObject *parent = nullptr);
    explicit ExportJob(WalExport what, QObject *parent = nullptr);
    /// Cancels, and waits for the thread.
    ~ExportJob() override;

    void start();
    /// Asks it to end; finished() comes soon.
    void cancel();

Q_SIGNALS:
    /// Lines written so far and how many there will be; the latter is an estimate for keys, since
    /// the store goes on changing.
    void progress(quint64 done, quint64 total);
    /// The end. \a error is empty when the file was written or the job cancelled.
    void finished(quint64 lines, bool cancelled, const QString &error);

private:
    ExportJob(ExportWorker *worker, QObject *parent);

    QThread m_thread;
    ExportWorker *m_worker; ///< lives on m_thread and is destroyed there
};

} // namespace memorykv
