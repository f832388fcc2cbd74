// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/serverprocess.h"
#include "tests/support/tokens.h"

#include <QFile>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

/// Where tokens come from: --token-file, SIGHUP and --new-token.
class TestTokenFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void badTokenFileIsNotServedWith_data();
    void badTokenFileIsNotServedWith();
    void reloadTakesTheNewTokens();
    void reloadDuringLoad();
    void newTokenIsTaken();
    void newTokenSaysWhatItTakes();
};

void TestTokenFiles::badTokenFileIsNotServedWith_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("named");
    const QByteArray hash(64, '0');
    QTest::newRow("empty") << ""_ba
                           << "has no token"_ba;
    QTest::newRow("comments alone") << "# read\n\n"_ba
                                    << "has no token"_ba;
    QTest::newRow("role") << "read " + hash + "\nroot " + hash + '\n' << "line 2"_ba;
    QTest::newRow("token in the clear") << "read mkv_secret\n"_ba
                                        << "line 1"_ba;
    QTest::newRow("prefix") << "read " + hash + " %FF\n"
                            << "line 1: prefix"_ba;
    QTest::newRow("too much") << "read " + hash + " a b\n"
                              << "line 1"_ba;
    QTest::newRow("twice") << "read " + hash + "\nadmin " + hash + '\n' << "line 2"_ba;
}

void TestTokenFiles::badTokenFileIsNotServedWith()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, named);
    TokenFile file(Tokens{});
    file.writeText(text);
    ServerProcess server({u"--port"_s, u"0"_s, u"--token-file"_s, file.path()});
    QCOMPARE(server.run().value_or(-1), 1);
    QVERIFY2(server.standardError().contains(named), server.standardError().constData());
    QVERIFY(server.standardError().contains("--token-file"));
    QVERIFY(!server.standardError().contains("mkv_secret"));

    TokenFile open(Tokens{{"read", "t-read"}});
    QVERIFY(QFile::setPermissions(open.path(), QFile::ReadOwner | QFile::ReadOther));
    ServerProcess other({u"--port"_s, u"0"_s, u"--token-file"_s, open.path()});
    QCOMPARE(other.run().value_or(-1), 1);
    QVERIFY(other.standardError().contains("chmod 600"));
}

void TestTokenFiles::reloadTakesTheNewTokens()
{
    TokenFile file(Tokens{{"read", "t-old"}});
    ServerProcess server({u"--token-file"_s, file.path()});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    QCOMPARE(client.get("/keys", bearer("t-old")).status, 200);

    file.write({{"write", "t-new"}});
    QCOMPARE(client.get("/keys", bearer("t-old")).status, 200);
    server.sendSignal(SIGHUP);
    QTRY_COMPARE(client.get("/keys", bearer("t-new")).status, 200);
    QCOMPARE(client.get("/keys", bearer("t-old")).status, 401);

    file.writeText("wrong\n");
    server.sendSignal(SIGHUP);
    QTRY_VERIFY(server.standardError().contains("line 1"));
    QCOMPARE(client.get("/keys", bearer("t-new")).status, 200);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestTokenFiles::reloadDuringLoad()
{
    TokenFile file(Tokens{{"write", "t-kept"}, {"read", "t-0"}});
    ServerProcess server({u"--token-file"_s, file.path()});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    for (int round = 1; round <= 50; ++round) {
        file.write({{"write", "t-kept"}, {"read", "t-" + QByteArray::number(round)}});
        server.sendSignal(SIGHUP);
        for (int i = 0; i < 20; ++i)
            QVERIFY(client.put("/k", "v", bearer("t-kept")).status < 300);
    }
    QTRY_COMPARE(client.get("/k", bearer("t-50")).status, 200);
    QCOMPARE(client.get("/k", bearer("t-49")).status, 401);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestTokenFiles::newTokenIsTaken()
{
    TokenFile file(Tokens{});
    QByteArrayList tokens;
    QByteArray lines;
    for (const QStringList &arguments :
         {QStringList{u"read"_s}, QStringList{u"admin"_s, u"ä b/"_s}}) {
        ServerProcess program(QStringList{u"--new-token"_s} + arguments);
        QCOMPARE(program.run().value_or(-1), 0);
        const QByteArrayList printed = program.standardOutput().split('\n');
        QCOMPARE(printed.size(), 3);
        QCOMPARE(printed[0].size(), 47);
        QVERIFY(!printed[1].contains(printed[0]));
        tokens.append(printed[0]);
        lines += printed[1] + '\n';
    }
    QVERIFY(tokens[0] != tokens[1]);
    file.writeText(lines);
    ServerProcess server({u"--token-file"_s, file.path()});
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    QCOMPARE(client.get("/keys", bearer(tokens[0])).status, 200);
    QCOMPARE(client.put("/%C3%A4%20b/1", "v", bearer(tokens[1])).status, 201);
    QCOMPARE(client.put("/other", "v", bearer(tokens[1])).status, 403);
    QCOMPARE(server.stopFault(), ""_ba);
}

void TestTokenFiles::newTokenSaysWhatItTakes()
{
    for (const QStringList &arguments :
         {QStringList{}, QStringList{u"root"_s}, QStringList{u"read"_s, u""_s},
          QStringList{u"read"_s, u"a"_s, u"b"_s}}) {
        ServerProcess program(QStringList{u"--new-token"_s} + arguments);
        QCOMPARE(program.run().value_or(-1), 2);
        QCOMPARE(program.standardOutput(), ""_ba);
        QVERIFY(program.standardError().contains("--new-token"));
    }
}

QTEST_GUILESS_MAIN(TestTokenFiles)
#include "tst_tokenfiles.moc"
