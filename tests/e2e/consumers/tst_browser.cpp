// SPDX-License-Identifier: GPL-3.0-only
#include "tests/e2e/consumers/consumerprocess.h"
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QRegularExpression>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

// The messages that do not come of what the browser does by itself: it answers pings, and asks for
// the icon of the page.
QStringList withoutOwn(const QStringList &messages)
{
    return messages.filter(QRegularExpression(u"^(?!Heartbeat from |Read \\{ key: favicon)"_s));
}

} // namespace

/// The WebSocket and EventSource of a real browser.
class TestBrowser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void browserConsumesTheFeed();
};

void TestBrowser::browserConsumesTheFeed()
{
    ServerProcess server;
    QVERIFY2(server.start(), server.standardError().constData());
    HttpClient client(server.port());
    ConsumerProcess browser(QStringLiteral(MEMORYKV_NODE),
                            {QStringLiteral(MEMORYKV_BROWSER_CONSUMER),
                             QStringLiteral(MEMORYKV_BROWSER),
                             "http://127.0.0.1:"_L1 + QString::number(server.port()) + '/'_L1});
    for (const QString &from : {u"websocket"_s, u"json"_s, u"eventsource"_s})
        QVERIFY2(browser.waitForTold(from, u"open"_s, u""_s), browser.everything().constData());

    const QByteArray value = R"({"source": "CloudFlare Worker", "type": "WASM"})";
    const quint64 revision = client.put("/pre:demo:key", value).revision();
    client.get("/pre:demo:key");
    client.put("/lines", "one\ntwo ü€😀");
    client.del("/keys");
    const QStringList expected{
        QString::fromUtf8("Insert { key: pre:demo:key, value: " + value + " }"),
        u"Read { key: pre:demo:key}"_s,
        u"Insert { key: lines, value: one\ntwo ü€😀 }"_s,
        u"DeleteAll"_s,
    };
    for (const QString &from : {u"websocket"_s, u"eventsource"_s}) {
        QVERIFY2(browser.waitForTold(from, u"message"_s, u"DeleteAll"_s),
                 browser.everything().constData());
        QCOMPARE(withoutOwn(browser.told(from, u"message"_s)), expected);
    }
    // The browser answers pings by itself.
    QVERIFY(
        QTest::qWaitFor([&] { return browser.output().contains("Heartbeat from 127.0.0.1:"); }));
    QTRY_COMPARE(browser.told(u"json"_s, u"message"_s).size(), 2);
    const QStringList json = browser.told(u"json"_s, u"message"_s);
    const QJsonObject insert = QJsonDocument::fromJson(json.first().toUtf8()).object();
    QCOMPARE(insert["key"_L1].toString(), u"pre:demo:key"_s);
    QCOMPARE(insert["value"_L1].toString().toUtf8(), value);
    QCOMPARE(insert["seq"_L1].toInteger(), static_cast<qint64>(revision));

    QCOMPARE(server.stopFault(), ""_ba);
    QVERIFY2(browser.waitForTold(u"websocket"_s, u"close"_s, u"1001"_s),
             browser.everything().constData());
    QVERIFY2(browser.waitForTold(u"json"_s, u"close"_s, u"1001"_s),
             browser.everything().constData());
    QCOMPARE(browser.finish(), 0);
}

QTEST_GUILESS_MAIN(TestBrowser)
#include "tst_browser.moc"
