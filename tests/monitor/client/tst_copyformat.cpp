// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/copyformat.h"

#include "monitor/client/entrytext.h"
#include "monitor/client/hexformat.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QTest>

using namespace memorykv;

namespace {

const Endpoint kEndpoint{.address = QUrl(QStringLiteral("http://localhost:8080"))};

/// What a shell makes of \a command.
QByteArray shellOutput(const QByteArray &command)
{
    QProcess shell;
    shell.start(QStringLiteral("/bin/sh"), {QStringLiteral("-s")});
    shell.write(command + '\n');
    shell.closeWriteChannel();
    shell.waitForFinished();
    return shell.readAllStandardOutput();
}

} // namespace

class TestCopyFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shellSeesTheSameWord_data()
    {
        QTest::addColumn<QByteArray>("word");
        for (const char *word : {"", "plain", "a b", "it's", "$HOME `id` $(id)", "\"\\\"", "a\nb",
                                 "*?[]{}~!#;&|<>", "-n", "\xc3\xbc", "''", "'"})
            QTest::newRow(word) << QByteArray(word);
    }
    void shellSeesTheSameWord()
    {
        QFETCH(QByteArray, word);
        QCOMPARE(shellOutput("printf %s " + shellQuoted(word)), word);
    }

    void curlCommandsSendWhatTheyShould_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("text") << QByteArray("it's {\"a\": \"$x\"}\nand more");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("like a file") << QByteArray("@/etc/passwd");
        QTest::newRow("zero") << QByteArray("a\0b", 3);
        QTest::newRow("bytes") << QByteArray("\xff\xfe%s\\n");
        QByteArray all;
        for (int byte = 0; byte < 256; ++byte)
            all += static_cast<char>(byte);
        QTest::newRow("all bytes") << all;
    }
    /// With curl replaced by a function that shows what it would send.
    void curlCommandsSendWhatTheyShould()
    {
        QFETCH(QByteArray, value);
        const QByteArray command
            = curlPut(kEndpoint, {.key = "a b/../'c", .value = value, .type = "t/x; a=\"b c\""});
        const QByteArray fake = "curl() { while [ $# -gt 0 ]; do case $1 in "
                                "--data-raw) printf %s \"$2\"; shift;; "
                                "--data-binary) cat; shift;; esac; shift; done; }\n";
        QCOMPARE(shellOutput(fake + command), value);
        const QByteArray words = "curl() { for word; do last=$word; done; printf %s \"$last\"; }\n";
        QCOMPARE(shellOutput(words + command + " </dev/null"),
                 "http://localhost:8080/a%20b/../%27c");
    }

    void tokenIsNeverInACommand()
    {
        Endpoint endpoint = kEndpoint;
        endpoint.token = "secret";
        for (const QByteArray &command :
             {curlGet(endpoint, "k"), curlPut(endpoint, {.key = "k"}), curlDelete(endpoint, "k")}) {
            QVERIFY(!command.contains("secret"));
            QVERIFY(command.contains("\"Authorization: Bearer $MEMORYKV_TOKEN\""));
        }
        QVERIFY(!curlGet(kEndpoint, "k").contains("Authorization"));
    }

    void keysInEveryFormat()
    {
        const QByteArrayList keys = {"a", "b,\"c\"", "\xc3\xbc"};
        QCOMPARE(copyKeys(keys, CopyFormat::Text, kEndpoint), QStringLiteral("a\nb,\"c\"\nü"));
        QCOMPARE(copyKeys(keys, CopyFormat::Csv, kEndpoint),
                 QStringLiteral("key\r\na\r\n\"b,\"\"c\"\"\"\r\nü\r\n"));
        QCOMPARE(copyKeys(keys, CopyFormat::Json, kEndpoint),
                 QStringLiteral("[\"a\",\"b,\\\"c\\\"\",\"ü\"]"));
        QCOMPARE(copyKeys({"a"}, CopyFormat::Curl, kEndpoint),
                 QStringLiteral("curl --path-as-is http://localhost:8080/a"));
    }

    void eventsInEveryFormat()
    {
        const QList<ExportedEvent> events
            = {{{.op = Op::Insert, .epoch = 7, .seq = 1, .key = "k", .value = "v", .type = "t"}},
               {{.op = Op::Touch, .epoch = 7, .seq = 2, .key = "k", .ttlSeconds = 0}},
               {{.op = Op::DeletePrefix, .epoch = 7, .seq = 3, .key = "a/"}},
               {{.op = Op::Heartbeat, .epoch = 7, .seq = 3, .peer = "x:1"}}};
        QCOMPARE(copyEvents(events, CopyFormat::Text, kEndpoint),
                 QStringLiteral("Insert { key: k, value: v }\nTouch { key: k, ttl: 0 }\n"
                                "DeletePrefix { key: a/ }\nHeartbeat from x:1"));
        QCOMPARE(copyEvents(events, CopyFormat::Json, kEndpoint).count(QLatin1Char('\n')), 3);
        QCOMPARE(copyEvents(events, CopyFormat::Csv, kEndpoint).count(QLatin1String("\r\n")), 5);
        QCOMPARE(copyEvents(events, CopyFormat::Curl, kEndpoint),
                 QStringLiteral("curl --path-as-is -X PUT -H 'Content-Type: t' --data-raw v "
                                "http://localhost:8080/k\n"
                                "curl --path-as-is -X PATCH 'http://localhost:8080/k?ttl=0'\n"
                                "curl --path-as-is -X DELETE http://localhost:8080/keys/a/"));
    }

    void valuesThatAreCutSaySo()
    {
        const QList<ExportedEvent> events
            = {{{.op = Op::Insert, .epoch = 7, .seq = 1, .key = "a\nb", .value = "v"}, 900}};
        QCOMPARE(copyEvents(events, CopyFormat::Text, kEndpoint),
                 QStringLiteral("Insert { key: a\nb, value: v } (the first 1 of 900 bytes)"));
        QVERIFY(copyEvents(events, CopyFormat::Json, kEndpoint)
                    .endsWith(QStringLiteral(",\"cut_from\":900}")));
        QVERIFY(
            copyEvents(events, CopyFormat::Csv, kEndpoint).endsWith(QStringLiteral(",900\r\n")));
        // One line, whatever the key: what follows it would be a command.
        QCOMPARE(copyEvents(events, CopyFormat::Curl, kEndpoint),
                 QStringLiteral("# http://localhost:8080/a%0Ab: the log has only the first 1 of "
                                "900 bytes"));
    }

    void valueAsJsonIsWhatImportReads()
    {
        const StoredValue value{
            .key = "k", .bytes = QByteArray("\0\xff", 2), .type = "t", .revision = 5};
        const auto entry = entryFromJson(copyValue(value, CopyFormat::Json, kEndpoint).toUtf8());
        QVERIFY(entry);
        QCOMPARE(entry->value, value.bytes);
        QCOMPARE(entry->revision, 5U);
    }

    void hexLinesAreAligned()
    {
        QByteArray bytes("Hello\0\xff World, more", 20);
        QCOMPARE(hexLineCount(0), 0);
        QCOMPARE(hexLineCount(16), 1);
        QCOMPARE(hexLineCount(17), 2);
        QCOMPARE(hexLine(bytes, 0),
                 QStringLiteral("00000000  48 65 6c 6c 6f 00 ff 20  57 6f 72 6c 64 2c 20 6d  "
                                "|Hello.. World, m|"));
        QCOMPARE(hexLine(bytes, 1),
                 QStringLiteral("00000010  6f 72 65 00                                       "
                                "|ore.|"));
        QVERIFY(hexLine(bytes, 2).isEmpty());
        QVERIFY(hexLine(bytes, -1).isEmpty());
        QCOMPARE(hexLines(bytes, 0, 10), hexLine(bytes, 0) + QLatin1Char('\n') + hexLine(bytes, 1));
        QVERIFY(hexLines({}, 0, 10).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCopyFormat)
#include "tst_copyformat.moc"
