// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/undohistory.h"

#include <QtTest>

using namespace memorykv;

class TestUndoHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stepsAreTakenLastFirst();
    void onlyWhatCameAfterIsTaken();
    void durableStepsAreForgotten();
    void stepsOfOneMutationStayTogether();
};

namespace {

UndoHistory historyOf(const QList<quint64> &seqs)
{
    UndoHistory history;
    for (const quint64 seq : seqs)
        history.note({seq, Entry::create({"k", "v", {}, seq, 0}), {}, {}});
    return history;
}

QList<quint64> takenAfter(UndoHistory &history, quint64 seq)
{
    QList<quint64> taken;
    for (UndoHistory::Step step; history.takeLastAfter(seq, step);)
        taken.append(step.previous->revision() == step.seq ? step.seq : 0);
    return taken;
}

} // namespace

void TestUndoHistory::stepsAreTakenLastFirst()
{
    UndoHistory history = historyOf({1, 2, 3});
    QCOMPARE(takenAfter(history, 0), (QList<quint64>{3, 2, 1}));
    QCOMPARE(takenAfter(history, 0), QList<quint64>());
}

void TestUndoHistory::onlyWhatCameAfterIsTaken()
{
    UndoHistory history = historyOf({1, 2, 3});
    QCOMPARE(takenAfter(history, 2), QList<quint64>{3});
    QCOMPARE(takenAfter(history, 2), QList<quint64>());
    QCOMPARE(takenAfter(history, 1), QList<quint64>{2});
}

void TestUndoHistory::durableStepsAreForgotten()
{
    UndoHistory history = historyOf({1, 2, 3});
    std::vector<UndoHistory::Step> freed;
    history.forgetUpTo(2, freed);
    QCOMPARE(freed.size(), size_t(2));
    QCOMPARE(freed[0].seq, 1ULL); // given to the caller, who frees them without a lock
    history.forgetUpTo(2, freed);
    QCOMPARE(freed.size(), size_t(2));
    QCOMPARE(takenAfter(history, 0), QList<quint64>{3});
}

void TestUndoHistory::stepsOfOneMutationStayTogether()
{
    UndoHistory history = historyOf({1, 2, 2, 3});
    std::vector<UndoHistory::Step> freed;
    history.forgetUpTo(1, freed);
    QCOMPARE(takenAfter(history, 1), (QList<quint64>{3, 2, 2}));
}

QTEST_GUILESS_MAIN(TestUndoHistory)
#include "tst_undohistory.moc"
