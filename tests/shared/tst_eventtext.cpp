// SPDX-License-Identifier: GPL-3.0-only
#include "shared/eventtext.h"

#include <QTest>

using namespace memorykv;

Q_DECLARE_METATYPE(memorykv::Event)

class TestEventText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void byteForByte_data()
    {
        QTest::addColumn<Event>("event");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const Event &event, const QByteArray &text) {
            QTest::newRow(text.constData()) << event << text;
        };
        row({.op = Op::Insert,
             .key = "pre:demo:key",
             .value = R"({"source": "CloudFlare Worker", "type": "WASM"})",
             .type = "application/json",
             .ttlSeconds = 60},
            R"(Insert { key: pre:demo:key, value: {"source": "CloudFlare Worker", "type": "WASM"} })");
        row({.op = Op::Insert, .key = "k", .initial = true}, "Insert { key: k, value:  }");
        row({.op = Op::Read, .key = "pre:demo:key"}, "Read { key: pre:demo:key}");
        row({.op = Op::Read, .key = "k", .found = false}, "Read { key: k}");
        row({.op = Op::List}, "List");
        row({.op = Op::ListPrefix, .key = "pre"}, "ListPrefix { prefix: pre}");
        row({.op = Op::Delete, .key = "k"}, "Delete { key: k }");
        row({.op = Op::DeletePrefix, .key = "pre"}, "DeletePrefix { key: pre }");
        row({.op = Op::DeleteAll}, "DeleteAll");
        row({.op = Op::Expire, .key = "k"}, "Expire { key: k }");
        row({.op = Op::Touch, .key = "k", .ttlSeconds = 60}, "Touch { key: k, ttl: 60 }");
        row({.op = Op::Touch, .key = "k"}, "Touch { key: k, ttl: 0 }");
        row({.op = Op::Heartbeat, .peer = "127.0.0.1:36460"}, "Heartbeat from 127.0.0.1:36460");
        row({.op = Op::Gap, .seq = 12, .gapFrom = 8}, "Gap { from: 8, to: 12 }");
        row({.op = Op::Synced, .seq = ~quint64(0)}, "Synced { seq: 18446744073709551615 }");
    }
    void byteForByte()
    {
        QFETCH(Event, event);
        QFETCH(QByteArray, text);
        QByteArray out;
        appendEventText(event, out);
        QCOMPARE(out, text);
    }

    void bytesStandAsTheyAre()
    {
        const QByteArray value("\0\xff\n}", 4);
        QByteArray out = "before|";
        appendEventText({.op = Op::Insert, .key = "a, value: b", .value = value}, out);
        QCOMPARE(out, "before|Insert { key: a, value: b, value: " + value + " }");
    }
};

QTEST_APPLESS_MAIN(TestEventText)
#include "tst_eventtext.moc"
