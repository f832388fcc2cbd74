// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/fanoutpace.h"

#include <QtTest>

using namespace memorykv;
using namespace std::chrono_literals;

class TestFanoutPace : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstRoundIsAtOnce();
    void roundsTakeATenthOfTheTime();
    void pauseHasALimit();
    void muchToSendWaitsForNothing();
};

static const FanoutPace::Clock::time_point kStart{100s};

void TestFanoutPace::firstRoundIsAtOnce()
{
    QVERIFY(FanoutPace().pause(kStart, 1) == 0ns);
}

void TestFanoutPace::roundsTakeATenthOfTheTime()
{
    FanoutPace pace;
    pace.note(kStart, kStart + 1ms);
    QVERIFY(pace.pause(kStart + 1ms, 1) == 9ms);
    QVERIFY(pace.pause(kStart + 9ms, 1) == 1ms);
    QVERIFY(pace.pause(kStart + 10ms, 1) == 0ns);
    QVERIFY(pace.pause(kStart + 1h, 1) == 0ns);
}

void TestFanoutPace::pauseHasALimit()
{
    FanoutPace pace;
    pace.note(kStart, kStart + 1s);
    QVERIFY(pace.pause(kStart + 1s, 1) == FanoutPace::kMaxPause);
}

void TestFanoutPace::muchToSendWaitsForNothing()
{
    FanoutPace pace;
    pace.note(kStart, kStart + 1ms);
    QVERIFY(pace.pause(kStart + 1ms, FanoutPace::kEnoughBytes - 1) > 0ns);
    QVERIFY(pace.pause(kStart + 1ms, FanoutPace::kEnoughBytes) == 0ns);
}

QTEST_GUILESS_MAIN(TestFanoutPace)
#include "tst_fanoutpace.moc"
