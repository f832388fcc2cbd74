// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/format.h"

#include <QLocale>
#include <QTest>

#include <limits>

using namespace memorykv;

class TestFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void measuredNumbersHaveThreeDigits_data()
    {
        QTest::addColumn<double>("number");
        QTest::addColumn<QString>("text");
        QTest::newRow("0") << 0.0 << "0";
        QTest::newRow("whole") << 7.0 << "7";
        QTest::newRow("small") << 7.254 << "7.25";
        QTest::newRow("tens") << 12.34 << "12.3";
        QTest::newRow("hundreds") << 310.4 << "310";
        QTest::newRow("thousands") << 9'800.0 << "9800";
        QTest::newRow("ten thousands") << 12'400.0 << "12.4\u00a0k";
        QTest::newRow("millions") << 3'210'000.0 << "3.21\u00a0M";
        QTest::newRow("nothing") << std::numeric_limits<double>::quiet_NaN() << "\u2013";
    }
    void measuredNumbersHaveThreeDigits()
    {
        QFETCH(double, number);
        QFETCH(QString, text);
        QCOMPARE(shortNumberText(number).remove(QLatin1Char(',')), text);
    }

    void amountsHaveUnits_data()
    {
        QTest::addColumn<double>("bytes");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << 0.0 << "0\u00a0B";
        QTest::newRow("bytes") << 512.0 << "512\u00a0B";
        QTest::newRow("64 KiB") << 65536.0 << "64\u00a0KiB";
        QTest::newRow("5 MiB") << 5.0 * 1024 * 1024 << "5\u00a0MiB";
        QTest::newRow("between") << 1536.0 * 1024 * 1024 << "1.50\u00a0GiB";
    }
    void amountsHaveUnits()
    {
        QFETCH(double, bytes);
        QTEST(bytesText(bytes), "text");
    }

    void spansHaveUnits_data()
    {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << 0.0 << "0";
        QTest::newRow("microseconds") << 0.0000854 << "85.4\u00a0\u00b5s";
        QTest::newRow("milliseconds") << 0.0012 << "1.20\u00a0ms";
        QTest::newRow("seconds") << 2.5 << "2.50\u00a0s";
    }
    void spansHaveUnits()
    {
        QFETCH(double, seconds);
        QTEST(secondsText(seconds), "text");
    }

    void countdownsAreRoundedUp_data()
    {
        QTest::addColumn<qint64>("milliseconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("over") << qint64{-5} << "0 s";
        QTest::newRow("a moment") << qint64{1} << "1 s";
        QTest::newRow("seconds") << qint64{45'000} << "45 s";
        QTest::newRow("minutes") << qint64{185'000} << "3:05";
        QTest::newRow("hours") << qint64{7'200'000} << "2:00:00";
        QTest::newRow("days") << qint64{3 * 86'400'000 + 4 * 3'600'000} << "3 d 04:00:00";
    }
    void countdownsAreRoundedUp()
    {
        QFETCH(qint64, milliseconds);
        QTEST(countdownText(milliseconds), "text");
    }

    void agesAreShort_data()
    {
        QTest::addColumn<qint64>("milliseconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("now") << qint64{999} << "now";
        QTest::newRow("seconds") << qint64{12'400} << "12 s ago";
        QTest::newRow("minutes") << qint64{185'000} << "3 min ago";
        QTest::newRow("hours") << qint64{7'300'000} << "2 h ago";
    }
    void agesAreShort()
    {
        QFETCH(qint64, milliseconds);
        QTEST(agoText(milliseconds), "text");
    }
};

QTEST_GUILESS_MAIN(TestFormat)
#include "tst_format.moc"
