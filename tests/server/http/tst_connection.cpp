// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/connection.h"

#include "server/net/plaintransport.h"
#include "tests/server/http/httpfixture.h"
#include "tests/support/socketpair.h"

#include <QtTest>

#include <memory>

#include <sys/socket.h>

using namespace memorykv;
using namespace memorykv::test;
using namespace std::chrono_literals;

class TestConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Durability
    void putIsHeldUntilDurable();
    void getOfWhatIsNotDurableWaits();
    void getOfWhatIsDurableDoesNotWait();
    void refusalThatTellsOfTheStoreWaits();
    void pipelinedAnswersKeepTheirOrder();
    void releaseLetsGoOfWhatIsDurableOnly();
    void continueIsNotSentBeforeEarlierAnswers();
    void closingAnswerIsHeldToo();
    void clientThatLeavesWhileAnAnswerIsHeld();
    void brokenRequestBehindAHeldAnswer();

    // Framing and order
    void oneByteAtATime();
    void manyPipelinedRequests();
    void pipelinedAnswersLargerThanTheOutputLimit();
    void heldAnswersLargerThanTheOutputLimit();
    void clientThatReadsNothingIsNotReadFrom();
    void expectContinue();
    void connectionCloseEndsIt();
    void http10();
    void headHasNoContent();
    void everyAnswerHasADate();
    void brokenFramingIsAnsweredAndCloses();
    void halfClosedClientGetsItsAnswers();
    void halfClosedClientGetsAnAnswerThatWasHeld();

    // Time
    void silentClientIsClosed();
    void slowHeadIs408();
    void headDoesNotWinTimeByDripping();
    void slowBodyIs408();
    void bodyThatGoesOnIsNotCutOff();
    void idleConnectionIsClosed();
    void heldAnswerIsNotTheClientsFault();
    void heldLastAnswerIsNotTheClientsFault();
    void idleTimeBeginsWithTheAnswer();
    void clientThatDoesNotTakeItsAnswerIsDropped();
    void clientThatDoesNotCloseIsDropped();

    // Ends
    void refuseAnswersAndCloses();
    void drainClosesAnIdleConnection();
    void drainAnswersWhatIsWhole();
    void drainWaitsForAHeldAnswer();
    void drainLetsARequestComeToItsEnd();

    // Upgrades
    void upgradeHandsTheTransportOver();
    void upgradeWaitsForEarlierAnswers();
    void refusedUpgradeGoesOn();
    void whatLooksLikeAnUpgradeElsewhereIsNone();

    void observerIsToldWhenTheAnswerLeaves();
};

namespace {

/// A Connection and its client, over a socket of this machine.
class Session : public QObject
{
public:
    explicit Session(ConnectionLimits limits = {})
        : context{http.dispatcher,  http.log,
                  http.observer,    [this](Upgrade &upgrade) { return onUpgrade(upgrade); },
                  withBody(limits), {}}
    {
        connection = std::make_unique<Connection>(
            PlainTransport::open(connectedTo(client), std::make_shared<SocketPoller>()), context);
        connect(connection.get(), &Connection::finished, this, [this] { finished = true; });
        connect(&client, &QTcpSocket::readyRead, this, [this] {
            if (!paused)
                received += client.readAll();
        });
        connect(&http.log, &Log::durable, connection.get(), &Connection::release);
        connect(&m_sweep, &QTimer::timeout, this, [this] {
            if (connection && !finished)
                connection->checkDeadline();
        });
        m_sweep.start(5);
    }

    ~Session() override
    {
        if (connection)
            connection->disconnect(this);
    }

    void send(const QByteArray &bytes)
    {
        client.write(bytes);
        client.flush();
    }

