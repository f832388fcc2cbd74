// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/exportjob.h"
#include "monitor/client/importjob.h"

#include "shared/eventjson.h"
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace memorykv;
using namespace memorykv::test;

namespace {

constexpr int kWaitMs = 30'000;

constexpr int kKeys = 2'500; // more than a page

QByteArray valueOf(int number)
{
    return number % 3 == 0 ? QByteArray("\0\xff", 2) + QByteArray::number(number)
                           : "text \"" + QByteArray::number(number) + "\"\n";
}

QByteArray keyOf(int number)
{
    return "e/" + QByteArray::number(number);
}

} // namespace

/// Exports and imports, with the real server.
class TestTransfer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ServerProcess>();
        QVERIFY2(m_server->start(), m_server->standardError().constData());
        m_http = std::make_unique<HttpClient>(m_server->port());
        m_endpoint.address = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_server->port()));
        m_folder = std::make_unique<QTemporaryDir>();
        m_fileName = m_folder->filePath(QStringLiteral("export"));
    }
    void cleanup()
    {
        m_http.reset();
        QCOMPARE(m_server->stopFault(), QByteArray());
        m_server.reset();
    }

    void exportedKeysImportToTheSame()
    {
        fill();
        exportKeys("e/", ExportFormat::Ndjson);
        QCOMPARE(lines().size(), kKeys);
        QCOMPARE(m_http->del("/keys").status, 200);

        ImportReport report = import({.dryRun = true});
        QCOMPARE(report.created, quint64{kKeys});
        QCOMPARE(m_http->get("/keys").body, "[]");
        report = import({.dryRun = false});
        QCOMPARE(report.created, quint64{kKeys});
        QCOMPARE(report.invalid, 0U);
        QVERIFY2(report.error.isEmpty(), qPrintable(report.error));
        for (int number = 0; number < kKeys; ++number)
            QCOMPARE(m_http->get('/' + keyOf(number)).body, valueOf(number));

        report = import({.dryRun = false, .onlyMissing = false});
        QCOMPARE(report.unchanged, quint64{kKeys});
    }

    void csvHasALineForEachKey()
    {
        fill();
        exportKeys("e/", ExportFormat::Csv);
        QFile file(m_fileName);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.startsWith("key,value,value_base64,revision,type,ttl\r\n"));
        QCOMPARE(text.count("\r\n"), kKeys + 1);
        QVERIFY(text.contains("e/1,\"text \"\"1\"\"\n\",,"));
    }

    void cancelledExportLeavesWhatWasThere()
    {
        fill();
        QFile file(m_fileName);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("before");
        file.close();
        ExportJob job(KeysExport{.endpoint = m_endpoint, .prefix = "e/", .fileName = m_fileName});
        QSignalSpy finished(&job, &ExportJob::finished);
        job.start();
        job.cancel();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWaitMs);
        QVERIFY(finished.first().at(1).toBool());
        QCOMPARE(lines(), QByteArrayList({"before"}));
    }

    void failedExportSaysWhy_data()
    {
        QTest::addColumn<QString>("fileName");
        QTest::addColumn<bool>("serverIsThere");
        QTest::newRow("no such folder") << QStringLiteral("/no/such/folder/x") << true;
        QTest::newRow("no server") << QString() << false;
    }
    void failedExportSaysWhy()
    {
        QFETCH(QString, fileName);
        QFETCH(bool, serverIsThere);
        KeysExport what{.endpoint = m_endpoint,
                        .fileName = fileName.isEmpty() ? m_fileName : fileName};
        if (!serverIsThere)
            what.endpoint.address.setPort(freePort());
        ExportJob job(what);
        QSignalSpy finished(&job, &ExportJob::finished);
        job.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWaitMs);
        QVERIFY(!finished.first().at(1).toBool());
        QVERIFY(!finished.first().at(2).toString().isEmpty());
        QVERIFY(!QFile::exists(m_fileName));
    }

    void exportedEventsAreReadAgain()
    {
        int next = 0;
        const EventSource source = [next]() mutable -> std::optional<ExportedEvent> {
            if (next == 10'000)
                return std::nullopt;
            ++next;
            return ExportedEvent{.event = {.op = Op::Insert,
                                           .epoch = 7,
                                           .seq = static_cast<quint64>(next),
                                           .timeMs = 1'700'000'000'000,
                                           .key = "k",
                                           .value = valueOf(next)},
                                 .cutFrom = next == 5 ? 100'000 : 0};
        };
        ExportJob job(WalExport{.source = source, .total = 10'000, .fileName = m_fileName});
        QSignalSpy finished(&job, &ExportJob::finished);
        job.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWaitMs);
        QCOMPARE(finished.first().first().toULongLong(), 10'000U);
        const QByteArrayList all = lines();
        QCOMPARE(all.size(), 10'000);
        for (int number = 1; number <= 10'000; ++number) {
            const auto event = eventFromJson(all.at(number - 1));
            QVERIFY(event);
            QCOMPARE(event->value, valueOf(number));
        }
        QVERIFY(all.at(4).endsWith(",\"cut_from\":100000}"));
    }

    void dryRunTellsWhatWouldHappen()
    {
        m_http->put("/same", "1", {{"Content-Type", "t"}});
        m_http->put("/other", "1", {{"Content-Type", "t"}});
        write("{\"key\":\"new\",\"value\":\"1\",\"type\":\"t\"}\n"
              "{\"key\":\"same\",\"value\":\"1\",\"type\":\"t\"}\n"
              "\n"
              "{\"key\":\"other\",\"value\":\"2\",\"type\":\"t\"}\r\n"
              "no json\n"
              "{\"key\":\"\",\"value\":\"2\"}\n"
              "{\"key\":\"x\"}\n"
              "{\"key\":\"x\",\"value_base64\":\"?\"}\n"
              "{\"key\":\"x\",\"value\":\"1\",\"ttl\":99999999999}");
        ImportReport report = import({.dryRun = true, .onlyMissing = true});
        QCOMPARE(report.created, 1U);
        QCOMPARE(report.unchanged, 1U);
        QCOMPARE(report.kept, 1U);
        QCOMPARE(report.replaced, 0U);
        QCOMPARE(report.invalid, 5U);
        QCOMPARE(report.faults.size(), 5);
        for (qsizetype fault = 0; fault < 5; ++fault)
            QCOMPARE(report.faults.at(fault).line, fault + 5);
        report = import({.dryRun = true, .onlyMissing = false});
        QCOMPARE(report.replaced, 1U);
        QCOMPARE(report.kept, 0U);
        QCOMPARE(m_http->get("/new").status, 404);
        QCOMPARE(m_http->get("/other").body, "1");

        report = import({.dryRun = false, .onlyMissing = true});
        QCOMPARE(report.created, 1U);
        QCOMPARE(m_http->get("/other").body, "1");
        report = import({.dryRun = false, .onlyMissing = false});
        QCOMPARE(report.replaced, 1U);
        QCOMPARE(m_http->get("/other").body, "2");
    }

    void lineTheServerRefusesIsAFault()
    {
        write("{\"key\":\"ping\",\"value\":\"1\"}\n"
              "{\"key\":\"good\",\"value\":\"1\"}\n");
        const ImportReport report = import({.dryRun = false, .onlyMissing = false});
        QCOMPARE(report.invalid, 1U);
        QCOMPARE(report.created, 1U);
        QCOMPARE(report.faults.first().line, 1);
    }

    void lineOfAnyLengthIsRead()
    {
        const QByteArray large(1 << 20, 'v');
        const QByteArray tooLarge((64 << 20) + 1, ' ');
        write("{\"key\":\"a\",\"value\":\"" + large + "\"}\n" + tooLarge
              + "\n{\"key\":\"b\",\"value\":\"2\"}");
        const ImportReport report = import({.dryRun = false, .onlyMissing = false});
        QVERIFY2(report.error.isEmpty(), qPrintable(report.error));
        QCOMPARE(report.created, 2U);
        QCOMPARE(report.invalid, 1U);
        QCOMPARE(report.faults.first().line, 2);
        QCOMPARE(m_http->get("/a").body, large);
    }

    void linesForOneKeyKeepTheirOrder()
    {
        QByteArray text;
        for (int number = 0; number < 100; ++number)
            text += "{\"key\":\"k\",\"value\":\"" + QByteArray::number(number) + "\"}\n";
        write(text);
        const ImportReport report = import({.dryRun = false, .onlyMissing = false});
        QCOMPARE(report.created, 1U);
        QCOMPARE(report.replaced, 99U);
        QCOMPARE(m_http->get("/k").body, "99");
    }

    void expiryIsImported()
    {
        write("{\"key\":\"k\",\"value\":\"1\",\"ttl\":60}\n");
        QCOMPARE(import({.dryRun = false}).created, 1U);
        QVERIFY(m_http->get("/keys/k?values=true").body.contains("\"ttl\":60"));
    }

    void cancelledImportSaysSo()
    {
        QByteArray text;
        for (int number = 0; number < 20'000; ++number)
            text += "{\"key\":\"k" + QByteArray::number(number) + "\",\"value\":\"\"}\n";
        write(text);
        ImportJob job({.endpoint = m_endpoint, .fileName = m_fileName, .dryRun = false});
        QSignalSpy finished(&job, &ImportJob::finished);
        QSignalSpy progress(&job, &ImportJob::progress);
        job.start();
        QTRY_VERIFY_WITH_TIMEOUT(!progress.isEmpty(), kWaitMs);
        job.cancel();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWaitMs);
        const auto report = finished.first().first().value<ImportReport>();
        QVERIFY(report.cancelled);
        QVERIFY(report.created < 20'000);
    }

    void importWithoutAServerStops()
    {
        write("{\"key\":\"k\",\"value\":\"1\"}\n{\"key\":\"l\",\"value\":\"1\"}\n");
        m_endpoint.address.setPort(freePort());
        const ImportReport report = import({.dryRun = true});
        QVERIFY2(report.error.startsWith(QStringLiteral("line ")), qPrintable(report.error));
        QCOMPARE(report.created, 0U);
    }

    void importOfNoFileSaysWhy()
    {
        const ImportReport report = import({.dryRun = true});
        QVERIFY(!report.error.isEmpty());
    }

private:
    void fill()
    {
        QByteArray operations;
        for (int number = 0; number < kKeys; ++number)
            operations += (number == 0 ? "" : ",") + QByteArray(R"({"op":"put","key":")")
                          + keyOf(number) + R"(","type":"t","value_base64":")"
                          + valueOf(number).toBase64() + "\"}";
        QCOMPARE(m_http->batch("{\"operations\":[" + operations + "]}").status, 200);
        QCOMPARE(m_http->put("/another", "v").status, 201);
    }

    void exportKeys(const QByteArray &prefix, ExportFormat format)
    {
        ExportJob job(KeysExport{
            .endpoint = m_endpoint, .prefix = prefix, .fileName = m_fileName, .format = format});
        QSignalSpy finished(&job, &ExportJob::finished);
        QSignalSpy progress(&job, &ExportJob::progress);
        job.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 30'000);
        QCOMPARE(finished.first().at(2).toString(), QString());
        QCOMPARE(finished.first().first().toInt(), kKeys);
        QCOMPARE(progress.last().first().toInt(), kKeys);
    }

    ImportReport import(ImportRequest request)
    {
        request.endpoint = m_endpoint;
        request.fileName = m_fileName;
        ImportJob job(request);
        QSignalSpy finished(&job, &ImportJob::finished);
        job.start();
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, 60'000))
            return {.error = QStringLiteral("it does not end")};
        return finished.first().first().value<ImportReport>();
    }

    void write(const QByteArray &text)
    {
        QFile file(m_fileName);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

    QByteArrayList lines()
    {
        QFile file(m_fileName);
        if (!file.open(QIODevice::ReadOnly))
            return {};
        QByteArrayList all = file.readAll().split('\n');
        if (all.last().isEmpty())
            all.removeLast();
        return all;
    }

    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<HttpClient> m_http;
    std::unique_ptr<QTemporaryDir> m_folder;
    Endpoint m_endpoint;
    QString m_fileName;
};

QTEST_GUILESS_MAIN(TestTransfer)
#include "tst_transfer.moc"
