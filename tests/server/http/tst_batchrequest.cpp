// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/batchrequest.h"

#include "shared/limits.h"

#include <QtTest>

using namespace memorykv;

class TestBatchRequest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAPut();
    void readsADelete();
    void defaults();
    void values_data();
    void values();
    void conditions_data();
    void conditions();
    void membersComeInAnyOrder();
    void emptyListIsABatch();
    void body_data();
    void body();
    void operation_data();
    void operation();
    void faultIsToldWithItsIndex();
    void tooManyOperations();
    void valueSizeIsLimitedOnceDecoded();
};

namespace {

BatchRequest parse(const QByteArray &json)
{
    return parseBatch(json, 1000);
}

BatchRequest parseOne(const QByteArray &operation)
{
    return parse("{\"operations\":[" + operation + "]}");
}

QByteArray text(bool has, const RevisionSet &set)
{
    if (!has)
        return "<none>";
    QByteArray text = set.any ? "*" : "";
    for (const quint64 revision : set.revisions)
        text += (text.isEmpty() ? "" : ",") + QByteArray::number(revision);
    return text;
}

} // namespace

void TestBatchRequest::readsAPut()
{
    const BatchRequest batch
        = parseOne(R"({"op":"put","key":"k/ü","value":"v","type":"text/plain","ttl":60})");
    QVERIFY(!batch.error);
    QCOMPARE(batch.operations.size(), size_t(1));
    const Operation &put = batch.operations[0];
    QCOMPARE(put.kind, Operation::Kind::Put);
    QCOMPARE(put.key, QByteArray("k/ü"));
    QCOMPARE(put.entry->key(), QByteArrayView("k/ü"));
    QCOMPARE(put.entry->value(), QByteArrayView("v"));
    QCOMPARE(put.entry->type(), QByteArrayView("text/plain"));
    QCOMPARE(put.ttlMs, 60'000);
}

void TestBatchRequest::readsADelete()
{
    const BatchRequest batch = parseOne(R"({"op":"delete","key":"k"})");
    QVERIFY(!batch.error);
    QCOMPARE(batch.operations[0].kind, Operation::Kind::Delete);
    QCOMPARE(batch.operations[0].key, QByteArray("k"));
    QVERIFY(!batch.operations[0].entry);
}

void TestBatchRequest::defaults()
{
    const BatchRequest batch = parseOne(R"({"op":"put","key":"k","value":""})");
    QVERIFY(!batch.error);
    const Operation &put = batch.operations[0];
    QCOMPARE(put.entry->value().size(), 0);
    QCOMPARE(put.entry->type(), Entry::kDefaultType);
    QCOMPARE(put.ttlMs, 0);
    QVERIFY(!put.condition.hasIfMatch);
    QVERIFY(!put.condition.hasIfNoneMatch);
}

void TestBatchRequest::values_data()
{
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<QByteArray>("value"); // null: refused
    const auto row = [](const char *member, QByteArrayView value) {
        QTest::newRow(member) << QByteArray(member) << value.toByteArray();
    };
    row(R"("value":"plain")", "plain");
    row(R"("value":"a\nb\u0000\"\\")", QByteArrayView("a\nb\0\"\\", 6));
    row(R"("value":"\u00fc\ud83d\ude00")", "\xC3\xBC\xF0\x9F\x98\x80");
    row(R"("value_base64":"AP/+")", QByteArrayView("\x00\xFF\xFE", 3));
    row(R"("value_base64":"QUI=")", "AB");
    row(R"("value_base64":"QQ==")", "A");
    row(R"("value_base64":"")", "");
    row(R"("value":"\ud800")", {});
    row(R"("value":5)", {});
    row(R"("value":null)", {});
    row(R"("value":{"a":1})", {});
    row(R"("value_base64":"A")", {}); // six bits are no byte
    row(R"("value_base64":"QUJDR")", {});
    row(R"("value_base64":"QQ=")", {});
    row(R"("value_base64":"Q===")", {});
    row(R"("value_base64":"QUI=QUI=")", {});
    row(R"("value_base64":"Q Q=")", {});
    row(R"("value_base64":"QQ==\n")", {});
    row(R"("value_base64":"_-_-")", {});
    row(R"("value_base64":5)", {});
    row(R"("value":"a","value_base64":"QQ==")", {});
}

void TestBatchRequest::values()
{
    QFETCH(QByteArray, member);
    QFETCH(QByteArray, value);
    const BatchRequest batch = parseOne(R"({"op":"put","key":"k",)" + member + '}');
    QCOMPARE(batch.error.has_value(), value.isNull());
    if (!batch.error)
        QCOMPARE(batch.operations[0].entry->value().toByteArray(), value);
}

