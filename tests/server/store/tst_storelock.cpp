// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/storelock.h"

#include <QtTest>

#include <mutex>
#include <shared_mutex>
#include <thread>

using namespace memorykv;

class TestStoreLock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nobodyWaitsAtFirst();
    void readersDoNotWaitForEachOther();
    void whoWaitsForAWriterIsSeen_data();
    void whoWaitsForAWriterIsSeen();
    void writerThatWaitsForAReaderIsSeen();
};

void TestStoreLock::nobodyWaitsAtFirst()
{
    StoreLock lock;
    const std::unique_lock held(lock);
    QVERIFY(!lock.isWaitedFor());
}

void TestStoreLock::readersDoNotWaitForEachOther()
{
    StoreLock lock;
    const std::shared_lock held(lock);
    std::jthread([&lock] { const std::shared_lock other(lock); }).join();
    QVERIFY(!lock.isWaitedFor());
}

void TestStoreLock::whoWaitsForAWriterIsSeen_data()
{
    QTest::addColumn<bool>("reads");
    QTest::newRow("a reader") << true;
    QTest::newRow("a writer") << false;
}

void TestStoreLock::whoWaitsForAWriterIsSeen()
{
    QFETCH(bool, reads);
    StoreLock lock;
    std::jthread other; // ends after what it waits for, also when a check fails
    std::unique_lock held(lock);
    other = std::jthread([&lock, reads] {
        if (reads)
            const std::shared_lock taken(lock);
        else
            const std::unique_lock taken(lock);
    });
    QTRY_VERIFY(lock.isWaitedFor());
    held.unlock();
    other.join();
    QVERIFY(!lock.isWaitedFor());
}

void TestStoreLock::writerThatWaitsForAReaderIsSeen()
{
    StoreLock lock;
    std::jthread other;
    std::shared_lock held(lock);
    other = std::jthread([&lock] { const std::unique_lock taken(lock); });
    QTRY_VERIFY(lock.isWaitedFor());
    held.unlock();
    other.join();
    QVERIFY(!lock.isWaitedFor());
}

QTEST_GUILESS_MAIN(TestStoreLock)
#include "tst_storelock.moc"
