// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/loggedstore.h"

#include "server/store/storereplayer.h"

namespace memorykv::test {

LoggedStore::LoggedStore(FileSystem &files, const TestClock &clock, DiskLog::Options options)
    : m_log(files, kDirectory, options)
{
    m_store.emplace(m_log, 0, clock.reader());
    connect(
        &m_log, &Log::failed, this,
        [this] {
            m_store->rollBack();
            const std::lock_guard lock(m_mutex);
            m_hasRolledBack = true;
            m_changed.notify_all();
        },
        Qt::DirectConnection);
    connect(
        &m_log, &Log::durable, this,
        [this] {
            const std::lock_guard lock(m_mutex);
            m_changed.notify_all();
        },
        Qt::DirectConnection);
    connect(
        &m_log, &Log::published, this,
        [this](const RecordBatchPtr &batch) {
            const std::lock_guard lock(m_mutex);
            for (const Record &record : batch->records) {
                if (isMutation(record.op))
                    m_published.push_back(record);
            }
        },
        Qt::DirectConnection);
}

LoggedStore::~LoggedStore() = default;

Result<Recovered> LoggedStore::open()
{
    StoreReplayer replayer(*m_store);
    auto found = m_log.open(replayer);
    if (!found)
        return found;
    replayer.finish(m_log.lastSeq());
    m_snapshotter.emplace(*m_store, m_log);
    m_log.addWatcher();
    return found;
}

bool LoggedStore::waitDurable(quint64 seq)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_log.durableSeq() >= seq || m_hasRolledBack; });
    return m_log.durableSeq() >= seq;
}

bool LoggedStore::hasFailed()
{
    if (!m_log.hasFailed())
        return false;
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_hasRolledBack; });
    return true;
}

std::vector<Record> LoggedStore::published() const
{
    const std::lock_guard lock(m_mutex);
    return m_published;
}

} // namespace memorykv::test
