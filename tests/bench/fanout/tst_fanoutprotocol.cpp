// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/protocol.h"

#include <QTest>

#include <stdexcept>

using namespace memorykv::fanout;

Q_DECLARE_METATYPE(Protocol)

class TestFanoutProtocol : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutsMessages_data();
    void cutsMessages();
    void waitsForWholeMessages_data();
    void waitsForWholeMessages();
    void tellsPings();
    void refusesWhatIsOfNoProtocol_data();
    void refusesWhatIsOfNoProtocol();
    void answersPings();
};

namespace {

void messages()
{
    QTest::addColumn<Protocol>("protocol");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("payload");
    QTest::newRow("text frame") << Protocol::WebSocketText
                                << QByteArray("\x81\x03"
                                              "abc")
                                << QByteArray("abc");
    QTest::newRow("empty frame") << Protocol::WebSocketText << QByteArray("\x81\x00", 2)
                                 << QByteArray();
    QTest::newRow("frame with two bytes of length")
        << Protocol::WebSocketJson << QByteArray("\x81\x7E\x01\x00", 4) + QByteArray(256, 'x')
        << QByteArray(256, 'x');
    QTest::newRow("frame with eight bytes of length")
        << Protocol::WebSocketText
        << QByteArray("\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10) + QByteArray(65536, 'x')
        << QByteArray(65536, 'x');
    QTest::newRow("NATS") << Protocol::Nats << QByteArray("MSG fanout 1 5\r\na\r\nbc\r\n")
                          << QByteArray("a\r\nbc");
    QTest::newRow("Redis") << Protocol::Redis
                           << QByteArray("*3\r\n$7\r\nmessage\r\n$6\r\nfanout\r\n$3\r\nabc\r\n")
                           << QByteArray("abc");
}

std::string_view viewOf(const QByteArray &bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

} // namespace

void TestFanoutProtocol::cutsMessages_data()
{
    messages();
}

void TestFanoutProtocol::cutsMessages()
{
    QFETCH(Protocol, protocol);
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, payload);
    const QByteArray two = bytes + bytes;
    const auto message = nextMessage(protocol, viewOf(two));
    QVERIFY(message.has_value());
    QCOMPARE(message->kind, Message::Kind::Data);
    QCOMPARE(message->payload, viewOf(payload));
    QCOMPARE(message->size, std::size_t(bytes.size()));
}

void TestFanoutProtocol::waitsForWholeMessages_data()
{
    messages();
}

void TestFanoutProtocol::waitsForWholeMessages()
{
    QFETCH(Protocol, protocol);
    QFETCH(QByteArray, bytes);
    // All shorter beginnings of small messages, and of large ones those with parts of the head.
    for (qsizetype size = 0; size < qMin(bytes.size(), qsizetype(100)); ++size)
        QVERIFY(!nextMessage(protocol, viewOf(bytes.first(size))).has_value());
    QVERIFY(!nextMessage(protocol, viewOf(bytes.first(bytes.size() - 1))).has_value());
}

void TestFanoutProtocol::tellsPings()
{
    const auto frame = nextMessage(Protocol::WebSocketText, std::string_view("\x89\x01p", 3));
    QVERIFY(frame.has_value());
    QCOMPARE(frame->kind, Message::Kind::Ping);
    QCOMPARE(frame->payload, std::string_view("p"));
    const auto line = nextMessage(Protocol::Nats, "PING\r\n");
    QVERIFY(line.has_value());
    QCOMPARE(line->kind, Message::Kind::Ping);
    QCOMPARE(nextMessage(Protocol::Nats, "+OK\r\n")->kind, Message::Kind::Other);
}

void TestFanoutProtocol::refusesWhatIsOfNoProtocol_data()
{
    QTest::addColumn<Protocol>("protocol");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("masked frame") << Protocol::WebSocketText << QByteArray("\x81\x83zzzzabc");
    QTest::newRow("error of NATS") << Protocol::Nats << QByteArray("-ERR 'Slow Consumer'\r\n");
    QTest::newRow("NATS message without a size")
        << Protocol::Nats << QByteArray("MSG fanout 1 x\r\n");
    QTest::newRow("error of Redis") << Protocol::Redis << QByteArray("-ERR unknown command\r\n");
    QTest::newRow("no bulk string") << Protocol::Redis << QByteArray("*3\r\n:1\r\n");
}

void TestFanoutProtocol::refusesWhatIsOfNoProtocol()
{
    QFETCH(Protocol, protocol);
    QFETCH(QByteArray, bytes);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, nextMessage(protocol, viewOf(bytes)));
}

void TestFanoutProtocol::answersPings()
{
    QCOMPARE(pongFor(Protocol::Nats, ""), std::string("PONG\r\n"));
    // RFC 6455 sections 5.3 and 5.5.3: a client masks, and sends back what it was sent.
    QCOMPARE(pongFor(Protocol::WebSocketText, "ab"), std::string("\x8A\x82\0\0\0\0ab", 8));
}

QTEST_APPLESS_MAIN(TestFanoutProtocol)
#include "tst_fanoutprotocol.moc"
