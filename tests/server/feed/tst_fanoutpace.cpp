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
    void roundsTakeAThirtiethOfABusyThread();
    void roundsTakeAQuarterOfAnIdleThread();
    void halfBusyIsInBetween();
    void loadIsLookedAtNowAndThen();
    void pauseHasALimit();
    void muchToSendWaitsForNothing();
    void whatNobodyWantsIsNotMuch();
};

static const FanoutPace::Clock::time_point kStart{100s};

static bool near(std::chrono::nanoseconds pause, std::chrono::nanoseconds expected)
{
    return std::chrono::abs(pause - expected) < 1us;
}

void TestFanoutPace::firstRoundIsAtOnce()
{
    QVERIFY(FanoutPace().pause(kStart, 1) == 0ns);
}

void TestFanoutPace::roundsTakeAThirtiethOfABusyThread()
{
    FanoutPace pace;
    const auto pauseAfter
        = [&pace](FanoutPace::Clock::time_point begin, std::chrono::nanoseconds round) {
              pace.note(begin + round, round);
              return pace.pause(begin + round, 1);
          };
    QVERIFY(near(pauseAfter(kStart, 1ms), 29ms)); // until it is known how busy it is
    pace.noteLoad(kStart + 1s, 0s);
    pace.noteLoad(kStart + 2s, 900ms);
    QVERIFY(near(pauseAfter(kStart + 2s, 1ms), 29ms));
    QVERIFY(pace.pause(kStart + 2s + 30ms, 1) == 0ns);
}

void TestFanoutPace::roundsTakeAQuarterOfAnIdleThread()
{
    FanoutPace pace;
    pace.noteLoad(kStart, 5s);
    // What the rounds took themselves does not make it busy.
    for (int i = 0; i < 100; ++i)
        pace.note(kStart + 4ms, 4ms);
    pace.noteLoad(kStart + 1s, 5s + 400ms);
    pace.note(kStart + 1s + 1ms, 1ms);
    QVERIFY(near(pace.pause(kStart + 1s + 1ms, 1), 3ms));
}

void TestFanoutPace::halfBusyIsInBetween()
{
    FanoutPace pace;
    pace.noteLoad(kStart, 0s);
    pace.noteLoad(kStart + 1s, 250ms);
    pace.note(kStart + 1s + 1ms, 1ms);
    QVERIFY(near(pace.pause(kStart + 1s + 1ms, 1), 7ms));
}

void TestFanoutPace::loadIsLookedAtNowAndThen()
{
    FanoutPace pace;
    QVERIFY(pace.isLoadDue(kStart));
    pace.noteLoad(kStart, 0s);
    QVERIFY(!pace.isLoadDue(kStart + FanoutPace::kLoadInterval - 1ns));
    QVERIFY(pace.isLoadDue(kStart + FanoutPace::kLoadInterval));
}

void TestFanoutPace::pauseHasALimit()
{
    FanoutPace pace;
    pace.note(kStart + 1s, 1s);
    QVERIFY(pace.pause(kStart + 1s, 1) == FanoutPace::kMaxPause);
}

void TestFanoutPace::muchToSendWaitsForNothing()
{
    FanoutPace pace;
    pace.note(kStart + 1ms, 1ms);
    QVERIFY(pace.pause(kStart + 1ms, FanoutPace::kEnoughBytes - 1) > 0ns);
    QVERIFY(pace.pause(kStart + 1ms, FanoutPace::kEnoughBytes) == 0ns);
}

void TestFanoutPace::whatNobodyWantsIsNotMuch()
{
    FanoutPace pace;
    pace.note(kStart + 1ms, 1ms);
    pace.noteWanted(1000, 500);
    QVERIFY(pace.pause(kStart + 1ms, 2 * FanoutPace::kEnoughBytes - 2) > 0ns);
    QVERIFY(pace.pause(kStart + 1ms, 2 * FanoutPace::kEnoughBytes) == 0ns);
    pace.noteWanted(1000, 0);
    QVERIFY(pace.pause(kStart + 1ms, FanoutPace::kMaxWaitingBytes - 1) > 0ns);
    QVERIFY(pace.pause(kStart + 1ms, FanoutPace::kMaxWaitingBytes) == 0ns);
}

QTEST_GUILESS_MAIN(TestFanoutPace)
#include "tst_fanoutpace.moc"
