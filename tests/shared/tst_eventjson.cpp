// SPDX-License-Identifier: GPL-3.0-only
#include "shared/eventjson.h"

#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTest>

#include <limits>

using namespace memorykv;

Q_DECLARE_METATYPE(memorykv::Event)

namespace {

constexpr qint64 kTime = 1764000754321;

QByteArray jsonOf(const Event &event)
{
    QByteArray out;
    appendEventJson(event, out);
    return out;
}

bool same(const Event &a, const Event &b)
{
    return a.op == b.op && a.epoch == b.epoch && a.seq == b.seq && a.gapFrom == b.gapFrom
           && a.timeMs == b.timeMs && a.key == b.key && a.value == b.value && a.type == b.type
           && a.ttlSeconds == b.ttlSeconds && a.found == b.found && a.initial == b.initial
           && a.peer == b.peer;
}

Event make(Op op, const QByteArray &key = {})
{
    return {.op = op, .epoch = 7, .seq = 42, .timeMs = kTime, .key = key};
}

Event makeInsert(const QByteArray &value, const QByteArray &type = {})
{
    Event event = make(Op::Insert, "k");
    event.value = value;
    event.type = type;
    return event;
}

} // namespace

class TestEventJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void membersInTheirOrder_data()
    {
        QTest::addColumn<Event>("event");
        QTest::addColumn<QByteArray>("json");
        const auto row = [](const char *name, const Event &event, const QByteArray &rest) {
            QTest::newRow(name) << event
                                << R"({"seq":42,"epoch":7,"time":"2025-11-24T16:12:34.321Z",)"
                                       + rest;
        };

        Event insert = makeInsert("[1, 2]", "application/json");
        row("insert", insert,
            R"("op":"insert","key":"k","value":"[1, 2]","size":6,)"
            R"("type":"application/json"})");
        insert.ttlSeconds = 60;
        insert.initial = true;
        row("insert with all", insert,
            R"("op":"insert","key":"k","value":"[1, 2]","size":6,)"
            R"("type":"application/json","ttl":60,"initial":true})");
        row("insert, nothing in it", makeInsert({}),
            R"("op":"insert","key":"k","value":"","size":0})");
        row("insert, binary", makeInsert(QByteArray("\0\xff\xfe", 3), "a/b"),
            R"("op":"insert","key":"k","value_base64":"AP/+","size":3,"type":"a/b"})");
        row("insert, NUL is text", makeInsert(QByteArray("\0", 1)),
            R"("op":"insert","key":"k","value":"\u0000","size":1})");
        row("delete", make(Op::Delete, "a\"b"), "\"op\":\"delete\",\"key\":\"a\\\"b\"}");
        row("delete_prefix", make(Op::DeletePrefix, "pre"),
            R"("op":"delete_prefix","prefix":"pre"})");
        row("delete_all", make(Op::DeleteAll), R"("op":"delete_all"})");
        row("expire", make(Op::Expire, "k"), R"("op":"expire","key":"k"})");

        Event touch = make(Op::Touch, "k");
        row("touch, cleared", touch, R"("op":"touch","key":"k","ttl":0})");
        touch.ttlSeconds = std::numeric_limits<qint64>::max();
        row("touch", touch, R"("op":"touch","key":"k","ttl":9223372036854775807})");

        Event read = make(Op::Read, "k");
        row("read", read, R"("op":"read","key":"k","found":true})");
        read.found = false;
        row("read, not found", read, R"("op":"read","key":"k","found":false})");
        row("list", make(Op::List), R"("op":"list"})");
        row("list_prefix", make(Op::ListPrefix, "\xc3\xbc"),
            "\"op\":\"list_prefix\",\"prefix\":\"\xc3\xbc\"}");

        Event heartbeat = make(Op::Heartbeat);
        heartbeat.peer = "[::1]:36460";
        row("heartbeat", heartbeat, R"("op":"heartbeat","peer":"[::1]:36460"})");
        row("synced", make(Op::Synced), R"("op":"synced"})");

        Event gap = make(Op::Gap);
        gap.gapFrom = 8;
        Event fresh = make(Op::Gap);
        fresh.gapFrom = 1;
        fresh.seq = 0;
        QTest::newRow("gap of nothing")
            << fresh
            << QByteArray(R"({"epoch":7,"time":"2025-11-24T16:12:34.321Z",)"
                          R"("op":"gap","from":1,"to":0})");
        QTest::newRow("gap") << gap
                             << QByteArray(R"({"epoch":7,"time":"2025-11-24T16:12:34.321Z",)"
                                           R"("op":"gap","from":8,"to":42})");
    }
    void membersInTheirOrder()
    {
        QFETCH(Event, event);
        QFETCH(QByteArray, json);
        QCOMPARE(jsonOf(event), json);
        QVERIFY(QJsonDocument::fromJson(json).isObject());
        const auto read = eventFromJson(json);
        QVERIFY2(read, read ? "" : read.error().detail.constData());
        QVERIFY(same(*read, event));
    }

    void numbersAreExactTo64Bits_data()
    {
        QTest::addColumn<quint64>("number");
        QTest::newRow("2^53 + 1") << quint64(9007199254740993);
        QTest::newRow("2^63 - 1") << quint64(std::numeric_limits<qint64>::max());
        QTest::newRow("2^63") << (quint64(1) << 63);
        QTest::newRow("2^64 - 1") << std::numeric_limits<quint64>::max();
    }
    void numbersAreExactTo64Bits()
    {
        QFETCH(quint64, number);
        Event event = make(Op::Gap);
        event.epoch = number;
        event.gapFrom = number - 1;
        event.seq = number;
        const auto read = eventFromJson(jsonOf(event));
        QVERIFY(read);
        QVERIFY(same(*read, event));
    }

    void everyByteOfAValueSurvives()
    {
        for (int byte = 0; byte < 256; ++byte) {
            const Event event
                = makeInsert("a\"b\\c\n" + QByteArray(1, static_cast<char>(byte)), "t");
            const auto read = eventFromJson(jsonOf(event));
            QVERIFY(read);
            QVERIFY(same(*read, event));
        }
    }

    void allOfItIsUtf8()
    {
        Event event = makeInsert("v", "text/plain; x=\xff");
        event.key = "k\xfe";
        const QByteArray json = jsonOf(event);
        QVERIFY(QByteArrayView(json).isValidUtf8());
        const auto read = eventFromJson(json);
        QVERIFY(read);
        QCOMPARE(read->key, QByteArray("k\xef\xbf\xbd"));
        QCOMPARE(read->type, QByteArray("text/plain; x=\xef\xbf\xbd"));
    }

    void aLongEventHasRoom()
    {
        Event event = makeInsert(QByteArray("\n").repeated(5 << 20), QByteArray("t").repeated(255));
        event.epoch = event.seq = std::numeric_limits<quint64>::max();
        event.ttlSeconds = std::numeric_limits<qint64>::max();
        event.initial = true;
        event.key = QByteArray("\x01").repeated(1024);
        const auto read = eventFromJson(jsonOf(event));
        QVERIFY(read);
        QVERIFY(same(*read, event));
    }

    void appendsToWhatIsThere()
    {
        QByteArray out = "data: ";
        appendEventJson(make(Op::List), out);
        out.append('\n');
        appendEventJson(make(Op::DeleteAll), out);
        QCOMPARE(out, "data: " + jsonOf(make(Op::List)) + '\n' + jsonOf(make(Op::DeleteAll)));
    }

    void whatANewerServerMayAddIsPassedOver()
    {
        const auto read = eventFromJson(
            R"( { "new": {"deep": [1, null, {"op": "delete"}]}, "op" : "list", "key": "no key",)"
            R"("value": "none", "ttl": 5, "peer": "p", "found": false, "initial": true,)"
            R"("epoch": 7, "time": "2025-11-24T16:12:34.321987Z", "seq": 42 } )");
        QVERIFY(read);
        QVERIFY(same(*read, make(Op::List)));
    }

    void tellsWhatIsMissingOrWrong_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("error");
        const auto row = [](const QByteArray &members, const QByteArray &error) {
            QTest::newRow(members.constData()) << '{' + members + '}' << error;
        };
        const QByteArray time = R"("time":"2025-11-24T16:12:34.321Z",)";
        const QByteArray common = R"("seq":1,"epoch":2,)" + time;
        row({}, R"(member "op" is missing)");
        row(common + R"("op":"insert","value":"v")", R"(member "key" is missing)");
        row(common + R"("op":"insert","key":"k")", R"(member "value" is missing)");
        row(common + R"("op":"list_prefix","key":"k")", R"(member "prefix" is missing)");
        row(common + R"("op":"touch","key":"k")", R"(member "ttl" is missing)");
        row(common + R"("op":"read","key":"k")", R"(member "found" is missing)");
        row(common + R"("op":"heartbeat")", R"(member "peer" is missing)");
        row(common + R"("op":"gap","to":1)", R"(member "from" is missing)");
        row(common + R"("op":"gap","from":1)", R"(member "to" is missing)");
        row(common + R"("op":"gap","from":2,"to":1)", R"("from" is above "to")");
        row(R"("epoch":2,)" + time + R"("op":"list")", R"(member "seq" is missing)");
        row(R"("seq":2,)" + time + R"("op":"list")", R"(member "epoch" is missing)");
        row(R"("seq":1,"epoch":2,"op":"list")", R"(member "time" is missing)");
        row(R"("op":"put")", R"(member "op", byte 11: an unknown op)");
        row(R"("op":1)", R"(member "op", byte 6: a string is expected)");
        row(R"("time":"yesterday")", R"(member "time", byte)");
        row(R"("seq":-1)", R"(member "seq", byte 7: a whole number)");
        row(R"("seq":1.5)", R"(member "seq", byte 7: a whole number)");
        row(R"("seq":18446744073709551616)", R"(member "seq", byte 7: a whole number)");
        row(R"("ttl":9223372036854775808)", R"(member "ttl", byte)");
        row(R"("found":null)", R"(member "found", byte 9: true or false is expected)");
        row(R"("value_base64":"****")", R"(member "value_base64", byte)");
        row(R"("seq":1,"seq":1)", R"(member "seq", byte 15: a member comes twice)");
        row(common + R"("op":"insert","key":"k","value":"v","value_base64":"AA==")",
            R"(both "value" and "value_base64")");
        row(common + R"("op":"insert","key":"k","value":"v","size":2)",
            R"("size" is not the size of the value)");
        row(R"("x":[1,])", "byte 8: a value is expected");
        QTest::newRow("no object") << QByteArray("[]") << QByteArray("an object is expected");
        QTest::newRow("empty") << QByteArray() << QByteArray("an object is expected");
        QTest::newRow("two") << jsonOf(make(Op::List)) + "{}" << QByteArray("nothing more");
        QTest::newRow("no UTF-8") << QByteArray("{\"\xff\":1}") << QByteArray("not valid UTF-8");
    }
    void tellsWhatIsMissingOrWrong()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, error);
        const auto read = eventFromJson(json);
        QVERIFY(!read);
        QVERIFY(read.error().code == ErrorCode::InvalidArgument);
        QVERIFY2(read.error().detail.contains(error), read.error().detail.constData());
    }

    void anythingCutOrChangedIsReadOrRefused()
    {
        Event event = makeInsert("va\"l\\u\n\xc3\xbc", "text/plain");
        event.ttlSeconds = 5;
        event.initial = true;
        const QByteArray json = jsonOf(event);
        for (qsizetype size = 0; size < json.size(); ++size)
            QVERIFY(!eventFromJson(json.first(size)));

        QRandomGenerator random(1);
        for (int round = 0; round < 20'000; ++round) {
            QByteArray changed = json;
            for (int i = random.bounded(1, 4); i > 0; --i)
                changed[random.bounded(int(changed.size()))]
                    = static_cast<char>(random.bounded(256));
            const auto read = eventFromJson(changed);
            if (!read)
                continue;
            const auto again = eventFromJson(jsonOf(*read));
            QVERIFY(again);
            QVERIFY(same(*again, *read));
        }
    }
};

QTEST_APPLESS_MAIN(TestEventJson)
#include "tst_eventjson.moc"
