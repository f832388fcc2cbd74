// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/importjob.h"
#include "monitor/client/restclient.h"

#include <QElapsedTimer>
#include <QFile>
#include <QObject>
#include <QSet>

#include <optional>

namespace memorykv {

/// The part of ImportJob that lives on its thread.
class ImportWorker : public QObject
{
    Q_OBJECT

public:
    explicit ImportWorker(const ImportRequest &request);

    void start();
    void cancel();

Q_SIGNALS:
    void progress(qint64 done, qint64 total);
    void finished(const memorykv::ImportReport &report);

private:
    /// A line on its way.
    struct Item
    {
        KeyEntry entry;
        qint64 line = 0;
        int tries = 0;
    };

    void proceed();
    std::optional<QByteArray> nextLine();
    std::optional<QByteArray> readLine();
    void takeLine(const QByteArray &text);
    void begin(Item item);
    void compare(Item item);
    void onValue(Item item, const Outcome<StoredValue> &value);
    void write(Item item, Condition condition);
    void onWritten(Item item, const Outcome<Written> &written);
    void onFailure(const Item &item, const Failure &failure);
    void done(const Item &item, quint64 &count);
    void addFault(qint64 line, const QString &text);
    void stop(const QString &error);
    void finishWhenIdle();

    ImportRequest m_request;
    RestClient m_rest;
    QFile m_file;
    ImportReport m_report;
    qint64 m_line = 0;
    std::optional<Item> m_waiting; ///< read, and its key is on its way already
    QSet<QByteArray> m_underWay;
    QElapsedTimer m_sinceProgress;
    bool m_isStopping = false;
    bool m_hasFinished = false;
};

} // namespace memorykv
