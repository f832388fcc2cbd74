// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/metrics.h"

#include <QFile>
#include <QProcess>
#include <QSet>
#include <QStandardPaths>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

using namespace memorykv;

namespace {

// Indexes into testLabels().
constexpr int kGet = 0;
constexpr int kPut = 1;
constexpr int kKeyRoute = 0;
constexpr int kKeysRoute = 1;

RequestLabels testLabels()
{
    return {{"GET", "PUT"}, {"/{key}", "/keys/{prefix}"}};
}

QList<QByteArray> linesOf(const Metrics &metrics)
{
    return metrics.render().split('\n');
}

// The value of the series written exactly as \a series, or -1 when it is not there.
double valueOf(const Metrics &metrics, const QByteArray &series)
{
    for (const QByteArray &line : linesOf(metrics)) {
        if (line.startsWith(series + ' '))
            return line.sliced(series.size() + 1).toDouble();
    }
    return -1;
}

QList<QByteArray> seriesStartingWith(const Metrics &metrics, const QByteArray &start)
{
    QList<QByteArray> found;
    for (const QByteArray &line : linesOf(metrics)) {
        if (line.startsWith(start))
            found.append(line);
    }
    return found;
}

// The metrics as the server registers them, all of metricnames.h.
void addServerMetrics(Metrics &metrics)
{
    using namespace metricnames;
    for (const MetricInfo &info :
         {kConnections, kKeys, kStoredBytes, kFeedSubscribers, kWalSeq, kWalDurableSeq})
        metrics.addGauge(info, [] { return 1.0; });
    for (const MetricInfo &info : {kExpired, kFeedDelivered, kFeedShed})
        metrics.addCounter(info, [] { return 2.0; });
    metrics.addCounter(kFeedEvents, [] { return 3.0; }, {{"op", "insert"}});
    metrics.addCounter(kFeedEvents, [] { return 4.0; }, {{"op", "delete"}});
}

} // namespace

class TestMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestsAreCountedByMethodRouteAndCode();
    void requestsOutsideTheListsCountAsOther_data();
    void requestsOutsideTheListsCountAsOther();
    void durationFallsIntoItsBucket_data();
    void durationFallsIntoItsBucket();
    void durationSumAndCountAreExact();
    void operationsAreThereFromTheStart();
    void operationsAreCountedByOpAndResult();
    void unexpectedResultIsShownOnceItHappens();
    void workersAreAddedUp();
    void callbacksAreReadAtEachRendering();
    void callbackSeriesShareOneFamily();
    void labelValuesAreEscaped();
    void buildInfoNamesVersions();
    void eachFamilyHasHelpAndTypeOnce();
    void countersOnlyGrowWhileWorkersRecord();
    void promtoolHasNothingToSay();
    void documentationNamesEveryFamily();
    void recordingOneRequest();
};

void TestMetrics::requestsAreCountedByMethodRouteAndCode()
{
    Metrics metrics(testLabels());
    RequestMetrics &requests = metrics.addWorker().requests;
    QVERIFY(seriesStartingWith(metrics, "memorykv_http_requests_total").isEmpty());

    requests.record(kGet, kKeyRoute, 200, 0.001);
    requests.record(kGet, kKeyRoute, 200, 0.001);
    requests.record(kGet, kKeyRoute, 404, 0.001);
    requests.record(kPut, kKeyRoute, 201, 0.001);
    requests.record(kGet, kKeysRoute, 200, 0.001);

    QCOMPARE(seriesStartingWith(metrics, "memorykv_http_requests_total"),
             (QList<QByteArray>{
                 "memorykv_http_requests_total{method=\"GET\",route=\"/{key}\",code=\"200\"} 2",
                 "memorykv_http_requests_total{method=\"GET\",route=\"/{key}\",code=\"404\"} 1",
                 "memorykv_http_requests_total{method=\"GET\",route=\"/keys/{prefix}\","
                 "code=\"200\"} 1",
                 "memorykv_http_requests_total{method=\"PUT\",route=\"/{key}\",code=\"201\"} 1",
             }));
}

