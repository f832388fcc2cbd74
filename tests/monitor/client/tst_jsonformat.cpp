// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/jsonformat.h"

#include "shared/jsonreader.h"

#include <QRandomGenerator>
#include <QTest>

using namespace memorykv;

namespace {

/// A random JSON text with white space in all places.
QByteArray randomJson(QRandomGenerator &random, int depth)
{
    static const QByteArrayList kScalars = {"true",
                                            "false",
                                            "null",
                                            "0",
                                            "-0",
                                            "18446744073709551615",
                                            "1.50",
                                            "1e+400",
                                            "-2E-3",
                                            "\"\"",
                                            "\"a\\\"b\\\\\"",
                                            "\"\\u00fC\\ud83d\\ude00\"",
                                            "\"\xc3\xbc [1,2] {\"",
                                            "\"/\\/\""};
    static const QByteArrayList kSpaces = {"", " ", "\n\t", "\r\n  "};
    const auto space = [&] { return kSpaces.at(random.bounded(4)); };
    const int kind = depth == 0 ? 0 : random.bounded(4);
    if (kind < 2)
        return space() + kScalars.at(random.bounded(static_cast<int>(kScalars.size()))) + space();
    QByteArray out = space() + (kind == 2 ? "[" : "{") + space();
    const int count = random.bounded(4);
    for (int at = 0; at < count; ++at) {
        out += at == 0 ? "" : ",";
        if (kind == 3)
            out += space() + "\"m\"" + space() + ":";
        out += randomJson(random, depth - 1);
    }
    return out + (kind == 2 ? "]" : "}") + space();
}

} // namespace

class TestJsonFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTokenIsKept_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("pretty");
        const auto row = [](const QByteArray &json, const QByteArray &pretty) {
            QTest::newRow(json.constData()) << json << pretty;
        };
        row("18446744073709551615", "18446744073709551615");
        row(" 1.0e+5 ", "1.0e+5");
        row("[]", "[]");
        row("{ }", "{}");
        row("[1,[ ],{}]", "[\n  1,\n  [],\n  {}\n]");
        row(R"({"b":1,"a":{"x":"\u0041\/"},"b":2})",
            "{\n  \"b\": 1,\n  \"a\": {\n    \"x\": \"\\u0041\\/\"\n  },\n  \"b\": 2\n}");
        row("\"[,]{:}\"", "\"[,]{:}\"");
    }
    void everyTokenIsKept()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, pretty);
        const auto formatted = prettyJson(json);
        QVERIFY2(formatted, formatted ? "" : formatted.error().detail.constData());
        QCOMPARE(*formatted, pretty);
    }

    void whatIsNoJsonNamesTheByte_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<int>("byte");
        const auto row = [](const QByteArray &json, int byte) {
            QTest::newRow(json.toPercentEncoding().constData()) << json << byte;
        };
        row("", 0);
        row("[1,]", 3);
        row("[1 2]", 3);
        row("{\"a\"}", 4);
        row("{\"a\":}", 5);
        row("{a:1}", 1);
        row("[1", 2);
        row("1 2", 2);
        row("01", 1);
        row("tru", 0);
        row("[1}", 2);
        row("\"\xff\"", 1);
        row("+1", 0);
    }
    void whatIsNoJsonNamesTheByte()
    {
        QFETCH(QByteArray, json);
        QFETCH(int, byte);
        const auto formatted = prettyJson(json);
        QVERIFY(!formatted);
        QVERIFY2(formatted.error().detail.startsWith("byte " + QByteArray::number(byte) + ":"),
                 formatted.error().detail.constData());
        QVERIFY(!checkJson(json));
        QVERIFY(!compactJson(json));
    }

    void stringsAreChecked_data()
    {
        QTest::addColumn<QByteArray>("json");
        for (const char *json : {"\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"", "\"a\nb\"", "\"\\"})
            QTest::newRow(QByteArray(json).toPercentEncoding().constData()) << QByteArray(json);
    }
    void stringsAreChecked()
    {
        QFETCH(QByteArray, json);
        QVERIFY(!checkJson(json));
    }

    void depthHasALimitAndNoStackOverflow()
    {
        QVERIFY(checkJson(QByteArray(1'000, '[') + QByteArray(1'000, ']')));
        QVERIFY(!checkJson(QByteArray(1'001, '[') + QByteArray(1'001, ']')));
        QVERIFY(!checkJson(QByteArray(5 << 20, '[')));
    }

    void compactUndoesPretty()
    {
        QRandomGenerator random(1);
        for (int round = 0; round < 2'000; ++round) {
            const QByteArray json = randomJson(random, 5);
            const auto compact = compactJson(json);
            QVERIFY2(compact, json.constData());
            const auto pretty = prettyJson(json, random.bounded(5));
            QVERIFY(pretty);
            QCOMPARE(*compactJson(*pretty), *compact);
            QCOMPARE(*prettyJson(*compact), *prettyJson(json));
            QVERIFY(checkJson(json));
        }
    }

    void agreesWithTheReaderOnWhatIsJson()
    {
        QRandomGenerator random(2);
        int good = 0;
        for (int round = 0; round < 5'000; ++round) {
            QByteArray json = "[" + randomJson(random, 4) + "]";
            json[random.bounded(static_cast<int>(json.size()))]
                = "[]{},:\"\\ae1 "[random.bounded(12)];
            // A half of a surrogate pair is kept here, as it came, and refused there.
            if (json.contains("\\u"))
                continue;
            JsonReader reader(json);
            reader.skip();
            const bool isJson = reader.finish();
            good += isJson ? 1 : 0;
            QVERIFY2(checkJson(json).ok() == isJson, json.constData());
        }
        QVERIFY(good > 500);
    }

    void fiveMebibytes()
    {
        QByteArray json = "[";
        while (json.size() < 5 << 20)
            json += R"({"id":18446744073709551615,"name":"a name \u00fc","list":[1,2,3]},)";
        json.back() = ']';
        QBENCHMARK_ONCE
        {
            const auto pretty = prettyJson(json);
            QVERIFY(pretty);
            QCOMPARE(compactJson(*pretty)->size(), json.size());
        }
    }
};

QTEST_GUILESS_MAIN(TestJsonFormat)
#include "tst_jsonformat.moc"
