// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/disklog.h"
#include "tests/support/walfixture.h"

#include <QDeadlineTimer>
#include <QtTest>

#include <thread>

namespace memorykv::test {

inline DiskLog::Options logOptions(FsyncPolicy fsync = FsyncPolicy::Always)
{
    DiskLog::Options options;
    options.fsync = fsync;
    return options;
}

/// An open log, and what it publishes.
class DiskLogFixture : public QObject
{
public:
    explicit DiskLogFixture(FaultyFileSystem &files, DiskLog::Options options = logOptions())
        : log(files, kDataDirectory, options)
    {
        connect(
            &log, &Log::published, this,
            [this](const RecordBatchPtr &batch) {
                const std::lock_guard lock(m_mutex);
                m_published += textsOf(batch->records);
            },
            Qt::DirectConnection);
        CollectingSink sink;
        const auto found = log.open(sink);
        if (!found)
            QTest::qFail(found.error().detail.constData(), __FILE__, __LINE__);
        recovered = sink.records;
    }

    void append(const std::vector<Record> &records)
    {
        RecordGroup group;
        for (const Record &record : records)
            group.append(record);
        log.append(std::move(group));
    }

    /// False when they do not become durable.
    bool appendDurably(const std::vector<Record> &records)
    {
        append(records);
        const QDeadlineTimer deadline(30'000);
        while (log.durableSeq() < records.back().seq && !deadline.hasExpired())
            std::this_thread::yield();
        return log.durableSeq() >= records.back().seq;
    }

    QList<QByteArray> published() const
    {
        const std::lock_guard lock(m_mutex);
        return m_published;
    }

private:
    mutable std::mutex m_mutex; ///< guards m_published
    QList<QByteArray> m_published;

public:
    DiskLog log; // ends first: it publishes until then
    QList<QByteArray> recovered;
};

} // namespace memorykv::test