void TestMetrics::requestsOutsideTheListsCountAsOther_data()
{
    QTest::addColumn<int>("method");
    QTest::addColumn<int>("route");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("labels");
    const int lowest = std::numeric_limits<int>::min();
    const int highest = std::numeric_limits<int>::max();

    QTest::newRow("method -1") << -1 << 0 << 200
                               << QByteArray("method=\"other\",route=\"/{key}\",code=\"200\"");
    QTest::newRow("route one past the end")
        << 0 << 2 << 200 << QByteArray("method=\"GET\",route=\"other\",code=\"200\"");
    QTest::newRow("code not registered")
        << 1 << 0 << 299 << QByteArray("method=\"PUT\",route=\"/{key}\",code=\"other\"");
    QTest::newRow("first registered code")
        << 0 << 0 << 100 << QByteArray("method=\"GET\",route=\"/{key}\",code=\"100\"");
    QTest::newRow("last registered code")
        << 0 << 0 << 511 << QByteArray("method=\"GET\",route=\"/{key}\",code=\"511\"");
    QTest::newRow("code 600") << 0 << 0 << 600
                              << QByteArray("method=\"GET\",route=\"/{key}\",code=\"other\"");
    QTest::newRow("lowest") << lowest << lowest << lowest
                            << QByteArray("method=\"other\",route=\"other\",code=\"other\"");
    QTest::newRow("highest") << highest << highest << highest
                             << QByteArray("method=\"other\",route=\"other\",code=\"other\"");
}

void TestMetrics::requestsOutsideTheListsCountAsOther()
{
    QFETCH(int, method);
    QFETCH(int, route);
    QFETCH(int, code);
    QFETCH(QByteArray, labels);

    Metrics metrics(testLabels());
    metrics.addWorker().requests.record(method, route, code, 0);

    QCOMPARE(seriesStartingWith(metrics, "memorykv_http_requests_total"),
             QList<QByteArray>{"memorykv_http_requests_total{" + labels + "} 1"});
}

void TestMetrics::durationFallsIntoItsBucket_data()
{
    QTest::addColumn<double>("seconds");
    QTest::addColumn<QByteArray>("lowestBucket");
    QTest::addColumn<QByteArray>("bucketBelow");

    QTest::newRow("zero") << 0.0 << QByteArray("5e-05") << QByteArray();
    QTest::newRow("negative") << -1.0 << QByteArray("5e-05") << QByteArray();
    QTest::newRow("not a number") << std::nan("") << QByteArray("5e-05") << QByteArray();
    QTest::newRow("equal to a bound") << 0.001 << QByteArray("0.001") << QByteArray("0.0005");
    QTest::newRow("just above") << 0.0010001 << QByteArray("0.0025") << QByteArray("0.001");
    QTest::newRow("last bound") << 2.5 << QByteArray("2.5") << QByteArray("1");
    QTest::newRow("above all") << 2.6 << QByteArray("+Inf") << QByteArray("2.5");
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << QByteArray("+Inf")
                              << QByteArray("2.5");
}

void TestMetrics::durationFallsIntoItsBucket()
{
    QFETCH(double, seconds);
    QFETCH(QByteArray, lowestBucket);
    QFETCH(QByteArray, bucketBelow);
    const auto bucket = [](const QByteArray &bound) {
        return "memorykv_http_request_duration_seconds_bucket{le=\"" + bound + "\"}";
    };

    Metrics metrics(testLabels());
    metrics.addWorker().requests.record(kGet, kKeyRoute, 200, seconds);

    QCOMPARE(valueOf(metrics, bucket(lowestBucket)), 1.0);
    if (!bucketBelow.isEmpty())
        QCOMPARE(valueOf(metrics, bucket(bucketBelow)), 0.0);
    QCOMPARE(valueOf(metrics, bucket("+Inf")), 1.0);
    QCOMPARE(valueOf(metrics, "memorykv_http_request_duration_seconds_count"), 1.0);
}

void TestMetrics::durationSumAndCountAreExact()
{
    Metrics metrics(testLabels());
    RequestMetrics &requests = metrics.addWorker().requests;
    for (int i = 0; i < 1000; ++i)
        requests.record(kGet, kKeyRoute, 200, 0.000002);

    QCOMPARE(valueOf(metrics, "memorykv_http_request_duration_seconds_sum"), 0.002);
    QCOMPARE(valueOf(metrics, "memorykv_http_request_duration_seconds_count"), 1000.0);
}

void TestMetrics::operationsAreThereFromTheStart()
{
    Metrics metrics(testLabels());
    metrics.addWorker();

    const QList<QByteArray> lines = seriesStartingWith(metrics, "memorykv_operations_total{");
    QCOMPARE(lines.size(), 25);
    for (const QByteArray &line : lines)
        QVERIFY2(line.endsWith("} 0"), line.constData());
    for (const char *op : {"get", "put", "delete", "patch", "list", "delete_prefix", "delete_all",
                           "batch", "count"}) {
        const QByteArray start = QByteArray("memorykv_operations_total{op=\"") + op;
        QCOMPARE(valueOf(metrics, start + "\",result=\"ok\"}"), 0.0);
        QCOMPARE(valueOf(metrics, start + "\",result=\"error\"}"), 0.0);
    }
}

