// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/preconditions.h"

#include "tests/server/http/httpfixture.h"

#include <QtTest>

using namespace memorykv;
using memorykv::test::requestFor;

class TestPreconditions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void entityTags_data();
    void entityTags();
    void malformed_data();
    void malformed();
    void conditionOfFields_data();
    void conditionOfFields();
    void repeatedFieldsAreOneList();
    void minimalIsPreferred_data();
    void minimalIsPreferred();
};

namespace {

QByteArray text(const RevisionSet &set)
{
    QByteArray text = set.any ? "*" : "";
    for (const quint64 revision : set.revisions)
        text += (text.isEmpty() ? "" : ",") + QByteArray::number(revision);
    return text;
}

} // namespace

// RFC 9110 8.8.3, 13.1.1, 13.1.2.
void TestPreconditions::entityTags_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("strong"); // what it matches in If-Match
    QTest::addColumn<QByteArray>("weak");   // what it matches in If-None-Match
    const auto row = [](const char *field, const char *strong, const char *weak) {
        QTest::addRow("%s", field) << QByteArray(field) << QByteArray(strong) << QByteArray(weak);
    };
    row("*", "*", "*");
    row(" * ", "*", "*");
    row("\"12\"", "12", "12");
    row("\"1\", \"2\"", "1,2", "1,2");
    row("\"1\",\"2\"", "1,2", "1,2");
    row(" \"1\"\t,  \"2\" ", "1,2", "1,2");
    row(",, \"1\" ,,\"2\",", "1,2", "1,2");
    row("W/\"1\"", "", "1");
    row("W/\"1\", \"2\"", "2", "1,2");
    row("\"18446744073709551615\"", "18446744073709551615", "18446744073709551615");
    // Well-formed, but no tags of this server.
    row("\"\"", "", "");
    row("\"abc\"", "", "");
    row("\"1-gzip\"", "", "");
    row("\"*\"", "", "");
    row("\"a,b\", \"1\"", "1", "1");
    row("\"W/1\"", "", "");
    row("\"-1\"", "", "");
    row("\"18446744073709551616\"", "", "");
    row("\"\xC3\xBC\"", "", "");
    // Tags are compared byte by byte: this is another one than "12".
    row("\"012\"", "", "");
}

void TestPreconditions::entityTags()
{
    QFETCH(QByteArray, field);
    const auto strong = parseEntityTags(field, false, "If-Match");
    QVERIFY(strong.ok());
    QTEST(text(*strong), "strong");
    const auto weak = parseEntityTags(field, true, "If-None-Match");
    QVERIFY(weak.ok());
    QTEST(text(*weak), "weak");
}

void TestPreconditions::malformed_data()
{
    QTest::addColumn<QByteArray>("field");
    for (const char *field : {"",         " ",        ",",           "12",           "\"12",
                              "12\"",     "\"",       "\"1\" \"2\"", "\"1\"\"2\"",   "*, \"1\"",
                              "\"1\", *", "**",       "w/\"1\"",     "W\"1\"",       "W/",
                              "W/1",      "W/ \"1\"", "W/W/\"1\"",   "\"1\"; \"2\"", "'1'",
                              "\"1\",2",  "\"a b\"",  "\"1\"x",      "x\"1\""})
        QTest::addRow("'%s'", field) << QByteArray(field);
}

void TestPreconditions::malformed()
{
    QFETCH(QByteArray, field);
    const auto tags = parseEntityTags(field, true, "If-None-Match");
    QVERIFY(!tags.ok());
    QCOMPARE(tags.error().code, ErrorCode::InvalidArgument);
    QVERIFY(tags.error().detail.startsWith("If-None-Match: "));
}

void TestPreconditions::conditionOfFields_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("ifMatch");
    QTest::addColumn<QByteArray>("ifNoneMatch");
    const auto row = [](const char *fields, const char *ifMatch, const char *ifNoneMatch) {
        QTest::newRow(fields) << QByteArray(fields) << QByteArray(ifMatch)
                              << QByteArray(ifNoneMatch);
    };
    row("", "<none>", "<none>");
    row("If-Match: *\r\n", "*", "<none>");
    row("if-none-match: *\r\n", "<none>", "*");
    row("If-Match: W/\"5\"\r\nIf-None-Match: W/\"6\"\r\n", "", "6");
    row("If-Match:\r\n", "<refused>", "");
    row("If-None-Match: 5\r\n", "<refused>", "");
}

void TestPreconditions::conditionOfFields()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, ifMatch);
    const auto condition = conditionOf(requestFor("GET", "/k", fields));
    QCOMPARE(!condition.ok(), ifMatch == "<refused>");
    if (!condition)
        return;
    QCOMPARE(condition->hasIfMatch ? text(condition->ifMatch) : QByteArray("<none>"), ifMatch);
    QTEST(condition->hasIfNoneMatch ? text(condition->ifNoneMatch) : QByteArray("<none>"),
          "ifNoneMatch");
}

void TestPreconditions::repeatedFieldsAreOneList()
{
    const auto condition
        = conditionOf(requestFor("GET", "/k", "If-Match: \"1\"\r\nA: b\r\nIf-Match: \"2\"\r\n"));
    QVERIFY(condition.ok());
    QCOMPARE(text(condition->ifMatch), QByteArray("1,2"));
    QVERIFY(!conditionOf(requestFor("GET", "/k", "If-Match: *\r\nIf-Match: \"2\"\r\n")).ok());
}

void TestPreconditions::minimalIsPreferred_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<bool>("minimal");
    const auto row = [](const char *fields, bool minimal) {
        QTest::newRow(fields) << QByteArray(fields) << minimal;
    };
    row("", false);
    row("Prefer: return=minimal\r\n", true);
    row("Prefer: respond-async, return=minimal\r\n", true);
    row("Prefer: wait=5\r\nPrefer: return=minimal\r\n", true);
    row("prefer: Return=Minimal\r\n", true);
    row("Prefer: return=\"minimal\"\r\n", true); // the same by RFC 7240 2
    row("Prefer: return = minimal; a=b\r\n", true);
    row("Prefer: return=\"\r\n", false);
    row("Prefer: wait=5; return=minimal\r\n", false); // a parameter of another preference
    row("Prefer: return=representation\r\n", false);
    row("Prefer: return\r\n", false);
    row("Prefer: xreturn=minimal\r\n", false);
}

void TestPreconditions::minimalIsPreferred()
{
    QFETCH(QByteArray, fields);
    QTEST(prefersMinimal(requestFor("PUT", "/k", fields)), "minimal");
}

QTEST_GUILESS_MAIN(TestPreconditions)
#include "tst_preconditions.moc"