    void get(const QByteArray &key, const QByteArray &fields = {})
    {
        send("GET /" + key + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    }

    static QByteArray putBytes(const QByteArray &key, const QByteArray &value,
                               const QByteArray &fields = {})
    {
        return "PUT /" + key + " HTTP/1.1\r\nHost: a\r\nContent-Length: "
               + QByteArray::number(value.size()) + "\r\n" + fields + "\r\n" + value;
    }
    void put(const QByteArray &key, const QByteArray &value, const QByteArray &fields = {})
    {
        send(putBytes(key, value, fields));
    }

    /// The statuses of the answers so far, in order.
    QList<int> statuses() const
    {
        QList<int> statuses;
        qsizetype at = 0;
        while ((at = received.indexOf("HTTP/1.1 ", at)) >= 0) {
            statuses.append(received.mid(at + 9, 3).toInt());
            at += 12;
        }
        return statuses;
    }

    bool clientSeesEnd() const { return client.state() == QAbstractSocket::UnconnectedState; }

    /// Gives the server's side turns, for tests of what does not happen.
    static void turns(int count = 20)
    {
        for (int i = 0; i < count; ++i) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            QThread::usleep(200);
        }
    }

    HttpFixture http;
    ConnectionContext context;
    QTcpSocket client;
    std::unique_ptr<Connection> connection;
    QByteArray received;
    bool finished = false;
    bool paused = false;

    std::optional<Response> refusal;
    std::unique_ptr<Transport> upgraded;
    QByteArray remainder;
    int upgrades = 0;

private:
    static ConnectionLimits withBody(ConnectionLimits limits)
    {
        if (limits.maxBodySize == 0)
            limits.maxBodySize = HttpFixture::kMaxValueSize;
        return limits;
    }

    std::optional<Response> onUpgrade(Upgrade &upgrade)
    {
        ++upgrades;
        if (refusal)
            return refusal;
        remainder = upgrade.remainder;
        upgraded = std::move(upgrade.transport);
        return std::nullopt;
    }

    QTimer m_sweep;
};

const QByteArray kUpgradeFields
    = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

} // namespace

void TestConnection::putIsHeldUntilDurable()
{
    Session s;
    s.http.log.holdDurable();
    s.put("k", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestConnection::getOfWhatIsNotDurableWaits()
{
    Session s;
    s.http.answer("PUT", "/k", {}, "v");
    s.http.log.holdDurable();
    s.http.answer("PUT", "/k", {}, "v2");
    s.http.answer("DELETE", "/gone");
    s.get("k");
    QTRY_COMPARE(s.http.observer.operations.last().first, OperationKind::Get);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(2);
    QTRY_VERIFY(s.received.endsWith("\r\n\r\nv2"));
}

void TestConnection::getOfWhatIsDurableDoesNotWait()
{
    Session s;
    s.http.answer("PUT", "/k", {}, "v");
    s.http.log.holdDurable();
    s.http.answer("PUT", "/other", {}, "v");
    s.get("k");
    QTRY_COMPARE(s.statuses(), QList<int>{200});
}

void TestConnection::refusalThatTellsOfTheStoreWaits()
{
    Session s;
    s.http.log.holdDurable();
    s.http.answer("PUT", "/k", {}, "v");
    s.put("k", "w", "If-None-Match: *\r\n");
    QTRY_COMPARE(s.http.observer.operations.last().second, OperationResult::PreconditionFailed);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{412});
}

void TestConnection::pipelinedAnswersKeepTheirOrder()
{
    Session s;
    s.http.answer("PUT", "/durable", {}, "v");
    s.http.log.holdDurable();
    s.send(Session::putBytes("k", "v")
           + "GET /durable HTTP/1.1\r\nHost: a\r\n\r\n"
             "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
           + Session::putBytes("k", "w") + "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 3U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(2);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 200, 200}));
    s.http.log.setDurableSeq(3);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 200, 200, 200, 404}));
}

void TestConnection::releaseLetsGoOfWhatIsDurableOnly()
{
    Session s;
    s.http.log.holdDurable();
    for (int i = 0; i < 10; ++i)
        s.put("k" + QByteArray::number(i), "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 10U);
    for (int i = 1; i <= 10; ++i) {
        s.http.log.setDurableSeq(quint64(i));
        QTRY_COMPARE(s.statuses().size(), i);
        Session::turns(2);
        QCOMPARE(s.statuses().size(), i);
    }
}

void TestConnection::continueIsNotSentBeforeEarlierAnswers()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v");
    s.send("PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 100}));
    s.send("x");
    QTRY_COMPARE(s.http.log.lastSeq(), 2U);
    s.http.log.setDurableSeq(2);
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 100, 201}));
}

