// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/snapshotstream.h"

#include "server/net/plaintransport.h"
#include "tests/server/http/httpfixture.h"
#include "tests/support/socketpair.h"

#include <QtTest>

using namespace memorykv;
using namespace memorykv::test;
using namespace std::chrono_literals;

/// What a snapshot that is sent may take: time of the client, and memory of everybody.
class TestSnapshotStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allOfItIsSent();
    void clientThatTakesNothingIsDroppedWhileOthersWrite();
    void clientThatTakesLittleIsDropped();
    void waitingForTheLogIsNotTheClientsFault();
    void givesWayWhenBuffersAreShort();
    void waitsForBuffersAndGoesOn();
    void whatIsHeldIsCounted();
    void fastClientLeavesOthersTheirTurn();
};

static constexpr qint64 kBudget = 64 << 20;
static constexpr int kValues = 6;
static constexpr qsizetype kValueSize = 4 << 20; // together more than two sockets hold

/// A client who takes everything at once, as one does who is gone.
class TakingTransport final : public Transport
{
    Q_OBJECT

public:
    TakingTransport()
        : Transport({})
    { }

    bool isTls() const override { return false; }
    qint64 read(char *, qint64) override { return 0; }
    bool atEnd() const override { return false; }
    void write(const QByteArray &bytes) override { taken += bytes.size(); }
    qint64 unsentBytes() const override { return 0; }
    void shutdownWrite() override { }
    void close() override
    {
        QMetaObject::invokeMethod(this, &Transport::ended, Qt::QueuedConnection);
    }
    void abort() override { }

    qint64 taken = 0;
};

/// The streams of a worker, and one client that has asked for a snapshot of a full store.
class Download : public QObject
{
public:
    explicit Download(ConnectionLimits limits = {})
        : streams({http.store, http.log, limits, &budget})
    {
        for (int i = 0; i < kValues; ++i)
            write(i);
        client.setReadBufferSize(1); // takes nothing, but for take()
        connect(&client, &QTcpSocket::readyRead, this, [this] { receive(); });
    }

    void begin()
    {
        Upgrade upgrade;
        upgrade.kind = Upgrade::Kind::Snapshot;
        upgrade.request = requestFor("GET", "/-/snapshot");
        upgrade.transport
            = PlainTransport::open(connectedTo(client), std::make_shared<SocketPoller>());
        streams.add(upgrade);
    }

    void write(int number)
    {
        http.answer("PUT", "/k" + QByteArray::number(number), "Prefer: return=minimal\r\n",
                    QByteArray(kValueSize, char('a' + number)));
    }

    void take()
    {
        m_takes = true;
        client.setReadBufferSize(0);
        receive();
    }

    void receive()
    {
        if (m_takes)
            received += client.readAll();
    }

    bool isOver() const { return client.state() == QAbstractSocket::UnconnectedState; }
    bool isWhole() const { return received.endsWith("\r\n0\r\n\r\n"); }

    HttpFixture http;
    BufferBudget budget{kBudget};
    SnapshotStreams streams;
    QTcpSocket client;
    QByteArray received;

private:
    bool m_takes = false;
};

void TestSnapshotStream::allOfItIsSent()
{
    Download download;
    download.begin();
    download.take();
    QTRY_VERIFY(download.isOver());
    QVERIFY(download.isWhole());
    QVERIFY(download.received.size() > kValues * kValueSize);
    QTRY_COMPARE(download.budget.used(), 0);
}

// Each write makes the log durable, which the stream is told: no sign of life of the client's.
void TestSnapshotStream::clientThatTakesNothingIsDroppedWhileOthersWrite()
{
    ConnectionLimits limits;
    limits.writeTimeout = 50ms;
    Download download(limits);
    download.begin();
    QTimer writer;
    connect(&writer, &QTimer::timeout, this, [&] { download.http.answer("PUT", "/a", {}, "v"); });
    writer.start(1);
    QTRY_VERIFY(download.budget.used() > 0);
    QTRY_COMPARE(download.budget.used(), 0);
    download.take();
    QTRY_VERIFY(download.isOver());
    QVERIFY(!download.isWhole());
}

void TestSnapshotStream::clientThatTakesLittleIsDropped()
{
    ConnectionLimits limits;
    limits.minRate = qint64(1) << 40; // more than anyone takes
    limits.writeTimeout = 50ms;
    Download download(limits);
    download.begin();
    QTimer reader;
    connect(&reader, &QTimer::timeout, this, [&] { download.client.read(64 << 10); });
    download.client.setReadBufferSize(64 << 10);
    reader.start(1);
    QTRY_VERIFY(download.budget.used() > 0);
    QTRY_COMPARE(download.budget.used(), 0);
}

void TestSnapshotStream::waitingForTheLogIsNotTheClientsFault()
{
    Download download;
    download.http.log.holdDurable();
    download.write(0);
    const SnapshotContext context{download.http.store, download.http.log, {}, &download.budget};
    SnapshotStream stream(
        PlainTransport::open(connectedTo(download.client), std::make_shared<SocketPoller>()), 1,
        context);
    connect(&download.http.log, &Log::durable, &stream, &SnapshotStream::goOn);
    QCoreApplication::processEvents();
    stream.checkDeadline(); // no time was given, so it would be over
    download.take();
    QVERIFY(!download.isOver());
    download.http.log.setDurableSeq(download.http.log.lastSeq());
    QTRY_VERIFY(download.isOver());
    QVERIFY(download.isWhole());
}

void TestSnapshotStream::givesWayWhenBuffersAreShort()
{
    Download download;
    download.begin();
    QTRY_VERIFY(download.budget.used() > 0);
    const qint64 pending = download.budget.used();
    for (int i = 0; i < kValues; ++i)
        download.write(i);
    QTRY_VERIFY(download.budget.used() > pending + kValueSize); // old values are kept for it
    BufferShare others(&download.budget);
    others.set(kBudget);
    QTRY_COMPARE(download.budget.used(), kBudget);
    download.take();
    QTRY_VERIFY(download.isOver());
    QVERIFY(!download.isWhole());
}

void TestSnapshotStream::waitsForBuffersAndGoesOn()
{
    Download download;
    BufferShare others(&download.budget);
    others.set(kBudget);
    download.begin();
    download.take();
    QTRY_VERIFY(download.received.startsWith("HTTP/1.1 200 OK\r\n"));
    QVERIFY(download.received.size() < kValueSize);
    others.set(0);
    QTRY_VERIFY(download.isOver());
    QVERIFY(download.isWhole());
}

void TestSnapshotStream::whatIsHeldIsCounted()
{
    Download download;
    download.begin();
    QTRY_VERIFY(download.budget.used() >= 1 << 20);
    download.client.abort();
    QTRY_COMPARE(download.budget.used(), 0);
}

void TestSnapshotStream::fastClientLeavesOthersTheirTurn()
{
    Download download;
    const SnapshotContext context{download.http.store, download.http.log, {}, &download.budget};
    auto transport = std::make_unique<TakingTransport>();
    const TakingTransport *const client = transport.get();
    SnapshotStream stream(std::move(transport), 1, context);
    QSignalSpy finished(&stream, &SnapshotStream::finished);
    QCoreApplication::sendPostedEvents(&stream);
    QVERIFY(client->taken > kValueSize);
    QVERIFY2(client->taken < 2 * kValueSize, "it is not all sent in one go");
    QTRY_COMPARE(finished.size(), 1);
    QVERIFY(client->taken > kValues * kValueSize);
}

QTEST_GUILESS_MAIN(TestSnapshotStream)
#include "tst_snapshotstream.moc"
