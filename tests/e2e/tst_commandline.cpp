// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// Flags and environment variables, and what the program says about wrong ones.
class TestCommandLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void helpNamesEveryFlag();
    void versionIsOneLine();
    void wrongFlagExitsWithTwo_data();
    void wrongFlagExitsWithTwo();
    void wrongVariableExitsWithTwo();
    void portFromTheEnvironment_data();
    void portFromTheEnvironment();
    void flagGoesBeforeVariable();
    void variableOfAFlag();
    void valueAfterAnEqualsSign();
    void metricsPortOfItsOwn();
    void metricsPortFromTheEnvironment();
    void connectionsOverTheLimitGet503();
    void writesOverTheMemoryLimitGet507();
};

void TestCommandLine::helpNamesEveryFlag()
{
    ServerProcess server({u"--help"_s});
    QCOMPARE(server.run().value_or(-1), 0);
    QCOMPARE(server.standardError(), ""_ba);
    const QByteArray help = server.standardOutput();
    for (const char *flag :
         {"--address",     "--port",        "--metrics-port",    "--threads",
          "--max-value",   "--max-memory",  "--max-connections", "--history",
          "--feed-buffer", "--heartbeat",   "--cors-origin",     "--log-level",
          "--log-format",  "--token-file",  "--tls-cert",        "--tls-key",
          "--host",        "--origin",      "--insecure",        "--max-per-address",
          "--max-rate",    "--max-buffers", "--new-token",       "--help",
          "--version"})
        QVERIFY2(help.contains(flag), flag);
    QVERIFY(help.contains("MEMORYKV_") && help.contains("PORT"));
    const QByteArrayList lines = help.split('\n');
    for (const QByteArray &line : lines)
        QVERIFY2(line.size() <= 80, line.constData());
}

void TestCommandLine::versionIsOneLine()
{
    ServerProcess server({u"--version"_s});
    QCOMPARE(server.run().value_or(-1), 0);
    QCOMPARE(server.standardError(), ""_ba);
    QCOMPARE(server.standardOutput().count('\n'), 1);
    QVERIFY2(server.standardOutput().contains(MEMORYKV_VERSION),
             server.standardOutput().constData());
}

void TestCommandLine::wrongFlagExitsWithTwo_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("named"); // what was wrong
    QTest::addColumn<QByteArray>("hint");  // what would be right
    QTest::newRow("mistyped") << QStringList{u"--prot"_s, u"80"_s} << "--prot"_ba
                              << "--port"_ba;
    QTest::newRow("mistyped with =") << QStringList{u"--tread=2"_s} << "--tread"_ba
                                     << "--threads"_ba;
    QTest::newRow("unlike any") << QStringList{u"--frobnicate"_s} << "--frobnicate"_ba
                                << "--help"_ba;
    QTest::newRow("no flag at all") << QStringList{u"serve"_s} << "serve"_ba
                                    << ""_ba;
    QTest::newRow("no value") << QStringList{u"--port"_s} << "--port"_ba
                              << ""_ba;
    const auto wrong = [](const char *flag, const char *value, const char *hint) {
        QTest::addRow("%s %s", flag, value)
            << QStringList{QLatin1StringView(flag), QLatin1StringView(value)} << QByteArray(flag)
            << QByteArray(hint);
    };
    wrong("--port", "http", "65535");
    wrong("--port", "65536", "65535");
    wrong("--port", "-1", "65535");
    wrong("--port", "", "");
    wrong("--metrics-port", "x", "65535");
    wrong("--address", "somewhere", "");
    wrong("--threads", "0", "1");
    wrong("--threads", "many", "");
    wrong("--threads", "2.5", "");
    wrong("--max-value", "0", "");
    wrong("--max-value", "5XB", "MiB");
    wrong("--max-value", "-5", "");
    wrong("--max-memory", "lots", "");
    wrong("--max-connections", "0", "1");
    wrong("--history", "big", "");
    wrong("--feed-buffer", "1B1", "");
    wrong("--heartbeat", "0", "1");
    wrong("--heartbeat", "soon", "");
    wrong("--log-level", "loud", "debug, info, warning");
    wrong("--log-format", "xml", "json");
    wrong("--cors-origin", "not an origin", "");
    wrong("--cors-origin", "http://a.example/path", "");
}

void TestCommandLine::wrongFlagExitsWithTwo()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, named);
    QFETCH(QByteArray, hint);
    ServerProcess server(arguments);
    QCOMPARE(server.run().value_or(-1), 2);
    QCOMPARE(server.standardOutput(), ""_ba);
    const QByteArray told = server.standardError();
    QVERIFY2(told.contains(named) && told.contains(hint), told.constData());
    QVERIFY2(told.count('\n') <= 3, told.constData());
}

void TestCommandLine::wrongVariableExitsWithTwo()
{
    ServerProcess port({}, {{u"PORT"_s, u"many"_s}});
    QCOMPARE(port.run().value_or(-1), 2);
    QVERIFY2(port.standardError().contains("PORT"), port.standardError().constData());
    ServerProcess threads({}, {{u"MEMORYKV_THREADS"_s, u"-3"_s}});
    QCOMPARE(threads.run().value_or(-1), 2);
    QVERIFY2(threads.standardError().contains("MEMORYKV_THREADS"),
             threads.standardError().constData());
}

