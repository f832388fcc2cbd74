// SPDX-License-Identifier: GPL-3.0-only
// Lets each call to the file system fail in turn, and compares what is recovered with the promises.

#include "tests/support/walrun.h"

#include <QLoggingCategory>
#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;

class TestWalFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"memorykv.*=false"_qs); }
    void faultWhileServing_data();
    void faultWhileServing();
    void faultAtTheStart_data();
    void faultAtTheStart();
};

namespace {

using Call = FaultyFileSystem::Call;
using Stop = WalRun::Stop;

struct NamedCall
{
    const char *name;
    Call call;
};
constexpr NamedCall kChanging[] = {
    {"create", Call::Create},     {"write", Call::Write},
    {"extend", Call::Extend},     {"sync", Call::Sync},
    {"truncate", Call::Truncate}, {"rename", Call::Rename},
    {"remove", Call::Remove},     {"sync directory", Call::SyncDirectory},
};
constexpr NamedCall kOthers[] = {
    {"open", Call::Open},
    {"read", Call::Read},
    {"list", Call::List},
};
constexpr Stop kStops[] = {Stop::Orderly, Stop::Kill, Stop::Power};

// Small enough that segments and snapshots come and go all the time.
DiskLog::Options smallOptions()
{
    DiskLog::Options options;
    options.segmentSize = 700;
    options.snapshotBytes = 2500;
    options.historyBytes = 1500;
    return options;
}

// Whether nothing failed for so long that nothing is going to: a snapshot may come a little earlier
// or later from run to run.
class Misses
{
public:
    bool areEnough(bool missed)
    {
        m_count = missed ? m_count + 1 : 0;
        return m_count == 5;
    }

private:
    int m_count = 0;
};

QByteArray lifeAfter(WalRun &run, Stop first)
{
    run.stop(first);
    QByteArray fault = run.checkRepeatable();
    for (const Stop how : {Stop::Power, Stop::Orderly}) {
        if (fault.isEmpty())
            fault = run.start();
        if (fault.isEmpty())
            fault = run.work(8);
        run.stop(how);
    }
    return fault.isEmpty() ? run.start() : fault;
}

} // namespace

void TestWalFaults::faultWhileServing_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<Stop>("stop");
    for (const auto &[name, call] : kChanging) {
        for (const ErrorCode code : {ErrorCode::StorageFailed, ErrorCode::StorageFull}) {
            for (const Stop stop : kStops) {
                QTest::addRow("%s %d %d", name, int(code == ErrorCode::StorageFull), int(stop))
                    << call << code << stop;
            }
        }
    }
}

void TestWalFaults::faultWhileServing()
{
    QFETCH(Call, call);
    QFETCH(ErrorCode, code);
    QFETCH(Stop, stop);
    Misses misses;
    for (int nth = 1;; ++nth) {
        FaultyFileSystem files{quint32(1000 * int(stop) + nth)};
        WalRun run(files, 17, smallOptions());
        QCOMPARE(run.start(), QByteArray());
        files.failNth(call, nth, code);
        QByteArray fault = run.work(45);
        const bool missed = !files.hasFailed();
        if (run.server().log().hasFailed())
            QCOMPARE(run.server().log().failure().code, code);
        if (fault.isEmpty())
            fault = lifeAfter(run, stop);
        QVERIFY2(fault.isEmpty(), (QByteArray::number(nth) + ": " + fault).constData());
        if (misses.areEnough(missed))
            return;
    }
}

void TestWalFaults::faultAtTheStart_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<Stop>("stop");
    for (const auto &[name, call] : kChanging) {
        for (const Stop stop : kStops)
            QTest::addRow("%s %d", name, int(stop)) << call << stop;
    }
    for (const auto &[name, call] : kOthers) {
        for (const Stop stop : kStops)
            QTest::addRow("%s %d", name, int(stop)) << call << stop;
    }
}

// A start that fails changes nothing that the next one could miss.
void TestWalFaults::faultAtTheStart()
{
    QFETCH(Call, call);
    QFETCH(Stop, stop);
    Misses misses;
    for (int nth = 1;; ++nth) {
        FaultyFileSystem files{quint32(nth)};
        WalRun run(files, quint32(nth % 10), smallOptions());
        QCOMPARE(run.start(), QByteArray());
        QCOMPARE(run.work(40), QByteArray());
        run.stop(stop);
        files.failNth(call, nth);
        QByteArray fault = run.start();
        const bool missed = !files.hasFailed();
        run.stop(nth % 2 == 0 ? Stop::Kill : Stop::Power);
        if (fault.isEmpty())
            fault = run.start();
        if (fault.isEmpty())
            fault = lifeAfter(run, Stop::Power);
        QVERIFY2(fault.isEmpty(), (QByteArray::number(nth) + ": " + fault).constData());
        if (misses.areEnough(missed))
            return;
    }
}

QTEST_GUILESS_MAIN(TestWalFaults)
#include "tst_walfaults.moc"
