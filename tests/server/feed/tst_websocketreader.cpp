// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/websocketreader.h"

#include "server/feed/websocketframe.h"

#include <QTest>

using namespace memorykv;
using Status = WebSocketReader::Status;

/// A masked frame; the mask is the same for all.
static QByteArray frame(int first, const QByteArray &payload)
{
    static const QByteArray kMask = "\x12\x34\x56\x78";
    QByteArray bytes(1, char(first));
    if (payload.size() < 126)
        bytes += char(0x80 | payload.size());
    else
        bytes += QByteArray("\xfe") + char(payload.size() >> 8) + char(payload.size() & 0xff);
    bytes += kMask;
    for (qsizetype i = 0; i < payload.size(); ++i)
        bytes += char(payload[i] ^ kMask[i % 4]);
    return bytes;
}

class TestWebSocketReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messagesAreDropped();
    void controlFramesComeOutWithTheirPayload();
    void closeTellsItsCode_data();
    void closeTellsItsCode();
    void faults_data();
    void faults();
    void endIsTheEnd();
    void handshakeOfTheStandard();
};

void TestWebSocketReader::messagesAreDropped()
{
    WebSocketReader reader;
    for (const QByteArray &bytes : {frame(0x81, "hello"), frame(0x82, QByteArray(60'000, '\xff')),
                                    frame(0x01, "\xc3"), frame(0x80, "\xa4"), frame(0x81, "")}) {
        reader.append(bytes);
        QVERIFY(reader.next() == Status::NeedMore);
    }
}

void TestWebSocketReader::controlFramesComeOutWithTheirPayload()
{
    WebSocketReader reader;
    const QByteArray bytes = frame(0x89, "one") + frame(0x01, "part") + frame(0x8a, "two");
    for (const char byte : bytes.chopped(1)) {
        reader.append(QByteArrayView(&byte, 1));
        if (reader.next() == Status::Ping)
            QCOMPARE(reader.payload(), QByteArray("one"));
    }
    reader.append(bytes.last(1));
    QVERIFY(reader.next() == Status::Pong);
    QCOMPARE(reader.payload(), QByteArray("two"));
    QVERIFY(reader.next() == Status::NeedMore);
}

void TestWebSocketReader::closeTellsItsCode_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<int>("code");
    QTest::newRow("none") << QByteArray() << 1005;
    QTest::newRow("normal") << QByteArray("\x03\xe8") << 1000;
    QTest::newRow("with a reason") << QByteArray("\x03\xe9"
                                                 "bye")
                                   << 1001;
    QTest::newRow("private") << QByteArray("\x0f\xa0") << 4000;
}

void TestWebSocketReader::closeTellsItsCode()
{
    QFETCH(QByteArray, payload);
    WebSocketReader reader;
    reader.append(frame(0x88, payload));
    QVERIFY(reader.next() == Status::Close);
    QTEST(int(reader.code()), "code");
}

void TestWebSocketReader::faults_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const QByteArray &bytes, int code) {
        QTest::newRow(name) << bytes << code;
    };
    row("not masked", QByteArray("\x81\x01x"), 1002);
    row("reserved bit", frame(0xc1, "x"), 1002);
    row("reserved opcode", frame(0x83, "x"), 1002);
    row("continuation of nothing", frame(0x80, "x"), 1002);
    row("message within one", frame(0x01, "x") + frame(0x81, "x"), 1002);
    row("control frame in parts", frame(0x09, "x"), 1002);
    row("control frame too long", frame(0x89, QByteArray(126, 'x')), 1002);
    row("length not in its shortest form", QByteArray("\x81\xfe\x00\x01mask", 8), 1002);
    row("close with one byte", frame(0x88, "x"), 1002);
    row("close with a code for no wire", frame(0x88, "\x03\xee"), 1002);
    row("close with a reason that is not UTF-8", frame(0x88, "\x03\xe8\xff"), 1007);
    row("text that is not UTF-8", frame(0x81, "\xff"), 1007);
    row("too long", QByteArray("\x82\xff\0\0\0\0\0\1\0\1mask", 14), 1009);
    row("too long in parts",
        frame(0x02, QByteArray(65'000, 'x')) + frame(0x80, QByteArray(1000, 'x')), 1009);
}

void TestWebSocketReader::faults()
{
    QFETCH(QByteArray, bytes);
    WebSocketReader reader;
    reader.append(bytes);
    QVERIFY(reader.next() == Status::Failed);
    QTEST(int(reader.code()), "code");
}

void TestWebSocketReader::endIsTheEnd()
{
    WebSocketReader reader;
    reader.append(frame(0x88, "\x03\xe8") + frame(0x89, "late"));
    QVERIFY(reader.next() == Status::Close);
    QVERIFY(reader.next() == Status::Close);
    reader.append(frame(0x89, "later"));
    QVERIFY(reader.next() == Status::Close);
    QCOMPARE(int(reader.code()), 1000);
}

// The example of RFC 6455 1.3.
void TestWebSocketReader::handshakeOfTheStandard()
{
    QCOMPARE(websocket::acceptFor("dGhlIHNhbXBsZSBub25jZQ=="),
             QByteArray("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

QTEST_GUILESS_MAIN(TestWebSocketReader)
#include "tst_websocketreader.moc"
