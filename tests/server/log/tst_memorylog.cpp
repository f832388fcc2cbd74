// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/memorylog.h"

#include <QtTest>

#include <thread>

using namespace memorykv;

class TestMemoryLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void beginsEmpty();
    void appendedIsDurableAndReadable();
    void groupsStayTogether();
    void historyIsLimited();
    void nobodyWatchingPublishesNothing();
    void publishesInOrderWithAnnouncementsInBetween();
    void announcedRecordSaysWhatWasBeforeIt();
    void publishesAStreamInBatches();
    void publishesOnItsOwnThread();
    void destructionPublishesWhatIsQueued();
    void stopPublishesWhatIsQueued();
    void watchersAreCounted();
    void whoeverBeginsToWatchMissesNothing();
    void readAndPublishedMeetWithoutHole();
};

namespace {

Record mutation(quint64 seq)
{
    Record record;
    record.op = Op::Delete;
    record.seq = seq;
    record.key = QByteArray::number(seq);
    return record;
}

Record seen(quint64 seq)
{
    Record record;
    record.op = Op::Read;
    record.seq = seq;
    return record;
}

/// Appends as the store does: seq and append() under one mutex.
class Writer
{
public:
    explicit Writer(MemoryLog &log)
        : m_log(log)
    { }

    void append(int count = 1)
    {
        const std::lock_guard lock(m_mutex);
        RecordGroup group;
        for (int i = 0; i < count; ++i)
            group.append(mutation(++m_seq));
        m_log.append(std::move(group));
    }

    void announce()
    {
        const std::lock_guard lock(m_mutex);
        m_log.announce(seen(m_seq));
    }

private:
    MemoryLog &m_log;
    std::mutex m_mutex;
    quint64 m_seq = 0;
};

/// What a log publishes, collected on its thread.
class Collector : public QObject
{
public:
    explicit Collector(Log &log)
    {
        connect(
            &log, &Log::published, this,
            [this](const RecordBatchPtr &batch) {
                const std::lock_guard lock(m_mutex);
                m_records.insert(m_records.end(), batch->records.begin(), batch->records.end());
                m_epoch = batch->epoch;
                m_thread = std::this_thread::get_id();
            },
            Qt::DirectConnection);
    }

    std::vector<Record> records() const
    {
        const std::lock_guard lock(m_mutex);
        return m_records;
    }
    size_t size() const { return records().size(); }
    quint64 epoch() const { return m_epoch; }
    std::thread::id thread() const { return m_thread; }

private:
    mutable std::mutex m_mutex;
    std::vector<Record> m_records;
    quint64 m_epoch = 0;
    std::thread::id m_thread;
};

} // namespace

void TestMemoryLog::beginsEmpty()
{
    const MemoryLog log(1000);
    QCOMPARE(log.lastSeq(), 0U);
    QCOMPARE(log.durableSeq(), 0U);
    QVERIFY(log.epoch() != 0);
    QVERIFY(!log.isWatched());
    QVERIFY(log.read(0, 1000).records.empty());
    QCOMPARE(log.read(0, 1000).firstHeld, 1U);
}