void TestMetrics::operationsAreCountedByOpAndResult()
{
    Metrics metrics(testLabels());
    OperationMetrics &operations = metrics.addWorker().operations;
    operations.record(OperationKind::Get, OperationResult::NotFound);
    operations.record(OperationKind::Put, OperationResult::Ok);
    operations.record(OperationKind::Put, OperationResult::Ok);
    operations.record(OperationKind::Batch, OperationResult::PreconditionFailed);
    operations.record(OperationKind::Count, OperationResult::Error);

    const auto value = [&](const char *op, const char *result) {
        return valueOf(metrics, QByteArray("memorykv_operations_total{op=\"") + op + "\",result=\""
                                    + result + "\"}");
    };
    QCOMPARE(value("get", "not_found"), 1.0);
    QCOMPARE(value("get", "ok"), 0.0);
    QCOMPARE(value("put", "ok"), 2.0);
    QCOMPARE(value("batch", "precondition_failed"), 1.0);
    QCOMPARE(value("count", "error"), 1.0);
}

void TestMetrics::unexpectedResultIsShownOnceItHappens()
{
    const QByteArray series = "memorykv_operations_total{op=\"list\",result=\"not_found\"}";
    Metrics metrics(testLabels());
    OperationMetrics &operations = metrics.addWorker().operations;
    QCOMPARE(valueOf(metrics, series), -1.0);

    operations.record(OperationKind::List, OperationResult::NotFound);
    QCOMPARE(valueOf(metrics, series), 1.0);
}

void TestMetrics::workersAreAddedUp()
{
    Metrics metrics(testLabels());
    WorkerMetrics &first = metrics.addWorker();
    WorkerMetrics &second = metrics.addWorker();
    first.requests.record(kGet, kKeyRoute, 200, 0.5);
    second.requests.record(kGet, kKeyRoute, 200, 0.25);
    first.operations.record(OperationKind::Get, OperationResult::Ok);
    second.operations.record(OperationKind::Get, OperationResult::Ok);

    QCOMPARE(valueOf(metrics,
                     "memorykv_http_requests_total{method=\"GET\",route=\"/{key}\",code=\"200\"}"),
             2.0);
    QCOMPARE(valueOf(metrics, "memorykv_http_request_duration_seconds_sum"), 0.75);
    QCOMPARE(valueOf(metrics, "memorykv_http_request_duration_seconds_bucket{le=\"0.25\"}"), 1.0);
    QCOMPARE(valueOf(metrics, "memorykv_http_request_duration_seconds_bucket{le=\"0.5\"}"), 2.0);
    QCOMPARE(valueOf(metrics, "memorykv_operations_total{op=\"get\",result=\"ok\"}"), 2.0);
}

void TestMetrics::callbacksAreReadAtEachRendering()
{
    double keys = 3;
    double shed = 9007199254740993.0;
    Metrics metrics(testLabels());
    metrics.addGauge(metricnames::kKeys, [&] { return keys; });
    metrics.addCounter(metricnames::kFeedShed, [&] { return shed; });

    QCOMPARE(valueOf(metrics, "memorykv_keys"), 3.0);
    QCOMPARE(valueOf(metrics, "memorykv_feed_shed_total"), shed);
    keys = 2;
    QCOMPARE(valueOf(metrics, "memorykv_keys"), 2.0);
    QVERIFY(linesOf(metrics).contains("# TYPE memorykv_keys gauge"));
    QVERIFY(linesOf(metrics).contains("# TYPE memorykv_feed_shed_total counter"));
}

void TestMetrics::callbackSeriesShareOneFamily()
{
    Metrics metrics(testLabels());
    addServerMetrics(metrics);

    QCOMPARE(seriesStartingWith(metrics, "memorykv_feed_events_total"),
             (QList<QByteArray>{"memorykv_feed_events_total{op=\"insert\"} 3",
                                "memorykv_feed_events_total{op=\"delete\"} 4"}));
    QCOMPARE(linesOf(metrics).count("# TYPE memorykv_feed_events_total counter"), 1);
}

void TestMetrics::labelValuesAreEscaped()
{
    Metrics metrics(testLabels());
    metrics.addGauge(metricnames::kKeys, [] { return 1.0; }, {{"name", "a\"b\\c\nd"}});

    QVERIFY(linesOf(metrics).contains("memorykv_keys{name=\"a\\\"b\\\\c\\nd\"} 1"));
}

