// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/plaintransport.h"

#include "tests/server/net/transportend.h"
#include "tests/support/socketpair.h"

#include <QSignalSpy>
#include <QtTest>

#include <sys/socket.h>
#include <unistd.h>

using namespace memorykv;
using namespace memorykv::test;

class TestPlainTransport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesConnectedSocketsOnly();
    void tellsWhoTheClientIs();
    void readsWhatCame();
    void tellsAgainWhileThereIsMore();
    void isQuietUntilItIsRead();
    void endOfInputLeavesTheWayOutOpen();
    void writesAtOnceWhenTheNetworkTakesIt();
    void keepsOrderAndBytesWhenTheClientIsSlow();
    void sharesWhatHasToWait();
    void closeSendsWhatWaitsFirst();
    void abortDropsWhatWaits();
    void tellsOfItsEndOnce();
    void noSignalFromWithinACall();
    void clientThatResets_data();
    void clientThatResets();
    void keepsItsTicket();
};

namespace {

/// A transport and its client, over a socket of this machine.
struct Pair : TransportEnd
{
    Pair()
    {
        transport = PlainTransport::open(connectedTo(client), std::make_shared<SocketPoller>());
        countEnds();
    }

    QTcpSocket client;
};

} // namespace

void TestPlainTransport::takesConnectedSocketsOnly()
{
    QVERIFY(!PlainTransport::open(-1, std::make_shared<SocketPoller>()));
    const int unconnected = ::socket(AF_INET, SOCK_STREAM, 0);
    QVERIFY(!PlainTransport::open(unconnected, std::make_shared<SocketPoller>()));
    QCOMPARE(::close(unconnected), 0); // it was left to us
}

void TestPlainTransport::tellsWhoTheClientIs()
{
    const Pair pair;
    QCOMPARE(pair.transport->peer().address, QHostAddress(QHostAddress::LocalHost));
    QCOMPARE(pair.transport->peer().port, pair.client.localPort());
    QCOMPARE(pair.transport->peerText(),
             "127.0.0.1:" + QByteArray::number(pair.client.localPort()));
}

void TestPlainTransport::readsWhatCame()
{
    Pair pair;
    QCOMPARE(pair.read(), QByteArray());
    QSignalSpy readyRead(pair.transport.get(), &Transport::readyRead);
    pair.client.write("hello");
    QTRY_COMPARE(readyRead.size(), 1);
    QCOMPARE(pair.read(), QByteArray("hello"));
    QCOMPARE(pair.read(), QByteArray());
    QVERIFY(!pair.transport->atEnd());
}

void TestPlainTransport::tellsAgainWhileThereIsMore()
{
    Pair pair;
    QByteArray received;
    QObject::connect(pair.transport.get(), &Transport::readyRead, pair.transport.get(),
                     [&] { received += pair.read(2); });
    pair.client.write("more than two");
    QTRY_COMPARE(received, QByteArray("more than two"));
}

void TestPlainTransport::isQuietUntilItIsRead()
{
    Pair pair;
    QSignalSpy readyRead(pair.transport.get(), &Transport::readyRead);
    pair.client.write("1");
    QTRY_COMPARE(readyRead.size(), 1);
    pair.client.write("2");
    QVERIFY(pair.client.waitForBytesWritten() || pair.client.bytesToWrite() == 0);
    for (int turn = 0; turn < 5; ++turn)
        QCoreApplication::processEvents();
    QCOMPARE(readyRead.size(), 1);
    QCOMPARE(pair.read(1), QByteArray("1"));
    QTRY_COMPARE(readyRead.size(), 2);
    QCOMPARE(pair.read(), QByteArray("2"));
}

void TestPlainTransport::endOfInputLeavesTheWayOutOpen()
{
    Pair pair;
    QSignalSpy readyRead(pair.transport.get(), &Transport::readyRead);
    pair.client.write("last words");
    pair.client.flush();
    ::shutdown(int(pair.client.socketDescriptor()), SHUT_WR);
    QTRY_COMPARE(readyRead.size(), 1);
    QCOMPARE(pair.read(), QByteArray("last words"));
    QTRY_COMPARE(readyRead.size(), 2);
    QCOMPARE(pair.read(), QByteArray());
    QVERIFY(pair.transport->atEnd());
    pair.transport->write("answer");
    QTRY_COMPARE(pair.client.bytesAvailable(), 6);
    QCOMPARE(pair.ends, 0);
}

