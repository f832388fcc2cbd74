// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/flagvalues.h"

#include <QTest>

using namespace memorykv;
using namespace std::chrono_literals;

class TestFlagValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addresses_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("address"); // empty: refused
        QTest::newRow("IPv4") << QByteArray("192.0.2.1") << QStringLiteral("192.0.2.1");
        QTest::newRow("any IPv4") << QByteArray("0.0.0.0") << QStringLiteral("0.0.0.0");
        QTest::newRow("IPv6") << QByteArray("2001:DB8::1") << QStringLiteral("2001:db8::1");
        QTest::newRow("any IPv6") << QByteArray("::") << QStringLiteral("::");
        QTest::newRow("brackets") << QByteArray("[::1]") << QStringLiteral("::1");
        QTest::newRow("localhost") << QByteArray("localhost") << QStringLiteral("127.0.0.1");
        for (const char *text :
             {"", "example.org", "127.1", "127.0.0.01", "256.0.0.1", "1.2.3", "1.2.3.4.5",
              "[127.0.0.1]", "[", "]", "[]", "[::1", ":::", "127.0.0.1:80", "*", " 127.0.0.1"})
            QTest::addRow("refused: %s", text) << QByteArray(text) << QString();
    }
    void addresses()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, address);
        const auto read = addressFromText(text);
        QCOMPARE(read.ok(), !address.isEmpty());
        if (read)
            QCOMPARE(read->toString(), address);
        else
            QVERIFY(read.error().detail.startsWith('\'' + text + "' is not an address"));
    }

    void ports()
    {
        QCOMPARE(*portFromText("0"), quint16(0));
        QCOMPARE(*portFromText("65535"), quint16(65535));
        for (const char *text : {"", "65536", "-1", "+1", "1.0", "http", "0x50", " 80", "80 "}) {
            const auto read = portFromText(text);
            QVERIFY2(!read, text);
            QCOMPARE(read.error().detail,
                     '\'' + QByteArray(text)
                         + "' is not a port; give a number from 0 to 65535 (0 picks a free one)");
        }
    }

    void numbers()
    {
        QCOMPARE(*numberFromText("1", 1, 256), 1);
        QCOMPARE(*numberFromText("256", 1, 256), 256);
        for (const char *text : {"", "0", "257", "-1", "1k", "99999999999999999999"}) {
            const auto read = numberFromText(text, 1, 256);
            QVERIFY2(!read, text);
            QVERIFY(read.error().detail.endsWith("give a number from 1 to 256"));
        }
    }

    void sizes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("size");
        QTest::newRow("bytes") << QByteArray("1000") << qint64(1000);
        QTest::newRow("least") << QByteArray("1") << qint64(1);
        QTest::newRow("K") << QByteArray("2K") << qint64(2048);
        QTest::newRow("KiB") << QByteArray("2KiB") << qint64(2048);
        QTest::newRow("M") << QByteArray("5M") << qint64(5) * 1024 * 1024;
        QTest::newRow("MiB") << QByteArray("5MiB") << qint64(5) * 1024 * 1024;
        QTest::newRow("G") << QByteArray("3G") << qint64(3) * 1024 * 1024 * 1024;
        QTest::newRow("GiB") << QByteArray("3GiB") << qint64(3) * 1024 * 1024 * 1024;
        QTest::newRow("lower case") << QByteArray("1mib") << qint64(1024) * 1024;
        QTest::newRow("most") << QByteArray("4GiB") << qint64(4) * 1024 * 1024 * 1024;
    }
    void sizes()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, size);
        const auto read = sizeFromText(text, 1, 4LL << 30);
        QVERIFY2(read, read ? "" : read.error().detail.constData());
        QCOMPARE(*read, size);
    }

    void refusedSizes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("error");
        const auto row = [](const QByteArray &text, const QByteArray &error) {
            QTest::newRow(text.constData()) << text << error;
        };
        row("5MB", "'5MB' is not a size; write 5MiB (1KiB is 1024 bytes)");
        row("5kb", "'5kb' is not a size; write 5KiB (1KiB is 1024 bytes)");
        row("5Gb", "'5Gb' is not a size; write 5GiB (1KiB is 1024 bytes)");
        row("0", "'0' is out of range; give a size from 1 to 4GiB");
        row("5GiB", "'5GiB' is out of range; give a size from 1 to 4GiB");
        row("18446744073709551615GiB",
            "'18446744073709551615GiB' is out of range; give a size from 1 to 4GiB");
        row("99999999999999999999",
            "'99999999999999999999' is out of range; give a size from 1 to 4GiB");
        for (const char *text :
             {"", "abc", "MiB", "MB", "1.5M", "-1", "1 M", "1T", "1MiBB", "1b", "0x10", "1e3"})
            row(text, '\'' + QByteArray(text)
                          + "' is not a size; give bytes, or a number with KiB, MiB or GiB, "
                            "from 1 to 4GiB");
    }
    void refusedSizes()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, error);
        const auto read = sizeFromText(text, 1, 4LL << 30);
        QVERIFY(!read);
        QCOMPARE(read.error().detail, error);
    }

    void durations()
    {
        QVERIFY(*durationFromText("1", 1s, 24h) == 1s);
        QVERIFY(*durationFromText("90s", 1s, 24h) == 90s);
        QVERIFY(*durationFromText("5m", 1s, 24h) == 5min);
        QVERIFY(*durationFromText("24h", 1s, 24h) == 24h);
        for (const char *text : {"", "s", "1d", "1ms", "1.5s", "-1s", "1 s", "abc"}) {
            const auto read = durationFromText(text, 1s, 24h);
            QVERIFY2(!read, text);
            QCOMPARE(read.error().detail,
                     '\'' + QByteArray(text)
                         + "' is not a duration; give seconds, or a number with s, m or h, "
                           "from 1s to 24h");
        }
        for (const char *text : {"0", "25h", "86401", "99999999999999999999h"}) {
            const auto read = durationFromText(text, 1s, 24h);
            QVERIFY2(!read, text);
            QVERIFY(
                read.error().detail.endsWith("' is out of range; give a duration from 1s to 24h"));
        }
    }

    void origins_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("origins"); // joined by spaces
        const auto row = [](const QByteArray &text, const QByteArray &origins) {
            QTest::newRow(text.constData()) << text << origins;
        };
        row("*", "*");
        row("https://app.example", "https://app.example");
        row("https://app.example:8443", "https://app.example:8443");
        row("HTTPS://App.Example", "https://app.example");
        row("https://app.example:443", "https://app.example");
        row("http://app.example:80", "http://app.example");
        row("http://app.example:443", "http://app.example:443");
        row("http://localhost:3000", "http://localhost:3000");
        row("http://127.0.0.1:3000", "http://127.0.0.1:3000");
        row("http://[::1]", "http://[::1]");
        row("http://[::1]:3000", "http://[::1]:3000");
        row("chrome-extension://abcdefgh", "chrome-extension://abcdefgh");
        row("http://a , https://b:1,*", "http://a https://b:1 *");
    }
    void origins()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, origins);
        const auto read = originsFromText(text);
        QVERIFY2(read, read ? "" : read.error().detail.constData());
        QCOMPARE(read->join(' '), origins);
    }

    void refusedOrigins_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("error");
        const auto row = [](const QByteArray &text, const QByteArray &error) {
            QTest::newRow(text.constData()) << text << error;
        };
        row("https://app.example/",
            "'https://app.example/' is not an origin; leave out the path: https://app.example");
        row("http://a,https://b:443/x?y#z",
            "'https://b:443/x?y#z' is not an origin; leave out the path: https://b");
        for (const char *text : {"",
                                 "null",
                                 "app.example",
                                 "https://",
                                 "https:app.example",
                                 "//app.example",
                                 "://a",
                                 "https://*.example",
                                 "https://a:0",
                                 "https://a:65536",
                                 "https://a:",
                                 "https://a:b",
                                 "https://u@a",
                                 "https://a b",
                                 "https://b\xc3\xbc.example",
                                 "https://[::1",
                                 "https://[a]",
                                 "https://[",
                                 "https://]",
                                 "1http://a",
                                 "app.example/x",
                                 "/",
                                 "http://a,"}) {
            const QByteArray last = QByteArray(text).split(',').last();
            row(text, '\'' + last
                          + "' is not an origin; give * or scheme, host and port, such as "
                            "https://app.example:8443");
        }
    }
    void refusedOrigins()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, error);
        const auto read = originsFromText(text);
        QVERIFY(!read);
        QCOMPARE(read.error().detail, error);
    }

    void quotedTextStaysOnItsLine()
    {
        QCOMPARE(badValue("a\n\x1b[2J", "is bad").detail, QByteArray("'a\\n\\u001b[2J' is bad"));
    }
};

QTEST_APPLESS_MAIN(TestFlagValues)
#include "tst_flagvalues.moc"