void TestMetrics::buildInfoNamesVersions()
{
    const Metrics metrics(testLabels());
    const QByteArray series = QByteArray("memorykv_build_info{version=\"") + MEMORYKV_VERSION
                              + "\",qt=\"" + qVersion() + "\"}";

    QCOMPARE(valueOf(metrics, series), 1.0);
}

void TestMetrics::eachFamilyHasHelpAndTypeOnce()
{
    Metrics metrics(testLabels());
    metrics.addWorker().requests.record(kGet, kKeyRoute, 200, 0.001);
    addServerMetrics(metrics);
    const QList<QByteArray> lines = linesOf(metrics);

    QSet<QByteArray> families;
    for (const QByteArray &line : lines) {
        if (!line.startsWith("# TYPE "))
            continue;
        const QByteArray name = line.split(' ').at(2);
        QVERIFY2(!families.contains(name), name.constData());
        families.insert(name);
        QCOMPARE(std::count_if(lines.cbegin(), lines.cend(),
                               [&](const QByteArray &other) {
                                   return other.startsWith("# HELP " + name + ' ');
                               }),
                 1);
    }
    QCOMPARE(families.size(), 20);
    QCOMPARE(lines.last(), QByteArray());
}

void TestMetrics::countersOnlyGrowWhileWorkersRecord()
{
    constexpr int kWorkers = 3;
    constexpr int kRounds = 100'000;
    Metrics metrics(testLabels());
    std::atomic<int> running = kWorkers;
    std::vector<std::thread> threads;
    threads.reserve(kWorkers);
    for (int i = 0; i < kWorkers; ++i) {
        threads.emplace_back([&metrics, &running] {
            WorkerMetrics &worker = metrics.addWorker();
            for (int round = 0; round < kRounds; ++round) {
                worker.requests.record(kGet, kKeyRoute, 200, 0.001);
                worker.operations.record(OperationKind::Get, OperationResult::Ok);
            }
            --running;
        });
    }

    const QByteArray count = "memorykv_http_request_duration_seconds_count";
    const QByteArray infinite = "memorykv_http_request_duration_seconds_bucket{le=\"+Inf\"}";
    double last = 0;
    bool grows = true;
    bool agrees = true;
    while (running > 0) {
        const QList<QByteArray> lines = linesOf(metrics);
        const auto find = [&](const QByteArray &series) {
            const auto line = std::find_if(lines.cbegin(), lines.cend(), [&](const auto &text) {
                return text.startsWith(series + ' ');
            });
            return line == lines.cend() ? -1 : line->sliced(series.size() + 1).toDouble();
        };
        const double now = find(count);
        grows = grows && now >= last;
        agrees = agrees && find(infinite) == now;
        last = now;
    }
    for (std::thread &thread : threads)
        thread.join();

    QVERIFY(grows);
    QVERIFY(agrees);
    QCOMPARE(valueOf(metrics, count), double(kWorkers * kRounds));
    QCOMPARE(valueOf(metrics, "memorykv_operations_total{op=\"get\",result=\"ok\"}"),
             double(kWorkers * kRounds));
}

void TestMetrics::promtoolHasNothingToSay()
{
    const QString promtool = QStandardPaths::findExecutable(QStringLiteral("promtool"));
    if (promtool.isEmpty())
        QSKIP("promtool is not installed (Debian package prometheus)");
    Metrics metrics(testLabels());
    metrics.addWorker().requests.record(kGet, kKeyRoute, 200, 0.001);
    addServerMetrics(metrics);

    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(promtool, {QStringLiteral("check"), QStringLiteral("metrics")});
    process.write(metrics.render());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), QByteArray());
    QCOMPARE(process.exitCode(), 0);
}

void TestMetrics::documentationNamesEveryFamily()
{
    QFile file(QStringLiteral(MEMORYKV_METRICS_DOC));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    Metrics metrics(testLabels());
    metrics.addWorker().requests.record(kGet, kKeyRoute, 200, 0.001);
    addServerMetrics(metrics);

    for (const QByteArray &line : linesOf(metrics)) {
        if (!line.startsWith("# TYPE "))
            continue;
        const QList<QByteArray> words = line.split(' ');
        const QByteArray row = "| `" + words.at(2) + "` | " + words.at(3) + " |";
        QVERIFY2(text.contains(row), row.constData());
    }
}

void TestMetrics::recordingOneRequest()
{
    Metrics metrics(testLabels());
    WorkerMetrics &worker = metrics.addWorker();
    double seconds = 0.00002;
    QBENCHMARK
    {
        worker.requests.record(kGet, kKeyRoute, 200, seconds);
        worker.operations.record(OperationKind::Get, OperationResult::Ok);
        seconds = seconds < 0.002 ? seconds + 0.000003 : 0.00002;
    }
}

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
