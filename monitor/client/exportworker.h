// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/exportjob.h"
#include "monitor/client/restclient.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSaveFile>

#include <atomic>

namespace memorykv {

/// The part of ExportJob that lives on its thread: the file, and how far it has come.
class ExportWorker : public QObject
{
    Q_OBJECT

public:
    explicit ExportWorker(const QString &fileName);

    /// Opens the file and begins.
    void start();
    /// Ends soon. Thread-safe.
    void cancel();

Q_SIGNALS:
    void progress(quint64 done, quint64 total);
    void finished(quint64 lines, bool cancelled, const QString &error);

protected:
    /// Writes \a head, and then what there is, up to end().
    virtual void begin() = 0;
    /// A cancel that has come while nothing is being written.
    virtual void interrupt() { }

    bool isCancelled() const { return m_isCancelled; }
    /// Writes \a text, which has \a lines lines. False, and all has ended, when it cannot be.
    bool write(const QByteArray &text, quint64 lines, quint64 total);
    /// All is written: the file takes its place.
    void end();
    /// Leaves what was there before.
    void fail(const QString &error);

private:
    void finish(bool cancelled, const QString &error);

    QSaveFile m_file;
    quint64 m_lines = 0;
    QElapsedTimer m_sinceProgress;
    std::atomic<bool> m_isCancelled = false;
    bool m_hasFinished = false;
};

/// Exports keys page by page.
class KeysExportWorker : public ExportWorker
{
    Q_OBJECT

public:
    explicit KeysExportWorker(KeysExport what);

protected:
    void begin() override;
    void interrupt() override;

private:
    void askPage(const QByteArray &after);
    void onPage(const Outcome<EntryPage> &page);

    KeysExport m_what;
    RestClient m_rest;
    RestCall m_call;
    quint64 m_total = 0;
};

/// Exports events from a source.
class WalExportWorker : public ExportWorker
{
    Q_OBJECT

public:
    explicit WalExportWorker(WalExport what);

protected:
    void begin() override;

private:
    WalExport m_what;
};

} // namespace memorykv
