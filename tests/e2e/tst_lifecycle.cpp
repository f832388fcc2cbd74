// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketfeed.h"
#include "tests/support/websocketframes.h"

#include <QTcpServer>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

// Waits until the server takes no more connections, as it does first when it is told to stop.
bool waitUntilRefused(quint16 port)
{
    return QTest::qWaitFor([port] { return !RawClient(port).isConnected(); }, 30'000);
}

QByteArray logLinesWith(const ServerProcess &server, const QByteArray &text)
{
    QByteArray matching;
    const QByteArrayList lines = server.standardError().split('\n');
    for (const QByteArray &line : lines) {
        if (line.contains(text))
            matching += line + '\n';
    }
    return matching;
}

} // namespace

/// Start and stop, and what is written on standard error.
class TestLifecycle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signalEndsWithExitCodeZero_data();
    void signalEndsWithExitCodeZero();
    void stopWithClientsLeavesNoComplaints();
    void answerBegunIsFinished();
    void requestBegunIsAnswered();
    void pipelineIsAnsweredInOrderUpToTheEnd();
    void answersOnTheirWayAreNotCutOff();
    void idleConnectionsAreClosed();
    void webSocketsAreClosedWith1001();
    void eventStreamsAreEnded();
    void consumerThatDoesNotReadHoldsNothingUp();
    void clientThatNeverFinishesHoldsNothingUp();
    void startsAgainOnTheSamePortAtOnce();
    void listeningLineIsPrintedOnce();
    void listensOnIpv6();
    void portInUseIsTold();
    void otherAddressIsTold();
    void logsAreLinesOfJson();
    void oneLineAConnectionAtDebug();
    void noValueIsEverLogged_data();
    void noValueIsEverLogged();
};

void TestLifecycle::signalEndsWithExitCodeZero_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestLifecycle::signalEndsWithExitCodeZero()
{
    QFETCH(int, signal);
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    QCOMPARE(HttpClient(server.port()).put("/k", "v").status, 201);
    QCOMPARE(server.stopFault(signal), ""_ba);
    QCOMPARE(server.standardOutput(), ""_ba);
}

