// SPDX-License-Identifier: GPL-3.0-only
#include "shared/jsonreader.h"

#include <QTest>

using namespace memorykv;

namespace {

bool isJson(QByteArrayView text)
{
    JsonReader reader(text);
    return reader.skip() && reader.finish();
}

} // namespace

class TestJsonReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesJson_data()
    {
        QTest::addColumn<QByteArray>("json");
        for (const char *json :
             {"{}", "[]", " [ ] ", "\t\r\n{ }", "0", "-0", "-1.5e+10", "1E2", "0.0e-1", "true",
              "false", "null", R"("")", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"",
              R"({"a":1,"b":[1,2,{"c":null}],"a":2})", R"([[[[]]],{},"x"])", "\"\xc3\xbc\""})
            QTest::newRow(json) << QByteArray(json);
        QTest::newRow("64 levels") << QByteArray("[").repeated(63) + QByteArray("]").repeated(63);
    }
    void takesJson()
    {
        QFETCH(QByteArray, json);
        QVERIFY(isJson(json));
    }

    void refusesWhatIsNoJson_data()
    {
        QTest::addColumn<QByteArray>("json");
        for (const char *json : {"",
                                 " ",
                                 "{",
                                 "[",
                                 "}",
                                 "]",
                                 "{]",
                                 "[}",
                                 "[1",
                                 "[1,",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{,}",
                                 "{a:1}",
                                 "{1:1}",
                                 "{\"a\" 1}",
                                 "{\"a\":1 \"b\":2}",
                                 "01",
                                 "+1",
                                 "-",
                                 "1.",
                                 ".5",
                                 "1e",
                                 "1e+",
                                 "0x1",
                                 "NaN",
                                 "tru",
                                 "True",
                                 "nul",
                                 "nulll",
                                 "1 1",
                                 "{} {}",
                                 "\"",
                                 "\"a",
                                 "'a'",
                                 "\"\\\"",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\u12g4\"",
                                 "\"\\ud83d\"",
                                 "\"\\ud83d\\n\"",
                                 "\"\\ud83d\\u0041\"",
                                 "\"\\ude00\"",
                                 "\"\n\"",
                                 "\"\x1f\"",
                                 "\"\xff\"",
                                 "[1]//",
                                 "\xef\xbb\xbf{}"})
            QTest::newRow(json) << QByteArray(json);
        QTest::newRow("NUL after") << QByteArray("1\0", 2);
        QTest::newRow("NUL in a string") << QByteArray("\"\0\"", 3);
        QTest::newRow("too deep") << QByteArray("[").repeated(65) + QByteArray("]").repeated(65);
        QTest::newRow("far too deep") << QByteArray("[").repeated(1'000'000);
    }
    void refusesWhatIsNoJson()
    {
        QFETCH(QByteArray, json);
        QVERIFY(!isJson(json));
    }

    void readsWhatIsAskedFor()
    {
        JsonReader reader(R"( {"n": 18446744073709551615, "s\u0031": "a\n\ud83d\ude00", )"
                          R"("b": [true, false, []], "skipped": {"n": [1, {"x": 2}]}, "n": 0} )");
        QVERIFY(reader.nextType() == JsonReader::Type::Object);
        QVERIFY(reader.enterObject());
        QVERIFY(reader.nextMember() == QByteArrayView("n"));
        QVERIFY(reader.nextType() == JsonReader::Type::Number);
        QCOMPARE(reader.wholeNumber(), std::optional(~quint64(0)));
        QVERIFY(reader.nextMember() == QByteArrayView("s1"));
        QVERIFY(reader.nextType() == JsonReader::Type::String);
        QCOMPARE(reader.string(), std::optional(QByteArray("a\n\xf0\x9f\x98\x80")));
        QVERIFY(reader.nextMember() == QByteArrayView("b"));
        QVERIFY(reader.nextType() == JsonReader::Type::Array);
        QVERIFY(reader.enterArray());
        QVERIFY(reader.nextElement());
        QVERIFY(reader.nextType() == JsonReader::Type::Boolean);
        QCOMPARE(reader.boolean(), std::optional(true));
        QVERIFY(reader.nextElement());
        QCOMPARE(reader.boolean(), std::optional(false));
        QVERIFY(reader.nextElement());
        QVERIFY(reader.enterArray());
        QVERIFY(!reader.nextElement());
        QVERIFY(!reader.nextElement());
        QVERIFY(reader.nextMember() == QByteArrayView("skipped"));
        QVERIFY(reader.skip());
        QVERIFY(reader.nextMember() == QByteArrayView("n"));
        QCOMPARE(reader.wholeNumber(), std::optional(quint64(0)));
        QVERIFY(!reader.nextMember());
        QVERIFY(reader.finish());
        QVERIFY(reader.errorText().isEmpty());
    }

    void wholeNumbersOnly_data()
    {
        QTest::addColumn<QByteArray>("json");
        for (const char *json : {"-1", "-0", "1.0", "1e3", "18446744073709551616", "\"1\"", ""})
            QTest::newRow(json) << QByteArray(json);
    }
    void wholeNumbersOnly()
    {
        QFETCH(QByteArray, json);
        JsonReader reader(json);
        QVERIFY(!reader.wholeNumber());
        QVERIFY(reader.failed());
    }

    void readsBase64_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("bytes"); // null when it is refused
        QTest::newRow("bytes") << QByteArray(R"("AP/+")") << QByteArray("\x00\xFF\xFE", 3);
        QTest::newRow("padding") << QByteArray(R"("QQ==")") << QByteArray("A");
        QTest::newRow("empty") << QByteArray(R"("")") << QByteArray("");
        for (const char *json : {R"("QQ")", R"("QQ=")", R"("A")", R"("****")", R"("_-_-")", "5"})
            QTest::newRow(json) << QByteArray(json) << QByteArray();
    }
    void readsBase64()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, bytes);
        JsonReader reader(json);
        const auto read = reader.base64();
        QCOMPARE(read.has_value(), !bytes.isNull());
        QCOMPARE(reader.failed(), bytes.isNull());
        QCOMPARE(read.value_or(QByteArray()), bytes);
    }

    void tellsWhereItWentWrong_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("error");
        QTest::newRow("comma") << QByteArray("[1 2]")
                               << QByteArray("byte 3: a ',' or the end is expected");
        QTest::newRow("colon") << QByteArray(R"({"a" 1})")
                               << QByteArray("byte 5: a ':' is expected");
        QTest::newRow("name") << QByteArray("{1}")
                              << QByteArray("byte 1: the name of a member is expected");
        QTest::newRow("UTF-8") << QByteArray("\"ab\xff\"") << QByteArray("byte 3: not valid UTF-8");
        QTest::newRow("end") << QByteArray("\"ab") << QByteArray("byte 3: a string does not end");
        QTest::newRow("more") << QByteArray("1 x")
                              << QByteArray("byte 2: nothing more is expected");
    }
    void tellsWhereItWentWrong()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, error);
        JsonReader reader(json);
        reader.skip();
        QVERIFY(!reader.finish());
        QCOMPARE(reader.errorText(), error);
    }

    void nothingIsReadAfterAnError()
    {
        JsonReader reader(R"([1, true, "a"])");
        QVERIFY(reader.enterArray());
        QVERIFY(reader.nextElement());
        QVERIFY(!reader.string());
        const QByteArray error = reader.errorText();
        QVERIFY(!error.isEmpty());
        QVERIFY(reader.nextType() == JsonReader::Type::None);
        QVERIFY(!reader.wholeNumber());
        QVERIFY(!reader.nextElement());
        QVERIFY(!reader.boolean());
        QVERIFY(!reader.enterObject());
        QVERIFY(!reader.nextMember());
        QVERIFY(!reader.skip());
        QVERIFY(!reader.finish());
        QCOMPARE(reader.errorText(), error);
    }
};

QTEST_APPLESS_MAIN(TestJsonReader)
#include "tst_jsonreader.moc"
