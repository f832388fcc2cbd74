// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/processcollector.h"

#include <QDateTime>
#include <QFile>
#include <QTest>

using namespace memorykv;

namespace {

// The value of the only series of the family \a name, or -1 when it is not there.
double valueOf(std::string_view name)
{
    for (const prometheus::MetricFamily &family : collectProcess()) {
        if (family.name != name)
            continue;
        const prometheus::ClientMetric &metric = family.metric.front();
        return family.type == prometheus::MetricType::Counter ? metric.counter.value
                                                              : metric.gauge.value;
    }
    return -1;
}

} // namespace

class TestProcessCollector : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void familiesDescribeThisProcess();
    void processStatIsParsed_data();
    void processStatIsParsed();
    void bootTimeIsParsed_data();
    void bootTimeIsParsed();
};

void TestProcessCollector::familiesDescribeThisProcess()
{
    const auto now = static_cast<double>(QDateTime::currentSecsSinceEpoch());
    const double resident = valueOf("process_resident_memory_bytes");
    const double start = valueOf("process_start_time_seconds");
    const double open = valueOf("process_open_fds");

    QVERIFY(valueOf("process_cpu_seconds_total") >= 0);
    QVERIFY2(resident > 1e6 && resident < 1e11, QByteArray::number(resident).constData());
    QVERIFY(valueOf("process_virtual_memory_bytes") >= resident);
    QVERIFY2(start > 1e9 && start <= now + 2, QByteArray::number(start, 'f').constData());
    QVERIFY(open >= 3);
    QVERIFY(valueOf("process_max_fds") >= open);

    QFile held(QStringLiteral("/proc/self/stat"));
    QVERIFY(held.open(QIODevice::ReadOnly));
    QCOMPARE(valueOf("process_open_fds"), open + 1);
}

void TestProcessCollector::processStatIsParsed_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("valid");
    const QByteArray fields
        = " S 1 7 7 0 -1 4194560 12 0 0 0 250 50 0 0 20 0 3 0 9000 1048576 42 18446744073709551615";

    QTest::newRow("plain") << "7 (server)" + fields + '\n' << true;
    QTest::newRow("name with parentheses") << "7 (a) S 1 (b) c)" + fields + '\n' << true;
    QTest::newRow("cut short") << "7 (server)" + fields.first(60) << false;
    QTest::newRow("not numbers") << "7 (server)" + QByteArray(" x").repeated(30) << false;
    QTest::newRow("no name") << fields << false;
    QTest::newRow("empty") << QByteArray() << false;
}

void TestProcessCollector::processStatIsParsed()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, valid);

    const std::optional<ProcessStat> stat = parseProcessStat(text);
    QCOMPARE(stat.has_value(), valid);
    if (!valid)
        return;
    QCOMPARE(stat->cpuTicks, 300u);
    QCOMPARE(stat->startTicks, 9000u);
    QCOMPARE(stat->virtualBytes, 1048576u);
    QCOMPARE(stat->residentPages, 42u);
}

void TestProcessCollector::bootTimeIsParsed_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<quint64>("seconds");

    QTest::newRow("within other lines")
        << QByteArray("cpu 1 2\nctxt 9\nbtime 1700000000\nprocesses 4\n") << quint64(1700000000);
    QTest::newRow("none") << QByteArray("cpu 1 2\nctxt 9\n") << quint64(0);
    QTest::newRow("not a number") << QByteArray("btime soon\n") << quint64(0);
}

void TestProcessCollector::bootTimeIsParsed()
{
    QFETCH(QByteArray, text);
    QFETCH(quint64, seconds);

    QCOMPARE(parseBootTime(text).value_or(0), seconds);
}

QTEST_GUILESS_MAIN(TestProcessCollector)
#include "tst_processcollector.moc"
