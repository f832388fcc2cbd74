// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/metricsseries.h"

#include <QSignalSpy>
#include <QTest>

#include <limits>

using namespace memorykv;

namespace {

MetricsSample sampleOf(qint64 timeMs, double gets, double keys = 3)
{
    MetricsSample sample;
    sample.timeMs = timeMs;
    sample.operations = {{"get", gets}, {"put", 2 * gets}};
    sample.durations = {{0.001, gets}, {std::numeric_limits<double>::infinity(), 2 * gets}};
    sample.keys = keys;
    sample.shed = 0;
    return sample;
}

} // namespace

class TestMetricsSeries : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ratesBeginWithTheSecondSample()
    {
        MetricsSeries series;
        QSignalSpy changed(&series, &MetricsSeries::changed);
        QVERIFY(!series.last());
        series.append(sampleOf(1'000, 10));
        QVERIFY(!series.last()->operationsPerSecond);
        QCOMPARE(series.last()->keys, std::optional(3.0));
        series.append(sampleOf(3'000, 30));
        QCOMPARE(series.last()->operationRates.value("get"), 10.0);
        QCOMPARE(series.last()->operationRates.value("put"), 20.0);
        QCOMPARE(series.last()->operationsPerSecond, std::optional(30.0));
        QVERIFY(series.last()->p50Seconds);
        QCOMPARE(series.last()->shedPerSecond, std::optional(0.0));
        QVERIFY(!series.last()->deliveredPerSecond);
        QCOMPARE(changed.size(), 2);
    }

    void absenceBreaksTheRates()
    {
        MetricsSeries series;
        series.append(sampleOf(1'000, 10));
        series.append(sampleOf(2'000, 20));
        series.appendAbsent(3'000);
        QVERIFY(series.last()->absent);
        QVERIFY(!series.lastSample());
        QVERIFY(!series.last()->keys);
        series.append(sampleOf(4'000, 30));
        QVERIFY(!series.last()->absent);
        QVERIFY(!series.last()->operationsPerSecond);
        series.append(sampleOf(5'000, 40));
        QCOMPARE(series.last()->operationRates.value("get"), 10.0);
    }

    void restartedServerHasNoNegativeRates()
    {
        MetricsSeries series;
        series.append(sampleOf(1'000, 1'000));
        series.append(sampleOf(2'000, 5));
        QCOMPARE(series.last()->operationRates.value("get"), 5.0);
        QVERIFY(series.last()->p99Seconds);
    }

    void sameMomentHasNoRate()
    {
        MetricsSeries series;
        series.append(sampleOf(1'000, 1));
        series.append(sampleOf(1'000, 2));
        QVERIFY(!series.last()->operationsPerSecond);
    }

    void oldestPointsGo()
    {
        MetricsSeries series;
        MetricsSample first = sampleOf(0, 1);
        series.append(first);
        first.operations.insert("batch", 4);
        first.timeMs = 500;
        series.append(first);
        QCOMPARE(series.operations(), QByteArrayList({"batch", "get", "put"}));
        for (int second = 1; second <= MetricsSeries::kMaxPoints + 10; ++second)
            series.append(sampleOf(1'000 * second, second));
        QCOMPARE(series.points().size(), static_cast<std::size_t>(MetricsSeries::kMaxPoints));
        QCOMPARE(series.points().front().timeMs, 11'000);
        QCOMPARE(series.operations(), QByteArrayList({"get", "put"}));
        series.clear();
        QVERIFY(series.points().empty());
        QVERIFY(series.operations().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestMetricsSeries)
#include "tst_metricsseries.moc"
