// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/testlog.h"

#include <algorithm>

namespace memorykv::test {

TestLog::TestLog(quint64 epoch, quint64 lastSeq)
    : m_epoch(epoch)
    , m_lastSeq(lastSeq)
    , m_firstHeld(lastSeq + 1)
{ }

RecordGroup TestLog::append(RecordGroup group)
{
    const std::lock_guard lock(m_mutex);
    if (m_hasFailed)
        return {};
    m_groups.emplace_back(group.begin(), group.end());
    if (isWatched())
        m_queue.insert(m_queue.end(), group.begin(), group.end());
    m_lastSeq = group.back().seq;
    return {};
}

void TestLog::announce(Record record)
{
    const std::lock_guard lock(m_mutex);
    record.seq = lastSeq();
    m_queue.push_back(record);
    m_announced.push_back(std::move(record));
}

quint64 TestLog::durableSeq() const
{
    return m_holding ? m_durableSeq.load() : lastSeq();
}

Log::Range TestLog::read(quint64 after, qsizetype maxBytes) const
{
    const std::lock_guard lock(m_mutex);
    Range range;
    range.firstHeld = std::min<quint64>(m_firstHeld, lastSeq() + 1);
    qsizetype bytes = 0;
    for (const auto &group : m_groups) {
        for (const Record &record : group) {
            if (record.seq <= after || record.seq < m_firstHeld)
                continue;
            if (!range.records.empty() && bytes >= maxBytes)
                return range;
            range.records.push_back(record);
            bytes += record.memorySize();
        }
    }
    return range;
}

quint64 TestLog::addWatcher()
{
    const std::lock_guard lock(m_mutex);
    ++m_watchers;
    return lastSeq();
}

void TestLog::removeWatcher()
{
    const std::lock_guard lock(m_mutex);
    --m_watchers;
}

void TestLog::holdDurable()
{
    m_durableSeq = lastSeq();
    m_holding = true;
}

void TestLog::setDurableSeq(quint64 seq)
{
    m_durableSeq = seq;
    m_holding = true;
    Q_EMIT durable(seq);
}

void TestLog::fail(const Error &error)
{
    {
        const std::lock_guard lock(m_mutex);
        m_failure = error;
        m_lastSeq = durableSeq();
        m_hasFailed = true;
    }
    Q_EMIT failed();
}

Error TestLog::failure() const
{
    const std::lock_guard lock(m_mutex);
    return m_failure;
}

void TestLog::forgetBefore(quint64 seq)
{
    const std::lock_guard lock(m_mutex);
    m_firstHeld = seq;
}

std::vector<Record> TestLog::appended() const
{
    std::vector<Record> records;
    for (const auto &group : groups())
        records.insert(records.end(), group.begin(), group.end());
    return records;
}

std::vector<std::vector<Record>> TestLog::groups() const
{
    const std::lock_guard lock(m_mutex);
    return m_groups;
}

std::vector<Record> TestLog::announced() const
{
    const std::lock_guard lock(m_mutex);
    return m_announced;
}

RecordBatchPtr TestLog::takeBatch()
{
    const std::lock_guard lock(m_mutex);
    auto batch = std::make_shared<RecordBatch>();
    batch->epoch = m_epoch;
    batch->records.swap(m_queue);
    return batch;
}

} // namespace memorykv::test
