// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/eventencoder.h"

#include "shared/eventjson.h"

#include <QtEndian>
#include <QtTest>

using namespace memorykv;

class TestEventEncoder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void frameHeader_data();
    void frameHeader();
    void textFrame();
    void binaryFrameHasTheBytes();
    void textFrameIsUtf8();
    void jsonInFrames();
    void eventStreamLines_data();
    void eventStreamLines();
    void eventStreamIds_data();
    void eventStreamIds();
    void eventStreamJsonIsOneLine();
    void appendsBehindWhatIsThere();
};

namespace {

constexpr Encoding kText{Encoding::Framing::TextFrame, false};
constexpr Encoding kBinary{Encoding::Framing::BinaryFrame, false};
constexpr Encoding kStream{Encoding::Framing::EventStream, false};

QByteArray encoded(const Event &event, Encoding encoding)
{
    QByteArray bytes;
    appendEncoded(event, encoding, bytes);
    return bytes;
}

Event insertOf(const QByteArray &value)
{
    Event event;
    event.op = Op::Insert;
    event.epoch = 7;
    event.seq = 12;
    event.key = "k";
    event.value = value;
    return event;
}

} // namespace

// RFC 6455 5.2.
void TestEventEncoder::frameHeader_data()
{
    QTest::addColumn<qsizetype>("size");
    QTest::addColumn<QByteArray>("header");
    const auto row = [](qsizetype size, QByteArrayView header) {
        QTest::addRow("%lld bytes", qlonglong(size)) << size << header.toByteArray();
    };
    row(100, QByteArrayView("\x64", 1));
    row(125, QByteArrayView("\x7D", 1));
    row(126, QByteArrayView("\x7E\x00\x7E", 3));
    row(127, QByteArrayView("\x7E\x00\x7F", 3));
    row(65535, QByteArrayView("\x7E\xFF\xFF", 3));
    row(65536, QByteArrayView("\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 9));
    row(5 << 20, QByteArrayView("\x7F\x00\x00\x00\x00\x00\x50\x00\x00", 9));
}

void TestEventEncoder::frameHeader()
{
    QFETCH(qsizetype, size);
    QFETCH(QByteArray, header);
    const qsizetype around = encoded(insertOf({}), kText).size() - 2;
    const Event event = insertOf(QByteArray(size - around, 'v'));
    for (const auto &[encoding, first] :
         {std::pair(kText, char(0x81)), std::pair(kBinary, char(0x82))}) {
        const QByteArray bytes = encoded(event, encoding);
        QCOMPARE(bytes[0], first);
        QCOMPARE(bytes.mid(1, header.size()), header);
        QCOMPARE(bytes.size(), 1 + header.size() + size);
        QVERIFY(bytes.sliced(1 + header.size()).startsWith("Insert { key: k, value: v"));
        QVERIFY(bytes.endsWith("v }"));
    }
}

void TestEventEncoder::textFrame()
{
    QCOMPARE(encoded(insertOf("v"), kText), QByteArray("\x81\x1B"
                                                       "Insert { key: k, value: v }"));
}

void TestEventEncoder::binaryFrameHasTheBytes()
{
    QCOMPARE(encoded(insertOf("\xFF\xFE"), kBinary),
             QByteArray("\x82\x1C"
                        "Insert { key: k, value: \xFF\xFE }"));
}

void TestEventEncoder::textFrameIsUtf8()
{
    // Each byte that is none becomes U+FFFD; what is UTF-8 around it stays.
    QCOMPARE(encoded(insertOf("\xC3\xBC\xFF\xC3z"), kText),
             QByteArray("\x81\x23"
                        "Insert { key: k, value: \xC3\xBC\xEF\xBF\xBD\xEF\xBF\xBDz }"));
    QVERIFY(encoded(insertOf("\xED\xA0\x80"), kStream).isValidUtf8());
}

void TestEventEncoder::jsonInFrames()
{
    const Event event = insertOf("\xFF");
    QByteArray json;
    appendEventJson(event, json);
    QCOMPARE(encoded(event, {Encoding::Framing::TextFrame, true}).last(json.size()), json);
    QCOMPARE(encoded(event, {Encoding::Framing::BinaryFrame, true})[0], char(0x82));
    QVERIFY(json.isValidUtf8());
}

// WHATWG HTML 9.2.6: a line ends with CR LF, LF or CR.
void TestEventEncoder::eventStreamLines_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("data");
    const auto row = [](const char *name, const char *value, const char *data) {
        QTest::newRow(name) << QByteArray(value) << QByteArray(data);
    };
    row("one line", "v", "data: Insert { key: k, value: v }\n");
    row("LF", "a\nb", "data: Insert { key: k, value: a\ndata: b }\n");
    row("CR", "a\rb", "data: Insert { key: k, value: a\ndata: b }\n");
    row("CR LF", "a\r\nb", "data: Insert { key: k, value: a\ndata: b }\n");
    row("LF CR", "a\n\rb", "data: Insert { key: k, value: a\ndata: \ndata: b }\n");
    row("CR CR LF", "a\r\r\nb", "data: Insert { key: k, value: a\ndata: \ndata: b }\n");
    row("empty lines", "\n\n", "data: Insert { key: k, value: \ndata: \ndata:  }\n");
    row("no field of its own", "\nid: 9:9\nevent: x",
        "data: Insert { key: k, value: \ndata: id: 9:9\ndata: event: x }\n");
    row("no end of its own", "a\n\ndata: b",
        "data: Insert { key: k, value: a\ndata: \ndata: data: b }\n");
    row("CR at the end", "a\r", "data: Insert { key: k, value: a\ndata:  }\n");
}

void TestEventEncoder::eventStreamLines()
{
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, data);
    QCOMPARE(encoded(insertOf(value), kStream), "id: 7:12\n" + data + '\n');
}

void TestEventEncoder::eventStreamIds_data()
{
    QTest::addColumn<int>("op");
    QTest::addColumn<bool>("initial");
    QTest::addColumn<bool>("hasId");
    for (int i = 0; i < kOpCount; ++i)
        QTest::newRow(opName(Op(i)).data()) << i << false << true;
    QTest::newRow("initial insert") << int(Op::Insert) << true << false;
}

void TestEventEncoder::eventStreamIds()
{
    QFETCH(int, op);
    QFETCH(bool, initial);
    QFETCH(bool, hasId);
    Event event = insertOf("v");
    event.op = Op(op);
    event.initial = initial;
    event.peer = "127.0.0.1:5";
    const QByteArray bytes = encoded(event, kStream);
    QCOMPARE(bytes.startsWith("id: 7:12\ndata: "), hasId);
    QCOMPARE(bytes.contains("id: "), hasId);
    QVERIFY(bytes.endsWith("\n\n"));
}

void TestEventEncoder::eventStreamJsonIsOneLine()
{
    const QByteArray bytes
        = encoded(insertOf("a\r\nb\rc\n"), {Encoding::Framing::EventStream, true});
    QCOMPARE(bytes.count('\n'), 3);
    QVERIFY(!bytes.contains('\r'));
}

void TestEventEncoder::appendsBehindWhatIsThere()
{
    QByteArray bytes = "before";
    appendEncoded(insertOf("v"), kText, bytes);
    appendEncoded(insertOf("w"), kStream, bytes);
    QCOMPARE(bytes, "before" + encoded(insertOf("v"), kText) + encoded(insertOf("w"), kStream));
}

QTEST_GUILESS_MAIN(TestEventEncoder)
#include "tst_eventencoder.moc"
