// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/histogram.h"

#include <QTest>

#include <cmath>
#include <limits>

using memorykv::fanout::Histogram;

class TestFanoutHistogram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasNoTimesAtFirst();
    void findsEachTimeAgain_data();
    void findsEachTimeAgain();
    void tellsQuantiles();
    void forgets();
};

void TestFanoutHistogram::hasNoTimesAtFirst()
{
    QCOMPARE(Histogram().quantile(0.5), 0.0);
}

void TestFanoutHistogram::findsEachTimeAgain_data()
{
    QTest::addColumn<quint64>("nanoseconds");
    QTest::newRow("nothing") << quint64(0);
    QTest::newRow("one") << quint64(1);
    QTest::newRow("last with a bucket of its own") << quint64(127);
    QTest::newRow("first that shares one") << quint64(128);
    QTest::newRow("a microsecond") << quint64(1'000);
    QTest::newRow("a second") << quint64(1'000'000'000);
    QTest::newRow("the most") << std::numeric_limits<quint64>::max();
}

void TestFanoutHistogram::findsEachTimeAgain()
{
    QFETCH(quint64, nanoseconds);
    Histogram times;
    times.add(nanoseconds);
    const double seconds = static_cast<double>(nanoseconds) / 1e9;
    QVERIFY(std::abs(times.quantile(0.5) - seconds) <= seconds / 64);
}

void TestFanoutHistogram::tellsQuantiles()
{
    Histogram times;
    for (std::uint64_t i = 1; i <= 1000; ++i)
        times.add(i * 1'000'000);
    QVERIFY(std::abs(times.quantile(0.5) - 0.5) < 0.01);
    QVERIFY(std::abs(times.quantile(0.99) - 0.99) < 0.02);
    QVERIFY(times.quantile(0.999) > times.quantile(0.5));
}

void TestFanoutHistogram::forgets()
{
    Histogram times;
    times.add(1'000'000'000);
    times.clear();
    times.add(1);
    QCOMPARE(times.count(), std::uint64_t(1));
    QVERIFY(times.quantile(0.5) < 1e-6);
}

QTEST_APPLESS_MAIN(TestFanoutHistogram)
#include "tst_fanouthistogram.moc"