void TestMemoryLog::appendedIsDurableAndReadable()
{
    MemoryLog log(100'000);
    Writer writer(log);
    for (int i = 0; i < 10; ++i)
        writer.append();
    QCOMPARE(log.lastSeq(), 10U);
    QCOMPARE(log.durableSeq(), 10U);
    const auto range = log.read(4, 100'000);
    QCOMPARE(range.records.size(), size_t(6));
    QCOMPARE(range.records.front().seq, 5U);
    QCOMPARE(range.records.front().key, QByteArray("5"));
}

void TestMemoryLog::groupsStayTogether()
{
    MemoryLog log(100'000);
    Collector collector(log);
    log.addWatcher();
    Writer writer(log);
    writer.append(3);
    QCOMPARE(log.lastSeq(), 3U);
    writer.append(2);
    QTRY_COMPARE(collector.size(), size_t(5));
    QCOMPARE(log.read(0, 100'000).records.size(), size_t(5));
    QCOMPARE(collector.epoch(), log.epoch());
}

void TestMemoryLog::historyIsLimited()
{
    MemoryLog log(20 * mutation(1).memorySize());
    Writer writer(log);
    for (int i = 0; i < 1000; ++i)
        writer.append();
    const auto range = log.read(0, 1'000'000);
    QVERIFY(range.firstHeld > 900);
    QCOMPARE(range.records.front().seq, range.firstHeld);
    QCOMPARE(range.records.back().seq, 1000U);
}

void TestMemoryLog::nobodyWatchingPublishesNothing()
{
    size_t published = 0;
    {
        MemoryLog log(100'000);
        connect(
            &log, &Log::published, this, [&](const auto &) { ++published; }, Qt::DirectConnection);
        Writer writer(log);
        for (int i = 0; i < 100; ++i)
            writer.append();
        log.addWatcher();
        log.removeWatcher();
        for (int i = 0; i < 100; ++i)
            writer.append();
    }
    QCOMPARE(published, size_t(0));
}

void TestMemoryLog::publishesInOrderWithAnnouncementsInBetween()
{
    constexpr int kThreads = 4;
    constexpr int kRounds = 2000;
    std::unique_ptr<Collector> collector;
    {
        MemoryLog log(1 << 20);
        collector = std::make_unique<Collector>(log);
        log.addWatcher();
        Writer writer(log);
        std::vector<std::thread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < kRounds; ++round) {
                    if ((round + i) % 3 == 0)
                        writer.announce();
                    else
                        writer.append(1 + round % 2);
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
    }
    quint64 last = 0;
    int announced = 0;
    for (const Record &record : collector->records()) {
        if (record.op == Op::Read) {
            QCOMPARE(record.seq, last); // where it was announced
            ++announced;
        } else {
            QCOMPARE(record.seq, last + 1);
            last = record.seq;
        }
    }
    QVERIFY(announced >= kThreads * (kRounds / 3));
    QVERIFY(last > quint64(kThreads * kRounds / 2));
}

void TestMemoryLog::announcedRecordSaysWhatWasBeforeIt()
{
    MemoryLog log(1 << 20);
    Collector collector(log);
    log.addWatcher();
    Writer(log).append(3);
    log.announce(seen(1)); // seen a while ago
    QTRY_COMPARE(collector.size(), size_t(4));
    QCOMPARE(collector.records().back().seq, 3U);
}

// At most one batch a millisecond, however often something comes.
void TestMemoryLog::publishesAStreamInBatches()
{
    MemoryLog log(1 << 20);
    std::atomic<size_t> batches = 0;
    std::atomic<size_t> records = 0;
    connect(
        &log, &Log::published, &log,
        [&](const RecordBatchPtr &batch) {
            ++batches;
            records += batch->records.size();
        },
        Qt::DirectConnection);
    log.addWatcher();
    Writer writer(log);
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 10'000; ++i) {
        writer.append();
        log.announce(seen(0));
    }
    QTRY_COMPARE(records.load(), size_t(20'000));
    QVERIFY(batches <= size_t(timer.elapsed()) + 2);
}

void TestMemoryLog::publishesOnItsOwnThread()
{
    MemoryLog log(1 << 20);
    Collector collector(log);
    log.addWatcher();
    Writer(log).append();
    QTRY_COMPARE(collector.size(), size_t(1));
    QVERIFY(collector.thread() != std::this_thread::get_id());
}

void TestMemoryLog::destructionPublishesWhatIsQueued()
{
    for (int round = 0; round < 50; ++round) {
        std::unique_ptr<Collector> collector;
        {
            MemoryLog log(1 << 20);
            collector = std::make_unique<Collector>(log);
            log.addWatcher();
            Writer writer(log);
            for (int i = 0; i < 20; ++i)
                writer.append();
        }
        QCOMPARE(collector->size(), size_t(20));
    }
}

void TestMemoryLog::stopPublishesWhatIsQueued()
{
    for (int round = 0; round < 50; ++round) {
        MemoryLog log(1 << 20);
        Collector collector(log); // which goes before the log
        log.addWatcher();
        Writer writer(log);
        for (int i = 0; i < 20; ++i)
            writer.append();
        log.stop();
        QCOMPARE(collector.size(), size_t(20));
    }
}

void TestMemoryLog::watchersAreCounted()
{
    MemoryLog log(1 << 20);
    Collector collector(log);
    log.addWatcher();
    log.addWatcher();
    log.removeWatcher();
    QVERIFY(log.isWatched());
    Writer writer(log);
    writer.append();
    QTRY_COMPARE(collector.size(), size_t(1));
    log.removeWatcher();
    QVERIFY(!log.isWatched());
    QCOMPARE(log.addWatcher(), 1U);
}

// Every mutation over what addWatcher() returned is published, while writers go on.
void TestMemoryLog::whoeverBeginsToWatchMissesNothing()
{
    for (int round = 0; round < 30; ++round) {
        std::unique_ptr<Collector> collector;
        quint64 from = 0;
        quint64 to = 0;
        {
            MemoryLog log(1 << 16);
            collector = std::make_unique<Collector>(log);
            Writer writer(log);
            std::atomic<bool> stop = false;
            std::thread thread([&] {
                while (!stop)
                    writer.append();
            });
            while (log.lastSeq() < 100)
                std::this_thread::yield();
            from = log.addWatcher();
            while (log.lastSeq() < from + 100)
                std::this_thread::yield();
            stop = true;
            thread.join();
            to = log.lastSeq();
        }
        const auto records = collector->records();
        QCOMPARE(records.size(), size_t(to - from));
        QCOMPARE(records.front().seq, from + 1);
        QCOMPARE(records.back().seq, to);
    }
}

// What a reader has once read() gives nothing more, and what is published after, leave no hole.
void TestMemoryLog::readAndPublishedMeetWithoutHole()
{
    std::unique_ptr<Collector> collector;
    quint64 read = 0;
    quint64 to = 0;
    {
        MemoryLog log(64 << 20);
        collector = std::make_unique<Collector>(log);
        Writer writer(log);
        writer.append(50);
        std::atomic<bool> stop = false;
        std::thread thread([&] {
            for (int i = 0; i < 20'000 && !stop; ++i)
                writer.append();
        });
        log.addWatcher();
        for (bool more = true; more;) {
            const auto range = log.read(read, 4096);
            QCOMPARE(range.firstHeld, 1U);
            for (const Record &record : range.records) {
                if (record.seq != read + 1)
                    qFatal("a hole in what is read");
                read = record.seq;
            }
            more = !range.records.empty();
        }
        stop = true;
        thread.join();
        to = log.lastSeq();
    }
    const auto records = collector->records();
    for (const Record &record : records) {
        if (record.seq == read + 1)
            ++read;
    }
    QCOMPARE(read, to);
}

QTEST_GUILESS_MAIN(TestMemoryLog)
#include "tst_memorylog.moc"
