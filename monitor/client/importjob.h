// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/endpoint.h"

#include <QList>
#include <QMetaType>
#include <QObject>
#include <QString>
#include <QThread>

namespace memorykv {

/// What is imported: an NDJSON export of keys.
struct ImportRequest
{
    Endpoint endpoint = {};
    QString fileName = {};
    bool dryRun = true;      ///< look only, and count what would happen
    bool onlyMissing = true; ///< leave keys that exist alone (If-None-Match: *)
};

/// A line that cannot be imported.
struct ImportFault
{
    qint64 line = 0; ///< from 1
    QString text = {};
};

/// What an import did, or would do. Counts of lines.
struct ImportReport
{
    quint64 created = 0;
    quint64 replaced = 0;
    quint64 unchanged = 0; ///< the key has that value and type already
    quint64 kept = 0;      ///< the key has another value, which onlyMissing leaves alone
    quint64 invalid = 0;
    QList<ImportFault> faults = {}; ///< the first 1,000 of invalid
    bool cancelled = false;
    QString error = {}; ///< why it ended early; empty when it did not

    static constexpr int kMaxFaults = 1'000;
};

class ImportWorker;

/// An import on a thread of its own. Each line is compared with what the server has, and what is
/// there already is not written again; a write has the condition that the key is still as it was
/// seen. Expiry is imported too, counted from now. Lines for one key are dealt with in order;
/// several keys are on their way at a time. A dry run compares every line with the server, not with
/// earlier lines. Made, used and destroyed on one thread, to which the signals come. One run for
/// each object.
class ImportJob : public QObject
{
    Q_OBJECT

public:
    explicit ImportJob(const ImportRequest &request, QObject *parent = nullptr);
    /// Cancels, and waits for the thread.
    ~ImportJob() override;

    void start();
    /// Asks it to end; finished() comes soon. What was written stays.
    void cancel();

Q_SIGNALS:
    /// Bytes of the file that are dealt with.
    void progress(qint64 done, qint64 total);
    void finished(const memorykv::ImportReport &report);

private:
    QThread m_thread;
    ImportWorker *m_worker; ///< lives on m_thread and is destroyed there
};

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::ImportReport)