void TestConnection::closingAnswerIsHeldToo()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v", "Connection: close\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    QVERIFY(!s.clientSeesEnd());
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
}

void TestConnection::clientThatLeavesWhileAnAnswerIsHeld()
{
    for (const bool reset : {false, true}) {
        Session s;
        s.http.log.holdDurable();
        s.put("a", "v");
        s.put("b", "v");
        QTRY_COMPARE(s.http.log.lastSeq(), 2U);
        if (reset) {
            const linger now{1, 0};
            ::setsockopt(int(s.client.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        s.client.abort();
        if (reset)
            QTRY_VERIFY(s.finished);
        s.http.log.setDurableSeq(1);
        s.http.log.setDurableSeq(2);
        s.connection->checkDeadline();
        s.connection->drain();
        Session::turns(3);
        QTRY_VERIFY(s.finished); // one that only closed might have been reading on
        QCOMPARE(s.http.answer("GET", "/b").status, 200);
        s.connection.reset();
        QCOMPARE(s.http.observer.connections, 0);
    }
}

void TestConnection::brokenRequestBehindAHeldAnswer()
{
    Session s;
    s.http.log.holdDurable();
    s.send(Session::putBytes("a", "v") + "GET  / HTTP/1.1\r\n\r\n"
           + Session::putBytes("b", "never"));
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.received, QByteArray());
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{201, 400}));
    QCOMPARE(s.http.log.lastSeq(), 1U);
}

void TestConnection::oneByteAtATime()
{
    Session s;
    const QByteArray bytes = Session::putBytes("k", "value") + "GET /k HTTP/1.1\r\nHost: a\r\n\r\n";
    for (const char byte : bytes) {
        s.send(QByteArray(1, byte));
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE(s.statuses(), (QList<int>{201, 200}));
    QTRY_VERIFY(s.received.endsWith("\r\n\r\nvalue"));
}

void TestConnection::manyPipelinedRequests()
{
    Session s;
    QByteArray bytes;
    QList<int> expected;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray key = "k" + QByteArray::number(i);
        bytes += Session::putBytes(key, key) + "GET /" + key + " HTTP/1.1\r\nHost: a\r\n\r\n"
                 + "DELETE /" + key + " HTTP/1.1\r\nHost: a\r\n\r\n";
        expected += {201, 200, 200};
    }
    s.send(bytes);
    QTRY_COMPARE(s.statuses().size(), expected.size());
    QCOMPARE(s.statuses(), expected);
}

// All requests are here before the first answer is taken, and nothing more comes from the client:
// it is for the connection to go on by itself.
void TestConnection::pipelinedAnswersLargerThanTheOutputLimit()
{
    ConnectionLimits limits;
    limits.maxOutput = 10'000;
    Session s(limits);
    s.http.answer("PUT", "/large", {}, QByteArray(4000, 'x'));
    s.send(QByteArray("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").repeated(100));
    QTRY_COMPARE(s.statuses().size(), 100);
}

void TestConnection::heldAnswersLargerThanTheOutputLimit()
{
    ConnectionLimits limits;
    limits.maxOutput = 10'000;
    Session s(limits);
    s.http.log.holdDurable();
    s.http.answer("PUT", "/large", {}, QByteArray(4000, 'x'));
    s.send(QByteArray("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").repeated(100));
    QTRY_VERIFY(s.http.observer.operations.size() > 1);
    Session::turns();
    QVERIFY2(s.http.observer.operations.size() < 10, "no more is read than the limit allows");
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses().size(), 100);
}

