// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/tlstransport.h"

#include "tests/server/net/transportend.h"
#include "tests/support/fakeidentity.h"
#include "tests/support/socketpair.h"

#include <QSignalSpy>
#include <QtTest>

#include <sys/socket.h>
#include <unistd.h>

using namespace memorykv;
using namespace memorykv::test;

class TestTlsTransport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void takesConnectedSocketsOnly();
    void tellsWhoTheClientIs();
    void isReadyAfterTheHandshake();
    void whoSpeaksNoTlsIsNeverReady();
    void tellsAgainWhileThereIsMore();
    void holdsBackWhoIsNotRead();
    void keepsOrderAndBytesWhenTheClientIsSlow();
    void noSignalFromWithinACall();
    void closeSendsWhatWaitsFirst();
    void abortDropsWhatWaits();
    void clientThatResets();

private:
    FakeIdentity m_identity;
};

namespace {

/// A transport and its client, over a socket of this machine.
struct Pair : TransportEnd
{
    explicit Pair(const FakeIdentity &identity)
    {
        QSslConfiguration configuration;
        configuration.setLocalCertificate(identity.certificate);
        configuration.setPrivateKey(identity.key);
        transport = TlsTransport::open(connectedTo(client), configuration);
        QObject::connect(transport.get(), &Transport::ready, transport.get(),
                         [this] { ++readies; });
        countEnds();
    }

    /// Whether the handshake was done.
    bool shakeHands()
    {
        client.setPeerVerifyMode(QSslSocket::VerifyNone);
        client.startClientEncryption();
        return QTest::qWaitFor([this] { return client.isEncrypted() && readies == 1; });
    }

    QSslSocket client;
    int readies = 0;
};

} // namespace

void TestTlsTransport::initTestCase()
{
    m_identity = FakeIdentity::create();
    QVERIFY2(!m_identity.certificate.isNull(), "openssl makes the certificate");
}

void TestTlsTransport::takesConnectedSocketsOnly()
{
    QVERIFY(!TlsTransport::open(-1, {}));
    const int unconnected = ::socket(AF_INET, SOCK_STREAM, 0);
    QVERIFY(!TlsTransport::open(unconnected, {}));
    QCOMPARE(::close(unconnected), 0); // it was left to us
}

void TestTlsTransport::tellsWhoTheClientIs()
{
    const Pair pair(m_identity);
    QVERIFY(pair.transport->isTls());
    QCOMPARE(pair.transport->peerText(),
             "127.0.0.1:" + QByteArray::number(pair.client.localPort()));
}

void TestTlsTransport::isReadyAfterTheHandshake()
{
    Pair pair(m_identity);
    QVERIFY(!pair.transport->isReady());
    QVERIFY(pair.shakeHands());
    QVERIFY(pair.transport->isReady());
    pair.client.write("question");
    QByteArray received;
    QTRY_COMPARE(received += pair.read(), QByteArray("question"));
    pair.transport->write("answer");
    QTRY_COMPARE(pair.client.peek(1000), QByteArray("answer"));
}

void TestTlsTransport::whoSpeaksNoTlsIsNeverReady()
{
    Pair pair(m_identity);
    pair.client.write("GET / HTTP/1.1\r\n\r\n");
    QTRY_COMPARE(pair.ends, 1);
    QCOMPARE(pair.readies, 0);
}

void TestTlsTransport::tellsAgainWhileThereIsMore()
{
    Pair pair(m_identity);
    QVERIFY(pair.shakeHands());
    QByteArray received;
    QObject::connect(pair.transport.get(), &Transport::readyRead, pair.transport.get(),
                     [&] { received += pair.read(2); });
    pair.client.write("more than two");
    QTRY_COMPARE(received, QByteArray("more than two"));
}

void TestTlsTransport::holdsBackWhoIsNotRead()
{
    Pair pair(m_identity);
    QVERIFY(pair.shakeHands());
    QSignalSpy readyRead(pair.transport.get(), &Transport::readyRead);
    const QByteArray all(16 << 20, 'x'); // more than the system takes
    pair.client.write(all);
    QTRY_VERIFY(!readyRead.isEmpty());
    QVERIFY(!QTest::qWaitFor([&] { return pair.client.encryptedBytesToWrite() == 0; }, 200));
    qsizetype received = pair.read().size();
    QObject::connect(pair.transport.get(), &Transport::readyRead, pair.transport.get(),
                     [&] { received += pair.read().size(); });
    QTRY_COMPARE(received, all.size());
}

void TestTlsTransport::keepsOrderAndBytesWhenTheClientIsSlow()
{
    Pair pair(m_identity);
    QVERIFY(pair.shakeHands());
    QSignalSpy progressed(pair.transport.get(), &Transport::progressed);
    const QByteArray all = pair.fill();
    QByteArray received;
    QTRY_VERIFY((received += pair.client.readAll()).size() == all.size());
    QVERIFY(received == all);
    QTRY_COMPARE(pair.transport->unsentBytes(), 0);
    QVERIFY(!progressed.isEmpty());
}

// Encrypting what is written also decrypts what has come meanwhile.
void TestTlsTransport::noSignalFromWithinACall()
{
    Pair pair(m_identity);
    QVERIFY(pair.shakeHands());
    const QByteArray all(300'000, 'x');
    qsizetype received = 0;
    bool isCalling = false;
    int fromWithin = 0;
    const auto count = [&] { fromWithin += isCalling; };
    QObject::connect(pair.transport.get(), &Transport::progressed, pair.transport.get(), count);
    QObject::connect(pair.transport.get(), &Transport::ended, pair.transport.get(), count);
    QObject::connect(pair.transport.get(), &Transport::readyRead, pair.transport.get(), [&] {
        count();
        isCalling = true;
        received += pair.read().size();
        pair.transport->write("answer");
        isCalling = false;
    });
    pair.client.write(all);
    QTRY_COMPARE(received, all.size());
    isCalling = true;
    pair.transport->close();
    pair.transport->abort();
    isCalling = false;
    QTRY_COMPARE(pair.ends, 1);
    QCOMPARE(fromWithin, 0);
}

void TestTlsTransport::closeSendsWhatWaitsFirst()
{
    Pair pair(m_identity);
    QVERIFY(pair.shakeHands());
    const QByteArray all = pair.fill();
    pair.transport->close();
    QByteArray received;
    QTRY_VERIFY((received += pair.client.readAll()).size() == all.size());
    QTRY_COMPARE(pair.ends, 1);
    QVERIFY(received == all);
}

void TestTlsTransport::abortDropsWhatWaits()
{
    Pair pair(m_identity);
    QVERIFY(pair.shakeHands());
    (void)pair.fill();
    pair.transport->abort();
    QCOMPARE(pair.transport->unsentBytes(), 0);
    QTRY_COMPARE(pair.ends, 1);
    QTRY_COMPARE(pair.client.state(), QAbstractSocket::UnconnectedState);
}

void TestTlsTransport::clientThatResets()
{
    Pair pair(m_identity);
    QVERIFY(pair.shakeHands());
    (void)pair.fill();
    const linger now{1, 0};
    ::setsockopt(int(pair.client.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    pair.client.abort();
    QTRY_COMPARE(pair.ends, 1);
    pair.transport->write("nobody");
    QCoreApplication::processEvents();
    QCOMPARE(pair.ends, 1);
}

QTEST_GUILESS_MAIN(TestTlsTransport)
#include "tst_tlstransport.moc"
