// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/query.h"

#include <QtTest>

using namespace memorykv;

class TestQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valueIsDecoded_data();
    void valueIsDecoded();
    void isRefused_data();
    void isRefused();
    void refusalNamesWhatIsKnown();
    void refusalDoesNotRepeatWhatMayBeAToken();
    void numbers_data();
    void numbers();
    void flags_data();
    void flags();
};

namespace {

// "<none>" when the parameter is not there.
QByteArray valueOf(const Query &query, QByteArrayView name)
{
    return query.value(name).value_or("<none>");
}

} // namespace

void TestQuery::valueIsDecoded_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("a");
    QTest::addColumn<QByteArray>("b");
    const auto row = [](const char *query, const char *a, const char *b) {
        QTest::addRow("'%s'", query) << QByteArray(query) << QByteArray(a) << QByteArray(b);
    };
    row("", "<none>", "<none>");
    row("a=1", "1", "<none>");
    row("a=1&b=2", "1", "2");
    row("b=2&a=1", "1", "2");
    row("a", "", "<none>");
    row("a=", "", "<none>");
    row("&&a=1&", "1", "<none>");
    row("a==1=", "=1=", "<none>");
    row("a=x+y%2Bz", "x y+z", "<none>");
    row("%61=%26%3D", "&=", "<none>");
    row("a=%C3%BC", "\xC3\xBC", "<none>");
    row("a=/?:@", "/?:@", "<none>");
    row("a=;b=2", ";b=2", "<none>");
}

void TestQuery::valueIsDecoded()
{
    QFETCH(QByteArray, query);
    const auto parsed = Query::parse(query, {"a", "b"});
    QVERIFY(parsed.ok());
    QTEST(valueOf(*parsed, "a"), "a");
    QTEST(valueOf(*parsed, "b"), "b");
    QCOMPARE(parsed->has("a"), valueOf(*parsed, "a") != "<none>");
    QVERIFY(!parsed->has("c"));
}

void TestQuery::isRefused_data()
{
    QTest::addColumn<QByteArray>("query");
    for (const char *query : {"c=1", "A=1", "a=1&a=1", "a&a", "a=1&%61=2", "=1", "a=%", "a=%4",
                              "a=%zz", "a=%FF", "%FF=1", "%=1", "a=%C3", "a%20=1", "+a=1"})
        QTest::newRow(query) << QByteArray(query);
}

void TestQuery::isRefused()
{
    QFETCH(QByteArray, query);
    const auto parsed = Query::parse(query, {"a", "b"});
    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.error().code, ErrorCode::InvalidArgument);
}

void TestQuery::refusalNamesWhatIsKnown()
{
    const auto mistyped = Query::parse("tll=60", {"ttl", "limit"});
    QVERIFY(!mistyped.ok());
    QVERIFY(mistyped.error().detail.contains("'tll'"));
    QVERIFY(mistyped.error().detail.contains("ttl, limit"));
    QVERIFY(!Query::parse("a=1", {}).ok());
}

void TestQuery::refusalDoesNotRepeatWhatMayBeAToken()
{
    const QByteArray token = "mkv_" + QByteArray(43, 'x');
    for (const QByteArray &query : {token, token + "=1", "ttl=1&" + token, token + "=%"}) {
        const auto refused = Query::parse(query, {"ttl"});
        QVERIFY(!refused.ok());
        QVERIFY2(!refused.error().detail.contains("xxx"), refused.error().detail.constData());
    }
}

void TestQuery::numbers_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("number"); // -1: refused
    const auto row = [](const char *text, qint64 number) {
        QTest::addRow("'%s'", text) << QByteArray(text) << number;
    };
    row("5", 5);
    row("10", 10);
    row("007", 7);
    row("4", -1);
    row("11", -1);
    row("", -1);
    row("-5", -1);
    row("%2B5", -1);
    row("+5", -1);
    row("5 ", -1);
    row("5.0", -1);
    row("0x5", -1);
    row("5e0", -1);
    row("five", -1);
    row("18446744073709551615", -1);
    row("18446744073709551621", -1); // 2^64 + 5
    row("9223372036854775807", -1);
}

void TestQuery::numbers()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, number);
    const auto query = Query::parse("n=" + text, {"n"});
    QVERIFY(query.ok());
    const auto result = query->number("n", 5, 10, 99);
    QCOMPARE(result.ok(), number >= 0);
    if (result) {
        QCOMPARE(*result, number);
    } else {
        QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
        QVERIFY(result.error().detail.contains("'n'"));
        QVERIFY(result.error().detail.contains("from 5 to 10"));
    }
    QCOMPARE(*query->number("absent", 5, 10, 99), 99);
}

void TestQuery::flags_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("flag");
    const auto row = [](const char *query, const char *flag) {
        QTest::addRow("'%s'", query) << QByteArray(query) << QByteArray(flag);
    };
    row("", "false");
    row("f=true", "true");
    row("f=false", "false");
    row("f", "refused");
    row("f=", "refused");
    row("f=TRUE", "refused");
    row("f=1", "refused");
    row("f=yes", "refused");
}

void TestQuery::flags()
{
    QFETCH(QByteArray, query);
    const auto parsed = Query::parse(query, {"f"});
    QVERIFY(parsed.ok());
    const auto flag = parsed->flag("f");
    const QByteArray result = !flag ? "refused" : *flag ? "true" : "false";
    QTEST(result, "flag");
}

QTEST_GUILESS_MAIN(TestQuery)
#include "tst_query.moc"
