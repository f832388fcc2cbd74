// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedbuffer.h"
#include "monitor/client/feedsequence.h"

#include <QRandomGenerator>
#include <QTest>

using namespace memorykv;

namespace {

Event mutation(quint64 epoch, quint64 seq)
{
    return {.op = Op::Delete, .epoch = epoch, .seq = seq, .key = "k"};
}

Event gap(quint64 epoch, quint64 from, quint64 to)
{
    return {.op = Op::Gap, .epoch = epoch, .seq = to, .gapFrom = from};
}

Event read(quint64 epoch, quint64 seq)
{
    return {.op = Op::Read, .epoch = epoch, .seq = seq, .key = "k"};
}

/// "7:3" for a mutation, "7:gap 1-2", "7:read".
QByteArrayList texts(const QList<Event> &events)
{
    QByteArrayList all;
    for (const Event &event : events) {
        QByteArray text = QByteArray::number(event.epoch) + ':';
        if (event.op == Op::Gap)
            text
                += "gap " + QByteArray::number(event.gapFrom) + '-' + QByteArray::number(event.seq);
        else
            text += isMutation(event.op) ? QByteArray::number(event.seq)
                                         : opName(event.op).toByteArray();
        all.append(text);
    }
    return all;
}

} // namespace

class TestFeedSequence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsShown_data()
    {
        QTest::addColumn<QList<Event>>("events");
        QTest::addColumn<QByteArrayList>("shown");
        const auto row
            = [](const char *name, const QList<Event> &events, const QByteArrayList &shown) {
                  QTest::newRow(name) << events << shown;
              };
        row("in order", {mutation(7, 5), mutation(7, 6)}, {"7:5", "7:6"});
        row("the first may be any", {mutation(7, 1'000)}, {"7:1000"});
        row("a read tells where one is", {read(7, 4), mutation(7, 5), mutation(7, 7)},
            {"7:read", "7:5", "7:gap 6-6", "7:7"});
        row("repeated", {mutation(7, 5), mutation(7, 5)}, {"7:5"});
        row("a read never makes a gap", {mutation(7, 5), read(7, 9), mutation(7, 6)},
            {"7:5", "7:read", "7:6"});
        row("told gap", {mutation(7, 5), gap(7, 6, 8), mutation(7, 9)},
            {"7:5", "7:gap 6-8", "7:9"});
        row("gap over what was shown", {mutation(7, 5), gap(7, 3, 8)}, {"7:5", "7:gap 6-8"});
        row("gap of long ago", {mutation(7, 5), gap(7, 1, 4), mutation(7, 6)}, {"7:5", "7:6"});
        row("another epoch with its gap", {mutation(7, 5), gap(8, 1, 3), mutation(8, 4)},
            {"7:5", "8:gap 1-3", "8:4"});
        row("another epoch without one", {mutation(7, 5), mutation(8, 4)},
            {"7:5", "8:gap 1-3", "8:4"});
        row("another epoch from its beginning", {mutation(7, 5), mutation(8, 1)}, {"7:5", "8:1"});
        row("an epoch that is over", {mutation(7, 5), mutation(8, 1), mutation(7, 6)},
            {"7:5", "8:1"});
    }
    void whatIsShown()
    {
        QFETCH(QList<Event>, events);
        QFETCH(QByteArrayList, shown);
        FeedSequence sequence;
        QList<Event> out;
        for (const Event &event : events)
            sequence.take(event, out);
        QCOMPARE(texts(out), shown);
    }

    void serverThatLostItsEnd()
    {
        FeedSequence sequence;
        QList<Event> out;
        sequence.take(mutation(7, 9), out);
        sequence.connected();
        sequence.take(gap(7, 1, 5), out);
        sequence.take(mutation(7, 6), out);
        // Told once more it is a repetition.
        sequence.take(gap(7, 1, 5), out);
        QCOMPARE(texts(out), QByteArrayList({"7:9", "7:gap 1-5", "7:6"}));
        QCOMPARE(sequence.position(), std::optional(Position{7, 6}));
    }

    /// Whatever comes: within an epoch seqs only grow, and events and gaps together leave no hole.
    void nothingTwiceAndNoHole()
    {
        for (quint32 seed = 1; seed <= 20; ++seed) {
            QRandomGenerator random(seed);
            FeedSequence sequence;
            QList<Event> out;
            quint64 seq = 0;
            for (int step = 0; step < 2'000; ++step) {
                const quint64 epoch = 7 + static_cast<quint64>(step / 700);
                seq = step % 700 == 0 ? 0 : seq + static_cast<quint64>(random.bounded(3));
                const quint64 jitter
                    = seq > 5 ? seq - static_cast<quint64>(random.bounded(5)) : seq + 1;
                switch (random.bounded(4)) {
                case 0:
                    sequence.take(gap(epoch, jitter, jitter + 2), out);
                    break;
                case 1:
                    sequence.take(read(epoch, jitter), out);
                    break;
                default:
                    sequence.take(mutation(epoch, jitter), out);
                }
            }
            quint64 epoch = 0;
            quint64 next = 0;
            for (const Event &event : out) {
                if (event.op == Op::Read)
                    continue;
                const quint64 first = event.op == Op::Gap ? event.gapFrom : event.seq;
                if (event.epoch == epoch)
                    QCOMPARE(first, next);
                else if (epoch != 0)
                    QCOMPARE(first, 1U);
                epoch = event.epoch;
                next = event.seq + 1;
            }
        }
    }

    void bufferShedsTheOldest()
    {
        constexpr int kCount = 1'000;
        FeedBuffer buffer(kCount * static_cast<qint64>(sizeof(Event)) / 2);
        QList<Event> events;
        for (quint64 seq = 1; seq <= kCount; ++seq)
            events.append(mutation(seq <= 300 ? 7 : 8, seq <= 300 ? seq : seq - 300));
        for (const Event &event : events)
            buffer.append({event});
        QVERIFY(buffer.shed() > 0);
        const QList<Event> left = buffer.take(kCount);
        QVERIFY(buffer.isEmpty());
        // Nothing is missing without a gap that says so.
        quint64 epoch = 7;
        quint64 next = 1;
        for (const Event &event : left) {
            if (event.epoch != epoch)
                next = 1;
            epoch = event.epoch;
            QCOMPARE(event.op == Op::Gap ? event.gapFrom : event.seq, next);
            next = event.seq + 1;
        }
        QCOMPARE(next, quint64{kCount - 300 + 1});
    }

    void bufferGivesWhatItGot()
    {
        FeedBuffer buffer(1 << 20);
        buffer.append({mutation(7, 1), read(7, 1), mutation(7, 2)});
        QCOMPARE(texts(buffer.take(2)), QByteArrayList({"7:1", "7:read"}));
        QCOMPARE(texts(buffer.take(2)), QByteArrayList({"7:2"}));
        QVERIFY(buffer.take(2).isEmpty());
        QCOMPARE(buffer.shed(), 0U);
    }
};

QTEST_GUILESS_MAIN(TestFeedSequence)
#include "tst_feedsequence.moc"