void TestPlainTransport::writesAtOnceWhenTheNetworkTakesIt()
{
    Pair pair;
    QSignalSpy progressed(pair.transport.get(), &Transport::progressed);
    pair.transport->write("a");
    pair.transport->write({});
    pair.transport->write("b");
    QCOMPARE(pair.transport->unsentBytes(), 0);
    QTRY_COMPARE(pair.client.bytesAvailable(), 2);
    QCOMPARE(pair.client.readAll(), QByteArray("ab"));
    QCOMPARE(progressed.size(), 0);
}

void TestPlainTransport::keepsOrderAndBytesWhenTheClientIsSlow()
{
    Pair pair;
    QSignalSpy progressed(pair.transport.get(), &Transport::progressed);
    const QByteArray all = pair.fill();
    QByteArray received;
    QTRY_VERIFY((received += pair.client.readAll()).size() == all.size());
    QVERIFY(received == all);
    QCOMPARE(pair.transport->unsentBytes(), 0);
    QVERIFY(!progressed.isEmpty());
    pair.transport->write("and goes on");
    QTRY_COMPARE(pair.client.peek(1000), QByteArray("and goes on"));
}

void TestPlainTransport::sharesWhatHasToWait()
{
    const Pair pair;
    (void)pair.fill();
    const QByteArray piece(10'000, 'x');
    pair.transport->write(piece);
    QVERIFY(!piece.isDetached());
}

void TestPlainTransport::closeSendsWhatWaitsFirst()
{
    Pair pair;
    const QByteArray all = pair.fill();
    pair.transport->close();
    pair.transport->write("too late");
    QByteArray received;
    QTRY_VERIFY((received += pair.client.readAll()).size() == all.size());
    QTRY_COMPARE(pair.ends, 1);
    QTRY_COMPARE(pair.client.state(), QAbstractSocket::UnconnectedState);
    QVERIFY((received += pair.client.readAll()) == all);
}

void TestPlainTransport::abortDropsWhatWaits()
{
    Pair pair;
    (void)pair.fill();
    pair.transport->abort();
    QCOMPARE(pair.transport->unsentBytes(), 0);
    QTRY_COMPARE(pair.ends, 1);
    QTRY_COMPARE(pair.client.state(), QAbstractSocket::UnconnectedState);
}

void TestPlainTransport::tellsOfItsEndOnce()
{
    Pair pair;
    pair.transport->close();
    pair.transport->close();
    pair.transport->abort();
    pair.transport->write("nobody");
    QCOMPARE(pair.read(), QByteArray());
    pair.transport->shutdownWrite();
    QTRY_COMPARE(pair.ends, 1);
    QCoreApplication::processEvents();
    QCOMPARE(pair.ends, 1);
}

void TestPlainTransport::noSignalFromWithinACall()
{
    Pair pair;
    pair.transport->abort();
    QCOMPARE(pair.ends, 0);
    QTRY_COMPARE(pair.ends, 1);
}

void TestPlainTransport::clientThatResets_data()
{
    QTest::addColumn<bool>("isFull");
    QTest::newRow("nothing waits") << false;
    QTest::newRow("something waits") << true;
}

void TestPlainTransport::clientThatResets()
{
    QFETCH(const bool, isFull);
    Pair pair;
    QObject::connect(pair.transport.get(), &Transport::readyRead, pair.transport.get(),
                     [&] { (void)pair.read(); });
    if (isFull)
        (void)pair.fill();
    const linger now{1, 0};
    ::setsockopt(int(pair.client.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    pair.client.abort();
    QTRY_COMPARE(pair.ends, 1);
    QCOMPARE(pair.transport->unsentBytes(), 0);
    pair.transport->write("nobody");
    QCoreApplication::processEvents();
    QCOMPARE(pair.ends, 1);
}

void TestPlainTransport::keepsItsTicket()
{
    Pair pair;
    const auto ticket = std::make_shared<int>(0);
    pair.transport->keep(ticket);
    QCOMPARE(ticket.use_count(), 2L);
    pair.transport.reset();
    QCOMPARE(ticket.use_count(), 1L);
}

QTEST_GUILESS_MAIN(TestPlainTransport)
#include "tst_plaintransport.moc"