void TestCommandLine::portFromTheEnvironment_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("PORT") << u"PORT"_s;
    QTest::newRow("MEMORYKV_PORT") << u"MEMORYKV_PORT"_s;
}

void TestCommandLine::portFromTheEnvironment()
{
    QFETCH(QString, name);
    const quint16 port = freePort();
    ServerProcess server({}, {{name, QString::number(port)}});
    QVERIFY2(server.start(), server.standardError().constData());
    QCOMPARE(server.port(), port);
    QCOMPARE(HttpClient(port).get("/ping").body, "pong"_ba);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestCommandLine::flagGoesBeforeVariable()
{
    const quint16 port = freePort();
    ServerProcess server({u"--port"_s, QString::number(port)},
                         {{u"PORT"_s, u"1"_s}, {u"MEMORYKV_PORT"_s, u"2"_s}});
    QVERIFY2(server.start(), server.standardError().constData());
    QCOMPARE(server.port(), port);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestCommandLine::variableOfAFlag()
{
    ServerProcess server({}, {{u"MEMORYKV_MAX_VALUE"_s, u"1KiB"_s}});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    QCOMPARE(client.put("/k", QByteArray(1024, 'x')).status, 201);
    QCOMPARE(client.put("/k", QByteArray(1025, 'x')).status, 413);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestCommandLine::valueAfterAnEqualsSign()
{
    ServerProcess server({u"--port=0"_s, u"--max-value=10"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    QCOMPARE(HttpClient(server.port()).put("/k", "12345678901").status, 413);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestCommandLine::metricsPortOfItsOwn()
{
    const quint16 port = freePort();
    ServerProcess server({u"--metrics-port"_s, QString::number(port)});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    HttpClient metrics(port);
    QCOMPARE(client.put("/k", "v").status, 201);
    const HttpResponse response = metrics.get("/metrics");
    QCOMPARE(response.status, 200);
    QVERIFY(response.body.contains("\nmemorykv_keys 1\n"));
    QCOMPARE(metrics.head("/metrics").status, 200);
    // Each port serves its own and nothing else.
    QCOMPARE(client.get("/metrics").status, 404);
    QCOMPARE(metrics.get("/k").status, 404);
    QVERIFY(metrics.put("/k", "w").status >= 400);
    QVERIFY(metrics.get("/keys").status >= 400);
    QCOMPARE(client.get("/k").body, "v"_ba);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestCommandLine::metricsPortFromTheEnvironment()
{
    const quint16 port = freePort();
    ServerProcess server({}, {{u"METRICS_PORT"_s, QString::number(port)}});
    QVERIFY2(server.start(), server.standardError().constData());
    QCOMPARE(HttpClient(port).get("/metrics").status, 200);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestCommandLine::connectionsOverTheLimitGet503()
{
    ServerProcess server({u"--max-connections"_s, u"5"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        clients.back()->send(requestBytes("GET", "/ping"));
        QCOMPARE(clients.back()->readResponse().body, "pong"_ba);
    }
    RawClient refused(server.port());
    refused.send(requestBytes("GET", "/ping"));
    const HttpResponse response = refused.readResponse();
    QCOMPARE(problemFault(response, 503), ""_ba);
    QVERIFY(response.header("retry-after").toInt() > 0);
    QCOMPARE(refused.readUntilClosed(), ""_ba);
    QVERIFY(refused.closed());
    for (const auto &client : clients) {
        client->send(requestBytes("GET", "/ping"));
        QCOMPARE(client->readResponse().body, "pong"_ba);
    }
    clients.pop_back();
    // Once, as each attempt is a connection of its own.
    QVERIFY(QTest::qWaitFor([&] { return HttpClient(server.port()).get("/ping").status == 200; },
                            30'000));
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestCommandLine::writesOverTheMemoryLimitGet507()
{
    ServerProcess server({u"--max-memory"_s, u"4MiB"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    const QByteArray value(100'000, 'x');
    HttpResponse response;
    int stored = 0;
    for (; stored < 100; ++stored) {
        response = client.put("/k" + QByteArray::number(stored), value);
        if (response.status != 201)
            break;
    }
    QVERIFY2(stored > 20 && stored < 42, QByteArray::number(stored).constData());
    QCOMPARE(problemFault(response, 507, "--max-memory"), ""_ba);
    QVERIFY(client.get("/k0").body == value);
    QCOMPARE(client.get("/keys?count=true").json()["count"_L1].toInt(), stored);
    const HttpResponse batch = client.batch(R"({"operations":[{"op":"put","key":"a","value":"1"},
        {"op":"put","key":"b","value":")" + value
                                            + R"("}]})");
    QCOMPARE(problemFault(batch, 507), ""_ba);
    QCOMPARE(client.get("/a").status, 404);
    QCOMPARE(client.del("/k0").status, 200);
    QCOMPARE(client.put("/again", value).status, 201);
    QCOMPARE(server.stopFault(), ""_ba);
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