void TestBatchRequest::conditions_data()
{
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<QByteArray>("ifMatch");
    QTest::addColumn<QByteArray>("ifNoneMatch");
    const auto row = [](const char *member, const char *ifMatch, const char *ifNoneMatch) {
        QTest::newRow(member) << QByteArray(member) << QByteArray(ifMatch)
                              << QByteArray(ifNoneMatch);
    };
    row(R"("if_match":5)", "5", "<none>");
    row(R"("if_match":18446744073709551615)", "18446744073709551615", "<none>");
    row(R"("if_match":"*")", "*", "<none>");
    row(R"("if_match":"\"5\"")", "5", "<none>");
    row(R"("if_match":"\"5\", \"6\"")", "5,6", "<none>");
    row(R"("if_match":"W/\"5\"")", "", "<none>");
    row(R"("if_none_match":"*")", "<none>", "*");
    row(R"("if_none_match":7)", "<none>", "7");
    row(R"("if_none_match":"W/\"7\"")", "<none>", "7");
    row(R"("if_match":1,"if_none_match":2)", "1", "2");
    row(R"("if_match":-1)", "<refused>", "");
    row(R"("if_match":1.5)", "<refused>", "");
    row(R"("if_match":18446744073709551616)", "<refused>", "");
    row(R"("if_match":"5")", "<refused>", "");
    row(R"("if_match":"")", "<refused>", "");
    row(R"("if_match":null)", "<refused>", "");
    row(R"("if_match":[5])", "<refused>", "");
    row(R"("if_match":true)", "<refused>", "");
}

void TestBatchRequest::conditions()
{
    QFETCH(QByteArray, member);
    QFETCH(QByteArray, ifMatch);
    for (const char *operation :
         {R"({"op":"put","key":"k","value":"v",)", R"({"op":"delete","key":"k",)"}) {
        const BatchRequest batch = parseOne(operation + member + '}');
        QCOMPARE(batch.error.has_value(), ifMatch == "<refused>");
        if (batch.error)
            continue;
        const Condition &condition = batch.operations[0].condition;
        QCOMPARE(text(condition.hasIfMatch, condition.ifMatch), ifMatch);
        QTEST(text(condition.hasIfNoneMatch, condition.ifNoneMatch), "ifNoneMatch");
    }
}

void TestBatchRequest::membersComeInAnyOrder()
{
    const BatchRequest batch
        = parseOne(R"( { "ttl" : 5 , "value_base64":"QQ==", "key":"k", "op":"put" } )");
    QVERIFY(!batch.error);
    QCOMPARE(batch.operations[0].entry->value(), QByteArrayView("A"));
    QCOMPARE(batch.operations[0].ttlMs, 5000);
}

void TestBatchRequest::emptyListIsABatch()
{
    const BatchRequest batch = parse(R"( {"operations": [ ] } )");
    QVERIFY(!batch.error);
    QVERIFY(batch.operations.empty());
}

void TestBatchRequest::body_data()
{
    QTest::addColumn<QByteArray>("json");
    for (const char *json :
         {"",
          " ",
          "null",
          "[]",
          "{}",
          "5",
          "\"operations\"",
          R"({"operations":null})",
          R"({"operations":{}})",
          R"({"operations":[]}x)",
          R"({"operations":[]}{})",
          R"({"operations":[],"operations":[]})",
          R"({"operations":[],"more":1})",
          R"({"Operations":[]})",
          R"({"operations":[],})",
          R"({"operations":[{]})",
          R"({"operations":[)",
          R"({"operations":[5]})",
          R"({"operations":[null]})",
          R"({"operations":[[]]})",
          R"({"operations":[{"op":"delete","key":"k"},]})",
          R"({"operations":[{"op":"delete","key":"k"} {"op":"delete","key":"k"}]})",
          R"({"operations":[{"op":"delete","key":"k"}])",
          "\xEF\xBB\xBF{\"operations\":[]}",
          "{\"operations\":[{\"op\":\"delete\",\"key\":\"\xFF\"}]}"})
        QTest::newRow(json) << QByteArray(json);
}

void TestBatchRequest::body()
{
    QFETCH(QByteArray, json);
    const BatchRequest batch = parse(json);
    QVERIFY(batch.error);
    QCOMPARE(batch.error->code, ErrorCode::InvalidArgument);
    QVERIFY(!batch.error->detail.isEmpty());
}