void TestConnection::clientThatReadsNothingIsNotReadFrom()
{
    Session s;
    s.http.answer("PUT", "/large", {}, QByteArray(512 << 10, 'x'));
    s.client.setReadBufferSize(1000);
    s.paused = true;
    for (int i = 0; i < 100; ++i) {
        s.get("large");
        Session::turns(1);
    }
    Session::turns(100);
    // Some of the answers fit into the buffers of the system.
    QVERIFY(s.http.observer.operations.size() < 80);
    s.paused = false;
    s.client.setReadBufferSize(0);
    s.received += s.client.readAll();
    QTRY_COMPARE_WITH_TIMEOUT(s.statuses().size(), 100, 30'000);
}

void TestConnection::expectContinue()
{
    Session s;
    s.send("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    QTRY_COMPARE(s.received, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
    s.send("abc");
    QTRY_COMPARE(s.statuses(), (QList<int>{100, 201}));
}

void TestConnection::connectionCloseEndsIt()
{
    Session s;
    s.send("GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
           "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{200});
    QVERIFY(s.received.contains("\r\nConnection: close\r\n"));
    QTRY_VERIFY(s.finished);
}

void TestConnection::http10()
{
    Session stays;
    stays.send("GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    QTRY_VERIFY(stays.received.endsWith("pong"));
    QVERIFY(stays.received.contains("\r\nConnection: keep-alive\r\n"));
    stays.get("ping");
    QTRY_COMPARE(stays.statuses().size(), 2);
    Session closes;
    closes.send("GET /ping HTTP/1.0\r\n\r\n");
    QTRY_VERIFY(closes.clientSeesEnd());
    QVERIFY(closes.received.endsWith("pong"));
}

void TestConnection::headHasNoContent()
{
    Session s;
    s.http.answer("PUT", "/k", {}, "value");
    s.send("HEAD /k HTTP/1.1\r\nHost: a\r\n\r\nGET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_VERIFY(s.received.endsWith("pong"));
    QVERIFY(s.received.contains("\r\nContent-Length: 5\r\n"));
    QVERIFY(!s.received.contains("value"));
}

void TestConnection::everyAnswerHasADate()
{
    Session s;
    s.send(
        "GET /missing HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nbroken\r\n");
    QTRY_COMPARE(s.statuses(), (QList<int>{404, 204, 400}));
    const QRegularExpression date(
        QStringLiteral("\r\nDate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} "
                       "\\d\\d:\\d\\d:\\d\\d GMT\r\n"));
    int dates = 0;
    for (auto match = date.globalMatch(QString::fromLatin1(s.received)); match.hasNext();
         match.next())
        ++dates;
    QCOMPARE(dates, 3);
}

void TestConnection::brokenFramingIsAnsweredAndCloses()
{
    Session s;
    s.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost : a\r\n\r\n"
           "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{200, 400}));
    QVERIFY(s.received.contains("application/problem+json"));
    QVERIFY(s.received.contains("\r\nConnection: close\r\n"));
}

void TestConnection::halfClosedClientGetsItsAnswers()
{
    Session s;
    s.client.write(Session::putBytes("a", "v") + "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    s.client.flush();
    ::shutdown(int(s.client.socketDescriptor()), SHUT_WR);
    QTRY_VERIFY(s.finished);
    s.connection.reset();
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{201, 200}));
}

void TestConnection::halfClosedClientGetsAnAnswerThatWasHeld()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v");
    ::shutdown(int(s.client.socketDescriptor()), SHUT_WR);
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns(3);
    QVERIFY(!s.finished);
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.finished);
    s.connection.reset();
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
}

void TestConnection::silentClientIsClosed()
{
    ConnectionLimits limits;
    limits.headTimeout = 50ms;
    Session s(limits);
    QTRY_VERIFY(s.finished);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.received, QByteArray());
}

void TestConnection::slowHeadIs408()
{
    ConnectionLimits limits;
    limits.headTimeout = 50ms;
    Session s(limits);
    s.send("GET / HTTP/1.1\r\nHo");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{408});
}

void TestConnection::headDoesNotWinTimeByDripping()
{
    ConnectionLimits limits;
    limits.headTimeout = 100ms;
    Session s(limits);
    s.send("GET / HTTP/1.1\r\nX: ");
    QTimer drip;
    connect(&drip, &QTimer::timeout, &s, [&] { s.send("x"); });
    drip.start(10);
    QTRY_COMPARE(s.statuses(), QList<int>{408});
}