void TestLifecycle::stopWithClientsLeavesNoComplaints()
{
    ServerProcess server({u"--log-level"_s, u"warning"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    QCOMPARE(client.put("/k?ttl=1000", "v").status, 201);
    WebSocketFeed webSocket(server.port());
    SseFeed stream(server.port());
    QVERIFY(webSocket.open());
    QVERIFY(stream.open());
    QCOMPARE(client.put("/k", "w").status, 200);
    QVERIFY(webSocket.waitForText("Insert { key: k, value: w }"));
    server.sendSignal(SIGTERM);
    QVERIFY(webSocket.waitForClosed());
    QVERIFY(stream.waitForClosed());
    QCOMPARE(server.endFault(), ""_ba);
    // Nothing but the line that says where it listened: no warning, and none of Qt's.
    QCOMPARE(server.standardError().count('\n'), 1);
    QVERIFY2(server.standardError().startsWith("listening on "),
             server.standardError().constData());
}

void TestLifecycle::answerBegunIsFinished()
{
    ServerProcess server({u"--max-value"_s, u"64MiB"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    const QByteArray value(40 << 20, 'x');
    QCOMPARE(HttpClient(server.port()).put("/k", value).status, 201);
    RawClient client(server.port());
    client.send("GET /k HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QCOMPARE(client.readHead().status, 200); // the answer has begun; the kernel does not hold all
    server.sendSignal(SIGTERM);
    QVERIFY(waitUntilRefused(server.port()));
    QVERIFY(client.readUntilClosed() == value);
    QCOMPARE(server.endFault(), ""_ba);
}

void TestLifecycle::requestBegunIsAnswered()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    RawClient client(server.port());
    client.send(
        "PUT /k HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
    QCOMPARE(client.readResponse().status, 100); // the request is on its way
    client.send("12345");
    server.sendSignal(SIGTERM);
    QVERIFY(waitUntilRefused(server.port()));
    client.send("67890");
    const HttpResponse response = client.readResponse();
    QVERIFY2(response.status == 201, (response.fault + response.body).constData());
    // Whether the answer says so depends on whether the worker had heard of the stop before the
    // rest of the request: the listening socket, on another thread, closes first.
    QCOMPARE(client.readUntilClosed(), ""_ba);
    QCOMPARE(server.endFault(), ""_ba);
}

void TestLifecycle::pipelineIsAnsweredInOrderUpToTheEnd()
{
    // Where the stop falls in a pipeline is open, but every answer given is whole and in order.
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    RawClient client(server.port());
    QByteArray requests;
    for (int i = 0; i < 2000; ++i)
        requests += requestBytes("PUT", "/k" + QByteArray::number(i), {}, "v");
    client.send(requests);
    QCOMPARE(client.readResponse().status, 201);
    server.sendSignal(SIGTERM);
    const QList<HttpResponse> responses = client.readResponsesUntilClosed();
    QVERIFY(client.closed());
    quint64 revision = 1;
    for (const HttpResponse &response : responses) {
        QVERIFY2(response.status == 201, response.fault.constData());
        QCOMPARE(response.revision(), ++revision);
    }
    QCOMPARE(server.endFault(), ""_ba);
}

void TestLifecycle::answersOnTheirWayAreNotCutOff()
{
    // More requests than the server reads at a time, and more answers than the client and all
    // buffers on the way take: what it has not read when it closes must not make the kernel drop
    // what it has written.
    static constexpr qsizetype kValueSize = 100'000;
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    QCOMPARE(HttpClient(server.port()).put("/k", QByteArray(kValueSize, 'x')).status, 201);
    RawClient client(server.port());
    client.limitReadBuffer(4000);
    client.send(requestBytes("GET", "/k").repeated(5000));
    QCOMPARE(client.readResponse().status, 200);
    server.sendSignal(SIGTERM);
    QVERIFY(waitUntilRefused(server.port()));
    client.limitReadBuffer(0);
    const QList<HttpResponse> responses = client.readResponsesUntilClosed();
    QVERIFY(client.closed());
    for (const HttpResponse &response : responses)
        QVERIFY2(response.status == 200 && response.body.size() == kValueSize,
                 response.fault.constData());
    QCOMPARE(responses.constLast().header("connection"), "close"_ba);
    QCOMPARE(server.endFault(), ""_ba);
}

void TestLifecycle::idleConnectionsAreClosed()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    RawClient fresh(server.port());
    RawClient used(server.port());
    used.send("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QCOMPARE(used.readResponse().body, "pong"_ba);
    server.sendSignal(SIGTERM);
    QCOMPARE(fresh.readUntilClosed(), ""_ba);
    QCOMPARE(used.readUntilClosed(), ""_ba);
    QVERIFY(fresh.closed() && used.closed());
    QCOMPARE(server.endFault(), ""_ba);
}

void TestLifecycle::webSocketsAreClosedWith1001()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    std::vector<std::unique_ptr<RawClient>> consumers;
    for (int i = 0; i < 8; ++i) {
        consumers.push_back(std::make_unique<RawClient>(server.port()));
        consumers.back()->send(webSocketHandshake("/wal"));
        QCOMPARE(consumers.back()->readHead().status, 101);
    }
    QCOMPARE(HttpClient(server.port()).put("/last", "v").status, 201);
    server.sendSignal(SIGTERM);
    for (const auto &consumer : consumers) {
        const QList<WebSocketFrame> frames = webSocketFrames(consumer->readUntilClosed());
        QVERIFY(consumer->closed());
        QVERIFY(!frames.isEmpty());
        QCOMPARE(frames.constLast().closeCode(), 1001);
        // What was acknowledged is on the feed before its end.
        const bool sawLast = std::any_of(frames.cbegin(), frames.cend(), [](const auto &frame) {
            return frame.payload == "Insert { key: last, value: v }";
        });
        QVERIFY(sawLast);
    }
    QCOMPARE(server.endFault(), ""_ba);
}

void TestLifecycle::eventStreamsAreEnded()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    SseFeed stream(server.port());
    QVERIFY(stream.open());
    QCOMPARE(HttpClient(server.port()).put("/last", "v").status, 201);
    server.sendSignal(SIGTERM);
    QVERIFY(stream.waitForClosed());
    QCOMPARE(stream.texts(), QByteArrayList{"Insert { key: last, value: v }"_ba});
    QCOMPARE(server.endFault(), ""_ba);
}

void TestLifecycle::consumerThatDoesNotReadHoldsNothingUp()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    RawClient webSocket(server.port());
    webSocket.send(webSocketHandshake("/wal"));
    QCOMPARE(webSocket.readHead().status, 101);
    RawClient stream(server.port());
    stream.send("GET /wal HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
    QCOMPARE(stream.readHead().status, 200);
    HttpClient client(server.port());
    const QByteArray value(1 << 20, 'x');
    for (int i = 0; i < 40; ++i)
        client.put("/k", value, {{"Prefer", "return=minimal"}});
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestLifecycle::clientThatNeverFinishesHoldsNothingUp()
{
    ServerProcess server({u"--max-value"_s, u"64MiB"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    RawClient sender(server.port());
    sender.send("PUT /k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345");
    RawClient head(server.port());
    head.send("GET /k HTTP/1.1\r\nHo");
    QCOMPARE(HttpClient(server.port()).put("/large", QByteArray(40 << 20, 'x')).status, 201);
    RawClient reader(server.port());
    reader.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QCOMPARE(reader.readHead().status, 200);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestLifecycle::startsAgainOnTheSamePortAtOnce()
{
    ServerProcess first;
    QVERIFY2(first.start(), first.standardError().constData());
    const QString port = QString::number(first.port());
    RawClient client(first.port()); // leaves a connection in TIME_WAIT
    client.send("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QCOMPARE(client.readResponse().body, "pong"_ba);
    QCOMPARE(first.stopFault(), ""_ba);
    ServerProcess second({u"--port"_s, port});
    QVERIFY2(second.start(), second.standardError().constData());
    QCOMPARE(HttpClient(second.port()).get("/ping").body, "pong"_ba);
    QCOMPARE(second.stopFault(), ""_ba);
}

void TestLifecycle::listeningLineIsPrintedOnce()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    const QByteArray line
        = "listening on http://127.0.0.1:" + QByteArray::number(server.port()) + '\n';
    QCOMPARE(server.standardError().count("listening on"), 1);
    QVERIFY2(('\n' + server.standardError()).contains('\n' + line),
             server.standardError().constData());
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestLifecycle::listensOnIpv6()
{
    QTcpServer probe;
    if (!probe.listen(QHostAddress(QHostAddress::LocalHostIPv6), 0))
        QSKIP("this machine has no IPv6");
    probe.close();
    ServerProcess server({u"--address"_s, u"::1"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    QVERIFY2(server.standardError().contains("listening on http://[::1]:"),
             server.standardError().constData());
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestLifecycle::portInUseIsTold()
{
    ServerProcess first;
    QVERIFY2(first.start(), first.standardError().constData());
    const QString port = QString::number(first.port());
    ServerProcess second({u"--port"_s, port});
    const std::optional<int> code = second.run();
    QVERIFY(code && *code != 0 && *code != 2);
    const QByteArray told = second.standardError();
    QVERIFY2(told.contains(port.toLatin1()) && told.contains("in use"), told.constData());
    QVERIFY(!told.contains("listening"));
    QCOMPARE(HttpClient(first.port()).get("/ping").body, "pong"_ba);
    QCOMPARE(first.stopFault(), ""_ba);
}

void TestLifecycle::otherAddressIsTold()
{
    ServerProcess server({u"--address"_s, u"192.0.2.1"_s}); // reserved for documentation, RFC 5737
    const std::optional<int> code = server.run();
    QVERIFY(code && *code != 0 && *code != 2);
    QVERIFY2(server.standardError().contains("192.0.2.1"), server.standardError().constData());
}

void TestLifecycle::logsAreLinesOfJson()
{
    ServerProcess server({u"--log-format"_s, u"json"_s, u"--log-level"_s, u"debug"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient(server.port()).put("/k", "v");
    RawClient(server.port()).send("nonsense \"quoted\\\" \x01 \xff\r\n\r\n");
    QCOMPARE(server.stopFault(), ""_ba);
    QByteArrayList lines = server.standardError().split('\n');
    QCOMPARE(lines.takeLast(), ""_ba);
    QVERIFY(lines.size() > 2);
    for (const QByteArray &line : lines) {
        if (!line.startsWith("listening on "))
            QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
    }
}

void TestLifecycle::oneLineAConnectionAtDebug()
{
    ServerProcess server({u"--log-level"_s, u"debug"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    RawClient client(server.port());
    for (int i = 0; i < 10; ++i) {
        client.send("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QCOMPARE(client.readResponse().body, "pong"_ba);
    }
    const QByteArray port = QByteArray::number(client.localPort());
    client.abort();
    QCOMPARE(server.stopFault(), ""_ba);
    const QByteArray lines = logLinesWith(server, port);
    QVERIFY2(lines.count('\n') == 1, server.standardError().constData());
}

void TestLifecycle::noValueIsEverLogged_data()
{
    QTest::addColumn<QString>("format");
    QTest::newRow("text") << u"text"_s;
    QTest::newRow("json") << u"json"_s;
}

void TestLifecycle::noValueIsEverLogged()
{
    QFETCH(QString, format);
    ServerProcess server({u"--log-level"_s, u"debug"_s, u"--log-format"_s, format});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    WebSocketFeed feed(server.port());
    QVERIFY(feed.open());
    const QByteArray secret = "sEcReT42";
    const Fields token{{"Authorization", "Bearer " + secret}, {"Cookie", secret}};
    client.put("/k", secret, token);
    client.get("/k", token);
    client.get("/k", {{"X Bad", secret}});
    client.batch(R"({"operations":[{"op":"put","key":"b","value":")" + secret + R"("}, bad]})");
    client.batch(R"({"operations":[{"op":"put","key":"b","value":")" + secret + R"("}]})");
    client.del("/k", token);
    QVERIFY(feed.waitForText("Delete { key: k }"));
    QCOMPARE(server.stopFault(), ""_ba);
    QVERIFY2(!server.standardError().contains(secret), server.standardError().constData());
}

QTEST_GUILESS_MAIN(TestLifecycle)
#include "tst_lifecycle.moc"
