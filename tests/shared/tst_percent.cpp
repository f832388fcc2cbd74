// SPDX-License-Identifier: GPL-3.0-only
#include "shared/percent.h"

#include <QTest>

using namespace memorykv;

class TestPercent : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decodes_data()
    {
        QTest::addColumn<QByteArray>("encoded");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("query");
        const auto row
            = [](const char *name, const QByteArray &encoded, const QByteArray &decoded) {
                  QTest::newRow(name) << encoded << decoded << decoded;
              };
        row("empty", "", "");
        row("plain", "a/b-c._~", "a/b-c._~");
        row("both cases of hex", "%c3%BC%C3%bc", "\xc3\xbc\xc3\xbc");
        row("slash", "a%2Fb", "a/b");
        row("NUL", "%00", QByteArray(1, '\0'));
        row("every byte is possible", "%FF%fe", "\xff\xfe");
        row("decoded once only", "%2525", "%25");
        row("only escapes", "%41%42%43", "ABC");
        QTest::newRow("plus") << QByteArray("a+b%2B") << QByteArray("a+b+") << QByteArray("a b+");
    }
    void decodes()
    {
        QFETCH(QByteArray, encoded);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, query);
        const auto decodedPath = percentDecode(encoded);
        QVERIFY(decodedPath);
        QCOMPARE(*decodedPath, path);
        const auto decodedQuery = queryDecode(encoded);
        QVERIFY(decodedQuery);
        QCOMPARE(*decodedQuery, query);
    }

    void refusesABrokenEscape_data()
    {
        QTest::addColumn<QByteArray>("encoded");
        QTest::newRow("alone") << QByteArray("%");
        QTest::newRow("one digit") << QByteArray("abc%4");
        QTest::newRow("no hex, first") << QByteArray("%g0");
        QTest::newRow("no hex, second") << QByteArray("%0g");
        QTest::newRow("percent twice") << QByteArray("%%41");
        QTest::newRow("sign") << QByteArray("%-1");
        QTest::newRow("space") << QByteArray("% 1");
    }
    void refusesABrokenEscape()
    {
        QFETCH(QByteArray, encoded);
        for (const auto &result : {percentDecode(encoded), queryDecode(encoded)}) {
            QVERIFY(!result);
            QVERIFY(result.error().code == ErrorCode::InvalidArgument);
        }
    }

    void encodesAllButUnreserved()
    {
        QCOMPARE(percentEncodePath("a/b c?d#e%&+~-._"), QByteArray("a/b%20c%3Fd%23e%25%26%2B~-._"));
        QCOMPARE(percentEncodeQuery("a/b c"), QByteArray("a%2Fb%20c"));
        QCOMPARE(percentEncodePath("\xc3\xbc"), QByteArray("%C3%BC"));
    }

    void everyByteSurvivesBothWays()
    {
        QByteArray all;
        for (int byte = 0; byte < 256; ++byte)
            all.append(static_cast<char>(byte));
        const auto path = percentDecode(percentEncodePath(all));
        QVERIFY(path);
        QCOMPARE(*path, all);
        const auto query = queryDecode(percentEncodeQuery(all));
        QVERIFY(query);
        QCOMPARE(*query, all);
    }
};

QTEST_APPLESS_MAIN(TestPercent)
#include "tst_percent.moc"