void TestConnection::slowBodyIs408()
{
    ConnectionLimits limits;
    limits.bodyTimeout = 50ms;
    Session s(limits);
    s.send("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{408});
    QCOMPARE(s.http.log.lastSeq(), 0U);
}

void TestConnection::bodyThatGoesOnIsNotCutOff()
{
    ConnectionLimits limits;
    limits.headTimeout = 50ms;
    limits.idleTimeout = 50ms;
    limits.bodyTimeout = 30s;
    Session s(limits);
    s.send("PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    QElapsedTimer since;
    since.start();
    QTRY_VERIFY(since.elapsed() > 200);
    s.send("0123456789");
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestConnection::idleConnectionIsClosed()
{
    ConnectionLimits limits;
    limits.idleTimeout = 50ms;
    Session s(limits);
    s.get("ping");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{200});
    QVERIFY(s.finished);
}

void TestConnection::heldAnswerIsNotTheClientsFault()
{
    ConnectionLimits limits;
    limits.idleTimeout = 20ms;
    limits.headTimeout = 20ms;
    Session s(limits);
    s.http.log.holdDurable();
    s.put("k", "v");
    QElapsedTimer since;
    since.start();
    QTRY_VERIFY(since.elapsed() > 200);
    QVERIFY(!s.finished);
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestConnection::heldLastAnswerIsNotTheClientsFault()
{
    ConnectionLimits limits;
    limits.idleTimeout = 20ms;
    limits.headTimeout = 20ms;
    Session s(limits);
    s.http.log.holdDurable();
    s.put("k", "v", "Connection: close\r\n");
    QElapsedTimer since;
    since.start();
    QTRY_VERIFY(since.elapsed() > 200);
    QVERIFY2(!s.finished, "the log is slow, not the client");
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

// The log took longer than the idle time. The client, which has not been idle a moment, may ask
// again once it has its answer.
void TestConnection::idleTimeBeginsWithTheAnswer()
{
    ConnectionLimits limits;
    limits.idleTimeout = 30s;
    limits.headTimeout = 30s;
    Session s(limits);
    s.http.log.holdDurable();
    s.put("k", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    s.context.limits.idleTimeout = 0ms; // what is set from now on is over at once
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
    QTRY_VERIFY2(s.finished, "the answer did not begin an idle time of its own");
}

void TestConnection::clientThatDoesNotTakeItsAnswerIsDropped()
{
    ConnectionLimits limits;
    limits.writeTimeout = 100ms;
    Session s(limits);
    s.http.answer("PUT", "/large", {}, QByteArray(4 << 20, 'x'));
    s.paused = true;
    s.client.setReadBufferSize(1000);
    for (int i = 0; i < 5; ++i)
        s.get("large");
    QTRY_VERIFY(s.finished);
}

void TestConnection::clientThatDoesNotCloseIsDropped()
{
    ConnectionLimits limits;
    limits.lingerTimeout = 50ms;
    Session s(limits);
    s.client.setReadBufferSize(1); // so that it does not notice the end
    s.paused = true;
    s.send("broken\r\n");
    QTRY_VERIFY(s.finished);
}

void TestConnection::refuseAnswersAndCloses()
{
    Session s;
    s.connection->refuse({ErrorCode::Unavailable, "too many"});
    s.get("ping");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{503});
    QVERIFY(s.received.contains("\r\nRetry-After: "));
    QTRY_VERIFY(s.finished);
}

void TestConnection::drainClosesAnIdleConnection()
{
    Session s;
    s.get("ping");
    QTRY_COMPARE(s.statuses(), QList<int>{200});
    s.connection->drain();
    QTRY_VERIFY(s.finished);
    QTRY_VERIFY(s.clientSeesEnd());
}

void TestConnection::drainAnswersWhatIsWhole()
{
    Session s;
    s.send(Session::putBytes("a", "v") + Session::putBytes("b", "v"));
    QTRY_COMPARE(s.http.log.lastSeq(), 2U);
    s.connection->drain();
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), (QList<int>{201, 201}));
}

void TestConnection::drainWaitsForAHeldAnswer()
{
    Session s;
    s.http.log.holdDurable();
    s.put("a", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    s.connection->drain();
    Session::turns();
    QVERIFY(!s.finished);
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
    QTRY_VERIFY(s.finished);
}

void TestConnection::drainLetsARequestComeToItsEnd()
{
    Session s;
    s.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
    QTRY_VERIFY(s.http.observer.connections == 1);
    Session::turns();
    s.connection->drain();
    Session::turns();
    QVERIFY(!s.finished);
    s.send("cd");
    QTRY_VERIFY(s.clientSeesEnd());
    QCOMPARE(s.statuses(), QList<int>{201});
}

void TestConnection::upgradeHandsTheTransportOver()
{
    Session s;
    s.send("GET /wal?prefix=a HTTP/1.1\r\nHost: a\r\n" + kUpgradeFields + "\r\nmore");
    QTRY_VERIFY(s.upgraded);
    QVERIFY(s.finished);
    QCOMPARE(s.remainder, QByteArray("more"));
    s.upgraded->write("to the client");
    QTRY_COMPARE(s.received, QByteArray("to the client"));
    s.connection.reset();
    s.upgraded->write("!");
    QTRY_COMPARE(s.received, QByteArray("to the client!"));
}

void TestConnection::upgradeWaitsForEarlierAnswers()
{
    Session s;
    s.http.log.holdDurable();
    s.send(Session::putBytes("a", "v")
           + "GET /wal HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    Session::turns();
    QCOMPARE(s.upgrades, 0);
    s.http.log.setDurableSeq(1);
    QTRY_VERIFY(s.upgraded);
    QTRY_COMPARE(s.statuses(), QList<int>{201});
}

void TestConnection::refusedUpgradeGoesOn()
{
    Session s;
    s.refusal = Response::empty(400);
    s.send("GET /wal HTTP/1.1\r\nHost: a\r\n" + kUpgradeFields
           + "\r\nGET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_COMPARE(s.statuses(), (QList<int>{400, 200}));
    QCOMPARE(s.upgrades, 1);
    s.get("ping");
    QTRY_COMPARE(s.statuses(), (QList<int>{400, 200, 200}));
    QVERIFY(!s.finished);
}

void TestConnection::whatLooksLikeAnUpgradeElsewhereIsNone()
{
    Session s;
    s.send("GET /k HTTP/1.1\r\nHost: a\r\n" + kUpgradeFields
           + "\r\n"
             "POST /wal HTTP/1.1\r\nHost: a\r\n"
           + kUpgradeFields
           + "\r\n"
             "GET /wal HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"
             "GET /k HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
    QTRY_COMPARE(s.statuses(), (QList<int>{404, 405, 426, 404}));
    QCOMPARE(s.upgrades, 0);
}

void TestConnection::observerIsToldWhenTheAnswerLeaves()
{
    Session s;
    QCOMPARE(s.http.observer.connections, 1);
    s.http.log.holdDurable();
    s.put("k", "v");
    QTRY_COMPARE(s.http.log.lastSeq(), 1U);
    QVERIFY(s.http.observer.requests.isEmpty());
    s.http.log.setDurableSeq(1);
    QTRY_COMPARE(s.http.observer.requests.size(), 1);
    QCOMPARE(s.http.observer.requests[0].method, Method::Put);
    QCOMPARE(s.http.observer.requests[0].route, Route::Key);
    QCOMPARE(s.http.observer.requests[0].status, 201);
    s.send("broken\r\n");
    QTRY_COMPARE(s.http.observer.requests.size(), 2);
    QCOMPARE(s.http.observer.requests[1].route, Route::Unknown);
    QCOMPARE(s.http.observer.requests[1].status, 400);
}

QTEST_GUILESS_MAIN(TestConnection)
#include "tst_connection.moc"
