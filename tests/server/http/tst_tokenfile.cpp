// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/tokenfile.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace memorykv;

static const QByteArray kHash(64, 'a');
static const QByteArray kOtherHash(64, 'B');

class TestTokenFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsRolesHashesAndPrefixes();
    void whatItWritesItReads();
    void refusesAndNamesTheLine_data();
    void refusesAndNamesTheLine();
    void refusesMoreThanTheMost();
    void tokenText_data();
    void tokenText();
    void asksForAPrivateFile_data();
    void asksForAPrivateFile();
    void refusesWhatIsNoFile();
};

void TestTokenFile::readsRolesHashesAndPrefixes()
{
    const auto grants = parseTokenFile("# all of them\r\n\n  read\t" + kHash + "\n admin "
                                       + kOtherHash + "   user%2F%20x/  \r\n");
    QVERIFY2(grants, grants ? "" : grants.error().detail.constData());
    QCOMPARE(grants->size(), 2);
    QVERIFY(grants->at(0).role == Role::Read);
    QCOMPARE(grants->at(0).tokenHash, QByteArray(32, '\xaa'));
    QVERIFY(!grants->at(0).isConfined());
    QVERIFY(grants->at(1).role == Role::Admin);
    QCOMPARE(grants->at(1).tokenHash, QByteArray(32, '\xbb'));
    QCOMPARE(grants->at(1).prefix, QByteArray("user/ x/"));
}

void TestTokenFile::whatItWritesItReads()
{
    Grant grant;
    grant.role = Role::Write;
    grant.tokenHash = tokenHash("secret");
    grant.prefix = "a b%\xc3\xa4#";
    const auto grants = parseTokenFile(tokenFileLine(grant));
    QVERIFY(grants);
    QVERIFY(grants->front() == grant);
}

void TestTokenFile::refusesAndNamesTheLine_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("detail");
    const QByteArray good = "read " + kHash + '\n';
    QTest::newRow("role") << good + "owner " + kOtherHash << QByteArray("line 2: ");
    QTest::newRow("role in capitals") << "READ " + kHash << QByteArray("line 1: ");
    QTest::newRow("no hash") << QByteArray("read") << QByteArray("line 1: ");
    QTest::newRow("short hash") << "read " + kHash.chopped(1) << QByteArray("line 1: ");
    QTest::newRow("long hash") << "read " + kHash + 'a' << QByteArray("line 1: ");
    QTest::newRow("hash with a g") << "read g" + kHash.sliced(1) << QByteArray("line 1: ");
    QTest::newRow("four words") << "read " + kHash + " a b" << QByteArray("line 1: ");
    QTest::newRow("bad encoding") << "read " + kHash + " %4" << QByteArray("line 1: prefix: ");
    QTest::newRow("no UTF-8") << "read " + kHash + " \xff" << QByteArray("line 1: prefix: ");
    QTest::newRow("long prefix") << "read " + kHash + ' ' + QByteArray(1025, 'p')
                                 << QByteArray("line 1: prefix: ");
    QTest::newRow("twice") << good + "\nadmin " + kHash << QByteArray("line 3: ");
    QTest::newRow("nothing") << QByteArray("#\n") << QByteArray("has no token");
}

void TestTokenFile::refusesAndNamesTheLine()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, detail);
    const auto grants = parseTokenFile(text);
    QVERIFY(!grants);
    QVERIFY2(grants.error().detail.startsWith(detail), grants.error().detail.constData());
    QVERIFY(!grants.error().detail.contains("aaaa"));
}

void TestTokenFile::refusesMoreThanTheMost()
{
    QByteArray text;
    for (int i = 0; i < kMaxTokens; ++i)
        text += "read " + tokenHash(QByteArray::number(i)).toHex() + '\n';
    QVERIFY(parseTokenFile(text));
    text += "read " + tokenHash("one more").toHex();
    QVERIFY(!parseTokenFile(text));
}

void TestTokenFile::tokenText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isToken");
    QTest::newRow("all letters") << QByteArray("azAZ09-_.~") << true;
    QTest::newRow("longest") << QByteArray(512, 'a') << true;
    QTest::newRow("too long") << QByteArray(513, 'a') << false;
    QTest::newRow("empty") << QByteArray() << false;
    QTest::newRow("space") << QByteArray("a b") << false;
    QTest::newRow("base64") << QByteArray("a+/=") << false;
    QTest::newRow("NUL") << QByteArray("a\0", 2) << false;
    QTest::newRow("beyond ASCII") << QByteArray("\xc3\xa4") << false;
}

void TestTokenFile::tokenText()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, isToken);
    QCOMPARE(isTokenText(text), isToken);
}

void TestTokenFile::asksForAPrivateFile_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<bool>("ok");
    QTest::newRow("0600") << 0600 << true;
    QTest::newRow("0400") << 0400 << true;
    QTest::newRow("0640") << 0640 << false;
    QTest::newRow("0604") << 0604 << false;
    QTest::newRow("0620") << 0620 << false;
    QTest::newRow("0777") << 0777 << false;
}

void TestTokenFile::asksForAPrivateFile()
{
    QFETCH(int, mode);
    QFETCH(bool, ok);
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("tokens"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("read " + kHash + '\n');
    file.close();
    QCOMPARE(::chmod(QFile::encodeName(path).constData(), mode_t(mode)), 0);
    const auto grants = readTokenFile(QFile::encodeName(path));
    QCOMPARE(grants.ok(), ok);
    if (!ok)
        QVERIFY(grants.error().detail.contains("chmod 600"));
}

void TestTokenFile::refusesWhatIsNoFile()
{
    QTemporaryDir folder;
    QVERIFY(!readTokenFile(QFile::encodeName(folder.path())));
    QVERIFY(!readTokenFile(QFile::encodeName(folder.filePath(QStringLiteral("none")))));
    const QByteArray pipe = QFile::encodeName(folder.filePath(QStringLiteral("pipe")));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    QVERIFY(!readTokenFile(pipe));
}

QTEST_GUILESS_MAIN(TestTokenFile)
#include "tst_tokenfile.moc"
