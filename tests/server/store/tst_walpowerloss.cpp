// SPDX-License-Identifier: GPL-3.0-only
// Stops a server at any moment, thousands of times, and loses what it had not synced. The number of
// runs is MEMORYKV_POWERLOSS_RUNS, and the first seed MEMORYKV_POWERLOSS_SEED.

#include "tests/support/walrun.h"

#include <QLoggingCategory>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestWalPowerLoss : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"memorykv.*=false"_qs); }
    void promisesHold_data();
    void promisesHold();
};

namespace {

using Stop = WalRun::Stop;

DiskLog::Options optionsOf(FsyncPolicy policy, quint32 seed)
{
    DiskLog::Options options;
    options.fsync = policy;
    options.segmentSize = 300 + 700 * (seed % 3);
    options.snapshotBytes = seed % 2 == 0 ? 2500 : 1 << 20;
    options.historyBytes = seed % 5 == 0 ? 0 : seed % 5 == 1 ? 1500 : 1 << 20;
    return options;
}

/// Some lives of one store; the first fault.
QByteArray runOnce(quint32 seed, FsyncPolicy policy)
{
    std::mt19937 random(seed);
    FaultyFileSystem files(seed);
    files.setShortWrites(seed % 7 == 0);
    WalRun run(files, seed, optionsOf(policy, seed));
    for (int life = 0; life < 4; ++life) {
        // The first calls are those of the start itself.
        const bool stopsAnywhere = random() % 4 != 0;
        if (stopsAnywhere)
            files.stopAfter(int(random() % 90));
        else if (random() % 4 == 0)
            files.failNth(FaultyFileSystem::Call::Sync, 1 + int(random() % 40));
        QByteArray fault = run.start();
        if (fault.isEmpty())
            fault = run.work(10 + int(random() % 30));
        const auto how = random() % 5 < 3                     ? Stop::Power
                         : stopsAnywhere || random() % 2 == 0 ? Stop::Kill
                                                              : Stop::Orderly;
        run.stop(how);
        if (fault.isEmpty() && random() % 8 == 0)
            fault = run.checkRepeatable();
        if (!fault.isEmpty())
            return "life " + QByteArray::number(life) + ": " + fault;
    }
    QByteArray fault = run.start();
    if (fault.isEmpty())
        fault = run.work(5);
    return fault;
}

quint32 numberFrom(const char *variable, quint32 fallback)
{
    bool ok = false;
    const quint32 number = qEnvironmentVariable(variable).toUInt(&ok);
    return ok ? number : fallback;
}

} // namespace

void TestWalPowerLoss::promisesHold_data()
{
    QTest::addColumn<FsyncPolicy>("policy");
    QTest::addColumn<quint32>("share");
    QTest::newRow("always") << FsyncPolicy::Always << 6U;
    QTest::newRow("interval") << FsyncPolicy::Interval << 1U;
    QTest::newRow("never") << FsyncPolicy::Never << 1U;
}

void TestWalPowerLoss::promisesHold()
{
    QFETCH(FsyncPolicy, policy);
    QFETCH(quint32, share);
    const quint32 first = numberFrom("MEMORYKV_POWERLOSS_SEED", 1);
    const quint32 runs = numberFrom("MEMORYKV_POWERLOSS_RUNS", 400) * share / 8;
    for (quint32 seed = first; seed <= first + runs; ++seed) {
        const QByteArray fault = runOnce(seed, policy);
        QVERIFY2(fault.isEmpty(), ("seed " + QByteArray::number(seed) + ": " + fault).constData());
    }
}

QTEST_GUILESS_MAIN(TestWalPowerLoss)
#include "tst_walpowerloss.moc"
