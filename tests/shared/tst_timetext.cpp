// SPDX-License-Identifier: GPL-3.0-only
#include "shared/timetext.h"

#include <QByteArray>
#include <QDateTime>
#include <QTest>

#include <limits>

using namespace memorykv;

namespace {

QByteArray textOf(qint64 timeMs)
{
    return QByteArrayView(TimeText(timeMs)).toByteArray();
}

} // namespace

class TestTimeText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writtenAndReadBack_data()
    {
        QTest::addColumn<qint64>("timeMs");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("epoch") << qint64(0) << QByteArray("1970-01-01T00:00:00.000Z");
        QTest::newRow("just before") << qint64(-1) << QByteArray("1969-12-31T23:59:59.999Z");
        QTest::newRow("leap day") << qint64(951782400000) << QByteArray("2000-02-29T00:00:00.000Z");
        QTest::newRow("all digits")
            << qint64(1764000754321) << QByteArray("2025-11-24T16:12:34.321Z");
        QTest::newRow("first") << qint64(-62167219200000) << QByteArray("0000-01-01T00:00:00.000Z");
        QTest::newRow("last") << qint64(253402300799999) << QByteArray("9999-12-31T23:59:59.999Z");
    }
    void writtenAndReadBack()
    {
        QFETCH(qint64, timeMs);
        QFETCH(QByteArray, text);
        QCOMPARE(textOf(timeMs), text);
        QCOMPARE(timeFromText(text), std::optional(timeMs));
    }

    void agreesWithQDateTime()
    {
        for (qint64 timeMs = -5'000'000'000'000; timeMs < 20'000'000'000'000;
             timeMs += 12'345'678'901) {
            const auto expected = QDateTime::fromMSecsSinceEpoch(timeMs).toUTC();
            QCOMPARE(textOf(timeMs), expected.toString(Qt::ISODateWithMs).toLatin1());
            QCOMPARE(timeFromText(textOf(timeMs)), std::optional(timeMs));
        }
    }

    void timesOutOfRangeBecomeTheNearest()
    {
        QCOMPARE(textOf(std::numeric_limits<qint64>::min()), textOf(-62167219200000));
        QCOMPARE(textOf(std::numeric_limits<qint64>::max()), textOf(253402300799999));
    }

    void readsOtherFractions_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("timeMs");
        QTest::newRow("none") << QByteArray("1970-01-01T00:00:01Z") << qint64(1000);
        QTest::newRow("one digit") << QByteArray("1970-01-01T00:00:01.5Z") << qint64(1500);
        QTest::newRow("two digits") << QByteArray("1970-01-01T00:00:01.05Z") << qint64(1050);
        QTest::newRow("nanoseconds")
            << QByteArray("1970-01-01T00:00:01.123999999Z") << qint64(1123);
    }
    void readsOtherFractions()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, timeMs);
        QCOMPARE(timeFromText(text), std::optional(timeMs));
    }

    void refusesWhatIsNoTime_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"",
                                 "Z",
                                 "2026-11-23",
                                 "2026-11-23T18:52:44",
                                 "2026-11-23T18:52:44.123",
                                 "2026-11-23T18:52:44.Z",
                                 "2026-11-23T18:52:44.1234567890Z",
                                 "2026-11-23T18:52:44.12aZ",
                                 "2026-11-23 18:52:44.123Z",
                                 "2026-11-23t18:52:44Z",
                                 "2026-11-23T18:52:44+01:00",
                                 "2026-11-23T18:52:44ZZ",
                                 "2026-13-01T00:00:00Z",
                                 "2026-00-01T00:00:00Z",
                                 "2026-02-29T00:00:00Z",
                                 "2026-04-31T00:00:00Z",
                                 "2026-01-01T24:00:00Z",
                                 "2026-01-01T00:60:00Z",
                                 "2026-01-01T00:00:60Z",
                                 "-026-01-01T00:00:00Z",
                                 "2026-1-01T00:00:00Z",
                                 "2O26-01-01T00:00:00Z"})
            QTest::newRow(text) << QByteArray(text);
    }
    void refusesWhatIsNoTime()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!timeFromText(text));
    }
};

QTEST_APPLESS_MAIN(TestTimeText)
#include "tst_timetext.moc"