void TestBatchRequest::operation_data()
{
    QTest::addColumn<QByteArray>("operation");
    QTest::addColumn<QByteArray>("named"); // what the detail has to name
    const auto row = [](const char *operation, const char *named) {
        QTest::newRow(operation) << QByteArray(operation) << QByteArray(named);
    };
    row(R"({})", "op");
    row(R"({"key":"k"})", "op");
    row(R"({"op":"get","key":"k"})", "op");
    row(R"({"op":"PUT","key":"k","value":""})", "op");
    row(R"({"op":"put","key":"k"})", "value");
    row(R"({"op":"put","value":""})", "key");
    row(R"({"op":"delete"})", "key");
    row(R"({"op":"delete","key":""})", "key");
    row(R"({"op":"put","key":"keys/a","value":""})", "'/keys/a'");
    row(R"({"op":"delete","key":"-/batch"})", "'/-/batch'");
    row(R"({"op":"delete","key":"k","value":""})", "value");
    row(R"({"op":"delete","key":"k","value_base64":""})", "value_base64");
    row(R"({"op":"delete","key":"k","type":"a/b"})", "type");
    row(R"({"op":"delete","key":"k","ttl":5})", "ttl");
    row(R"({"op":"put","key":"k","value":"","ttl":0})", "ttl");
    row(R"({"op":"put","key":"k","value":"","ttl":999999999999})", "ttl");
    row(R"({"op":"put","key":"k","value":"","type":"a\r\nb"})", "type");
    row(R"({"op":"put","key":"k","value":"","type":" a/b"})", "type");
    row(R"({"op":"put","key":"k","value":"","ttl":-1})", "ttl: must be a whole number from 1");
    row(R"({"op":"put","key":"k","value":"","ttl":1.5})", "ttl: must be a whole number from 1");
    row(R"({"op":"put","key":"k","value":"","ttl":"5"})", "ttl: must be a whole number from 1");
    row(R"({"op":"put","key":"k","value":"","ttl":null})", "ttl: must be a whole number from 1");
    row(R"({"op":"put","key":"k","value":5})", "value: byte ");
    row(R"({"op":"put","key":5,"value":""})", "key: byte ");
    row(R"({"op":true,"key":"k"})", "op: byte ");
    row(R"({"op":"put","key":"k","value":"","if_match":[5]})", "if_match: byte ");
    row(R"({"op":"put","key":"k","value":"\ud800"})", "value: byte ");
    row(R"({"op":"put","key":"k","value":"it does not end})", "value: byte ");
    row(R"({"op":"delete" "key":"k"})", "operations[0]: byte ");
    row(R"(5)", "operations[0]: byte ");
    row(R"({"op":"delete","key":"k","tll":5})", "tll");
    row(R"({"op":"delete","key":"k","key":"l"})", "key");
    row(R"({"op":"delete","key":"k","op":"delete"})", "op");
}

void TestBatchRequest::operation()
{
    QFETCH(QByteArray, operation);
    QFETCH(QByteArray, named);
    const BatchRequest batch = parseOne(operation);
    QVERIFY(batch.error);
    QCOMPARE(batch.error->code, ErrorCode::InvalidArgument);
    QVERIFY2(batch.error->detail.contains(named), batch.error->detail.constData());
    QCOMPARE(batch.errorIndex.value_or(99), size_t(0));
}

void TestBatchRequest::faultIsToldWithItsIndex()
{
    const BatchRequest batch = parse(
        R"({"operations":[{"op":"delete","key":"a"},{"op":"delete","key":"b"},{"op":"x"}]})");
    QVERIFY(batch.error);
    QCOMPARE(batch.errorIndex.value_or(99), size_t(2));
    QVERIFY(batch.error->detail.contains("operations[2]"));
    QVERIFY(!parse("{}").errorIndex);
}

void TestBatchRequest::tooManyOperations()
{
    const QByteArray one = R"({"op":"delete","key":"k"},)";
    QByteArray most = one.repeated(kMaxBatchOperations);
    QVERIFY(!parseOne(most.chopped(1)).error);
    const BatchRequest over = parseOne((most + one).chopped(1));
    QVERIFY(over.error);
    QCOMPARE(over.error->code, ErrorCode::BodyTooLarge);
    QVERIFY(over.error->detail.contains(QByteArray::number(kMaxBatchOperations)));
}

void TestBatchRequest::valueSizeIsLimitedOnceDecoded()
{
    const auto put = [](const QByteArray &member, const QByteArray &text) {
        return parseOne(R"({"op":"put","key":"k",")" + member + "\":\"" + text + "\"}").error;
    };
    const QByteArray largest(1000, 'v');
    QVERIFY(!put("value", largest));
    QVERIFY(!put("value", QByteArray("\\u0041").repeated(1000)));
    QVERIFY(!put("value_base64", largest.toBase64()));
    for (const auto &over :
         {put("value", largest + 'v'), put("value_base64", (largest + 'v').toBase64())}) {
        QVERIFY(over);
        QCOMPARE(over->code, ErrorCode::BodyTooLarge);
    }
}

QTEST_GUILESS_MAIN(TestBatchRequest)
#include "tst_batchrequest.moc"
