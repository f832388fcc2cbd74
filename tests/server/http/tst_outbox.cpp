// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/outbox.h"

#include <QtTest>

using namespace memorykv;

class TestOutbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void durableAnswerIsReadyAtOnce();
    void answerIsHeldUntilDurable();
    void answersKeepTheirOrder();
    void releaseGoesUpToTheFirstThatWaits();
    void interimAnswerWaitsForThoseBeforeIt();
    void interimAnswerHoldsNothingUp();
    void receiptsComeWithTheirBytes();
    void bufferedBytesCountsBoth();
    void requestBytesCountWhileTheirAnswerIsHeld();
};

namespace {

Outbox::Receipt receipt(int status)
{
    Outbox::Receipt receipt;
    receipt.status = status;
    return receipt;
}

void add(Outbox &outbox, const QByteArray &bytes, quint64 seq, quint64 durableSeq, int status = 200)
{
    outbox.open(seq, durableSeq, receipt(status)) += bytes;
}

QList<int> takeStatuses(Outbox &outbox)
{
    QList<int> statuses;
    for (const Outbox::Receipt &receipt : outbox.takeReceipts())
        statuses.append(receipt.status);
    return statuses;
}

} // namespace

void TestOutbox::durableAnswerIsReadyAtOnce()
{
    Outbox outbox;
    QVERIFY(!outbox.hasReady());
    add(outbox, "a", 0, 0);
    add(outbox, "b", 5, 5);
    QVERIFY(outbox.hasReady());
    QVERIFY(!outbox.hasHeld());
    QCOMPARE(outbox.takeReady(), QByteArray("ab"));
    QVERIFY(!outbox.hasReady());
    QVERIFY(outbox.takeReady().isEmpty());
}

void TestOutbox::answerIsHeldUntilDurable()
{
    Outbox outbox;
    add(outbox, "a", 6, 5);
    QVERIFY(outbox.hasHeld());
    QVERIFY(!outbox.hasReady());
    outbox.release(5);
    QVERIFY(!outbox.hasReady());
    outbox.release(6);
    QVERIFY(!outbox.hasHeld());
    QCOMPARE(outbox.takeReady(), QByteArray("a"));
}

void TestOutbox::answersKeepTheirOrder()
{
    Outbox outbox;
    add(outbox, "a", 6, 5);
    add(outbox, "b", 1, 5); // durable, but behind one that is not
    QVERIFY(!outbox.hasReady());
    add(outbox, "c", 7, 7); // the log has moved on; nothing was released yet
    QVERIFY(!outbox.hasReady());
    outbox.release(7);
    QCOMPARE(outbox.takeReady(), QByteArray("abc"));
}

void TestOutbox::releaseGoesUpToTheFirstThatWaits()
{
    Outbox outbox;
    add(outbox, "a", 6, 5);
    add(outbox, "b", 9, 5);
    add(outbox, "c", 6, 5);
    outbox.release(8);
    QCOMPARE(outbox.takeReady(), QByteArray("a"));
    QVERIFY(outbox.hasHeld());
    outbox.release(9);
    QCOMPARE(outbox.takeReady(), QByteArray("bc"));
    QVERIFY(!outbox.hasHeld());
}

void TestOutbox::interimAnswerWaitsForThoseBeforeIt()
{
    Outbox outbox;
    add(outbox, "a", 6, 5);
    outbox.openInterim() += "i";
    add(outbox, "b", 1, 5);
    QVERIFY(!outbox.hasReady());
    outbox.release(6);
    QCOMPARE(outbox.takeReady(), QByteArray("aib"));
}

void TestOutbox::interimAnswerHoldsNothingUp()
{
    Outbox outbox;
    outbox.openInterim() += "i";
    QVERIFY(outbox.hasReady());
    add(outbox, "a", 6, 5);
    outbox.openInterim() += "j";
    add(outbox, "b", 7, 5);
    outbox.release(6);
    QCOMPARE(outbox.takeReady(), QByteArray("iaj"));
    outbox.release(7);
    QCOMPARE(outbox.takeReady(), QByteArray("b"));
}

void TestOutbox::receiptsComeWithTheirBytes()
{
    Outbox outbox;
    outbox.openInterim() += "i";
    add(outbox, "a", 0, 0, 200);
    add(outbox, "b", 6, 5, 201);
    outbox.openInterim() += "j";
    add(outbox, "c", 7, 5, 404);
    QCOMPARE(takeStatuses(outbox), QList<int>{200});
    QVERIFY(takeStatuses(outbox).isEmpty());
    outbox.release(7);
    QCOMPARE(takeStatuses(outbox), (QList<int>{201, 404}));
}

void TestOutbox::bufferedBytesCountsBoth()
{
    Outbox outbox;
    QCOMPARE(outbox.bufferedBytes(), 0);
    add(outbox, "12", 0, 0);
    add(outbox, "345", 6, 5);
    outbox.openInterim() += "6";
    QCOMPARE(outbox.bufferedBytes(), 6);
    outbox.takeReady();
    QCOMPARE(outbox.bufferedBytes(), 4);
    outbox.release(6);
    QCOMPARE(outbox.bufferedBytes(), 4);
    outbox.takeReady();
    QCOMPARE(outbox.bufferedBytes(), 0);
}

void TestOutbox::requestBytesCountWhileTheirAnswerIsHeld()
{
    Outbox outbox;
    Outbox::Receipt large = receipt(200);
    large.requestBytes = 1000;
    outbox.open(1, 1, large);
    QCOMPARE(outbox.heldRequestBytes(), 0);
    outbox.open(2, 1, large);
    outbox.open(3, 1, large);
    QCOMPARE(outbox.heldRequestBytes(), 2000);
    outbox.release(2);
    QCOMPARE(outbox.heldRequestBytes(), 1000);
    outbox.fail(2, [](Outbox::Receipt &) { return QByteArray(); });
    QCOMPARE(outbox.heldRequestBytes(), 0);
}

QTEST_GUILESS_MAIN(TestOutbox)
#include "tst_outbox.moc"
