// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/hostlist.h"

#include <QTest>

using namespace memorykv;

class TestHostList : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allows_data();
    void allows();
};

void TestHostList::allows_data()
{
    QTest::addColumn<QString>("bound");
    QTest::addColumn<QList<QByteArray>>("names");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char *name, const char *bound, const QList<QByteArray> &names,
                        const QByteArray &host, bool allowed) {
        QTest::newRow(name) << QString::fromLatin1(bound) << names << host << allowed;
    };
    row("loopback name", "127.0.0.1", {}, "localhost", true);
    row("in capitals, with a port", "127.0.0.1", {}, "LOCALHOST:80", true);
    row("with a dot", "127.0.0.1", {}, "localhost.", true);
    row("other loopback address", "127.0.0.1", {}, "127.9.9.9:1", true);
    row("IPv6 loopback", "127.0.0.1", {}, "[::1]:8080", true);
    row("IPv4 mapped", "127.0.0.1", {}, "[::ffff:10.0.0.1]", false);
    row("short form", "127.0.0.1", {}, "127.1", false);
    row("number", "127.0.0.1", {}, "2130706433", false);
    row("other name", "127.0.0.1", {}, "evil.example", false);
    row("name that begins alike", "127.0.0.1", {}, "localhost.evil.example", false);
    row("name that ends alike", "127.0.0.1", {}, "xlocalhost", false);
    row("bound address", "192.0.2.7", {}, "192.0.2.7:8080", true);
    row("another address", "192.0.2.7", {}, "192.0.2.8", false);
    row("loopback where another is bound", "192.0.2.7", {}, "localhost", true);
    row("bound IPv6 address", "2001:db8::7", {}, "[2001:DB8::7]:8080", true);
    row("every address when all are bound", "0.0.0.0", {}, "192.0.2.8", true);
    row("every IPv6 address when all are bound", "::", {}, "[2001:db8::8]", true);
    row("no other name when all are bound", "0.0.0.0", {}, "evil.example", false);
    row("given name", "127.0.0.1", {"kv.example"}, "KV.Example:1", true);
    row("below a given name", "127.0.0.1", {"kv.example"}, "www.kv.example", false);
    row("any", "127.0.0.1", {"*"}, "evil.example", true);
}

void TestHostList::allows()
{
    QFETCH(QString, bound);
    QFETCH(QList<QByteArray>, names);
    QFETCH(QByteArray, host);
    QTEST(HostList(QHostAddress(bound), names).allows(host), "allowed");
    QVERIFY(HostList().allows(host));
}

QTEST_GUILESS_MAIN(TestHostList)
#include "tst_hostlist.moc"
