// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/loopturn.h"

#include <QtTest>

using namespace memorykv;

class TestLoopTurn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lastsUntilItsTimeIsOver();
    void timeNobodyUsesDoesNotCount();
    void canGoInTheMiddleOfOne();
};

static void work()
{
    QElapsedTimer since;
    since.start();
    while (since.elapsed() <= LoopTurn::kMost.count()) { }
}

void TestLoopTurn::lastsUntilItsTimeIsOver()
{
    LoopTurn turn;
    for (int i = 0; i < 3; ++i) {
        QVERIFY(turn.hasTime());
        work();
        QVERIFY(!turn.hasTime());
        QVERIFY(!turn.hasTime());
        QCoreApplication::processEvents();
    }
}

void TestLoopTurn::timeNobodyUsesDoesNotCount()
{
    LoopTurn turn;
    (void)turn.hasTime();
    QCoreApplication::processEvents();
    work();
    QVERIFY(turn.hasTime());
}

void TestLoopTurn::canGoInTheMiddleOfOne()
{
    {
        LoopTurn turn;
        (void)turn.hasTime();
    }
    QCoreApplication::processEvents();
}

QTEST_GUILESS_MAIN(TestLoopTurn)
#include "tst_loopturn.moc"
