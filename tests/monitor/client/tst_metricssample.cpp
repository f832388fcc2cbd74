// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/metricsmath.h"
#include "monitor/client/metricssample.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace memorykv;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

} // namespace

class TestMetricsSample : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textIsRead()
    {
        const auto samples = parsePrometheusText("# HELP a words\n# TYPE a counter\n"
                                                 "a 1\n"
                                                 "a{} 2 1700000000000\n"
                                                 "\n"
                                                 "a_b:c{x=\"1\", y=\"\\\"\\\\\\n,}\",} +Inf\r\n"
                                                 "  n  -1.5e3\n"
                                                 "nan NaN");
        QVERIFY2(samples, samples ? "" : samples.error().detail.constData());
        QCOMPARE(samples->size(), 5U);
        QCOMPARE(samples->at(0).value, 1.0);
        QCOMPARE(samples->at(1).value, 2.0);
        QCOMPARE(samples->at(2).name, "a_b:c");
        QCOMPARE(samples->at(2).labels.value("x"), "1");
        QCOMPARE(samples->at(2).labels.value("y"), "\"\\\n,}");
        QCOMPARE(samples->at(2).value, kInfinity);
        QCOMPARE(samples->at(3).value, -1500.0);
        QVERIFY(std::isnan(samples->at(4).value));
    }

    void wrongLineIsNamed_data()
    {
        QTest::addColumn<QByteArray>("line");
        for (const char *line : {"a", "a x", "{x=\"1\"} 1", "a{x=1} 1", "a{x=\"1} 1", "a{x=\"1\" 1",
                                 "a{=\"1\"} 1", "<html>"})
            QTest::newRow(line) << QByteArray(line);
    }
    void wrongLineIsNamed()
    {
        QFETCH(QByteArray, line);
        const auto samples = parsePrometheusText("# first\na 1\n" + line + "\nb 2\n");
        QVERIFY(!samples);
        QCOMPARE(samples.error().detail, "line 3 is no sample");
    }

    void sampleSumsOverResults()
    {
        const auto samples
            = parsePrometheusText("memorykv_operations_total{op=\"get\",result=\"ok\"} 3\n"
                                  "memorykv_operations_total{op=\"get\",result=\"not_found\"} 2\n"
                                  "memorykv_operations_total{op=\"put\",result=\"ok\"} 1\n"
                                  "memorykv_http_request_duration_seconds_bucket{le=\"+Inf\"} 6\n"
                                  "memorykv_http_request_duration_seconds_bucket{le=\"0.5\"} 4\n"
                                  "memorykv_keys 9\n"
                                  "other_keys 8\n");
        const MetricsSample sample = metricsSample(*samples, 5);
        QCOMPARE(sample.timeMs, 5);
        QCOMPARE(sample.operations.value("get"), 5.0);
        QCOMPARE(sample.operations.value("put"), 1.0);
        QCOMPARE(sample.keys, std::optional(9.0));
        QVERIFY(!sample.connections);
        QCOMPARE(sample.durations.size(), 2U);
        QCOMPARE(sample.durations.front().upperBound, 0.5);
        QCOMPARE(sample.durations.back().count, 6.0);
    }

    void ratesKnowResets()
    {
        QCOMPARE(counterRate(10, 30, 2'000), std::optional(10.0));
        QCOMPARE(counterRate(30, 10, 1'000), std::optional(10.0));
        QCOMPARE(counterRate(10, 10, 1'000), std::optional(0.0));
        QVERIFY(!counterRate(10, 20, 0));
        QVERIFY(!counterRate(10, 20, -5));
    }

    void histogramsKnowResets()
    {
        const std::vector<HistogramBucket> before = {{1, 10}, {kInfinity, 20}};
        const auto grown = histogramIncrease(before, {{1, 15}, {kInfinity, 40}});
        QCOMPARE(grown.at(0).count, 5.0);
        QCOMPARE(grown.at(1).count, 20.0);
        QCOMPARE(histogramIncrease(before, {{1, 3}, {kInfinity, 4}}).at(0).count, 3.0);
        QCOMPARE(histogramIncrease(before, {{2, 30}, {kInfinity, 40}}).at(0).count, 30.0);
        QCOMPARE(histogramIncrease({}, before).size(), 2U);
    }

    void quantiles_data()
    {
        QTest::addColumn<double>("quantile");
        QTest::addColumn<double>("value");
        QTest::newRow("in the first bucket") << 0.25 << 0.05;
        QTest::newRow("at a bound") << 0.5 << 0.1;
        QTest::newRow("in the second") << 0.7 << 0.14;
        QTest::newRow("none in between") << 0.9 << 0.18;
        QTest::newRow("in the last: the bound before it") << 0.99 << 0.5;
        QTest::newRow("least") << 0.0 << 0.0;
    }
    void quantiles()
    {
        QFETCH(double, quantile);
        QFETCH(double, value);
        const auto found
            = histogramQuantile(quantile, {{0.1, 50}, {0.2, 100 - 5}, {0.5, 95}, {kInfinity, 100}});
        QVERIFY(found);
        QVERIFY2(std::abs(*found - value) < 0.02, qPrintable(QString::number(*found)));
    }

    void noQuantileOfNothing()
    {
        QVERIFY(!histogramQuantile(0.5, {}));
        QVERIFY(!histogramQuantile(0.5, {{1, 0}, {kInfinity, 0}}));
        QVERIFY(!histogramQuantile(0.5, {{kInfinity, 9}}));
        QVERIFY(!histogramQuantile(2, {{1, 5}, {kInfinity, 5}}));
    }
};

QTEST_GUILESS_MAIN(TestMetricsSample)
#include "tst_metricssample.moc"
