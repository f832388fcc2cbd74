// SPDX-License-Identifier: GPL-3.0-only
#include "tests/e2e/consumers/consumerprocess.h"
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

QString url(const ServerProcess &server, const QString &scheme, const QString &target)
{
    return scheme + "://127.0.0.1:"_L1 + QString::number(server.port()) + target;
}

} // namespace

/// curl and a Python client, which know nothing of this project.
class TestConsumers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void curlReadsTheEventStream();
    void curlResumesByLastEventId();
    void curlUploadsWithoutAWait();
    void curlFollowsLinksOfAListing();
    void pythonReadsTheWebSocket();
    void pythonReadsJsonSinceAPosition();
    void pythonSeesTheServersClose();

private:
    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestConsumers::init()
{
    m_server = std::make_unique<ServerProcess>();
    QVERIFY2(m_server->start(), m_server->standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server->port());
}

void TestConsumers::cleanup()
{
    QCOMPARE(m_server->stopFault(), ""_ba);
}

void TestConsumers::curlReadsTheEventStream()
{
    ConsumerProcess curl(QStringLiteral(MEMORYKV_CURL),
                         {u"-sS"_s, u"-N"_s, u"-i"_s, u"-H"_s, u"Accept: text/event-stream"_s,
                          url(*m_server, u"http"_s, u"/wal"_s)});
    QVERIFY2(curl.waitForOutput("\r\n\r\n"), curl.everything().constData());
    m_client->put("/pre:demo:key", R"({"source": "CloudFlare Worker", "type": "WASM"})");
    m_client->get("/pre:demo:key");
    QVERIFY2(curl.waitForOutput("data: Read { key: pre:demo:key}\n\n"),
             curl.everything().constData());
    QVERIFY2(
        curl.output().contains(
            R"(data: Insert { key: pre:demo:key, value: {"source": "CloudFlare Worker", "type": "WASM"} })"
            "\n\n"),
        curl.output().constData());
    QCOMPARE(m_server->stopFault(), ""_ba);
    QCOMPARE(curl.finish(), 0); // the stream has a clean end
}

void TestConsumers::curlResumesByLastEventId()
{
    m_client->put("/a", "1");
    const quint64 last = m_client->put("/b", "2").revision();
    m_client->put("/c", "3");
    const QString epoch
        = QString::number(m_client->get("/-/info").json()["epoch"_L1].toVariant().toULongLong());
    ConsumerProcess curl(QStringLiteral(MEMORYKV_CURL),
                         {u"-sS"_s, u"-N"_s, u"-H"_s, u"Accept: text/event-stream"_s, u"-H"_s,
                          "Last-Event-ID: "_L1 + epoch + ':'_L1 + QString::number(last),
                          url(*m_server, u"http"_s, u"/wal"_s)});
    QVERIFY2(curl.waitForOutput("data: Insert { key: c, value: 3 }\n\n"),
             curl.everything().constData());
    QVERIFY2(!curl.output().contains("key: b"), curl.output().constData());
    QVERIFY2(
        curl.output().contains(("id: "_L1 + epoch + ':'_L1 + QString::number(last + 1)).toLatin1()),
        curl.output().constData());
}

void TestConsumers::curlUploadsWithoutAWait()
{
    // curl asks "Expect: 100-continue" for a body of this size and waits a second for the answer.
    QTemporaryDir folder;
    QFile file(folder.filePath(u"upload"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(4 << 20, 'x'));
    file.close();
    qint64 best = std::numeric_limits<qint64>::max();
    for (int round = 0; round < 5 && best >= 900; ++round) {
        QElapsedTimer timer;
        timer.start();
        ConsumerProcess curl(QStringLiteral(MEMORYKV_CURL),
                             {u"-sS"_s, u"-v"_s, u"-o"_s, u"/dev/null"_s, u"-H"_s,
                              u"Expect: 100-continue"_s, u"-T"_s, file.fileName(),
                              url(*m_server, u"http"_s, u"/upload"_s)});
        QCOMPARE(curl.finish(), 0);
        best = qMin(best, timer.elapsed());
        QVERIFY2(curl.everything().contains("100 Continue"), curl.everything().constData());
    }
    QVERIFY2(best < 900, QByteArray::number(best).constData());
    QCOMPARE(m_client->get("/upload").body.size(), 4 << 20);
}

void TestConsumers::curlFollowsLinksOfAListing()
{
    for (int i = 0; i < 5; ++i)
        m_client->put("/k" + QByteArray::number(i), "v");
    ConsumerProcess curl(
        QStringLiteral(MEMORYKV_CURL),
        {u"-sS"_s, u"--compressed"_s, url(*m_server, u"http"_s, u"/keys?limit=2"_s)});
    QCOMPARE(curl.finish(), 0);
    QCOMPARE(curl.output(), R"(["k0","k1"])"_ba);
}

void TestConsumers::pythonReadsTheWebSocket()
{
    ConsumerProcess python(QStringLiteral(MEMORYKV_SYSTEM_PYTHON),
                           {QStringLiteral(MEMORYKV_WEBSOCKET_CONSUMER),
                            url(*m_server, u"ws"_s, u"/wal?op=insert,read,delete"_s)});
    QVERIFY2(python.waitForTold(u"python"_s, u"open"_s, u""_s), python.everything().constData());
    m_client->put("/pre:demo:key", "value ü");
    m_client->get("/pre:demo:key");
    m_client->del("/pre:demo:key");
    QVERIFY2(python.waitForTold(u"python"_s, u"message"_s, u"Delete { key: pre:demo:key }"_s),
             python.everything().constData());
    const QStringList expected{u"Insert { key: pre:demo:key, value: value ü }"_s,
                               u"Read { key: pre:demo:key}"_s, u"Delete { key: pre:demo:key }"_s};
    QCOMPARE(python.told(u"python"_s, u"message"_s), expected);
}

void TestConsumers::pythonReadsJsonSinceAPosition()
{
    m_client->put("/a", "1");
    const quint64 last = m_client->put("/b", QByteArray(200'000, 'x')).revision();
    const QString epoch
        = QString::number(m_client->get("/-/info").json()["epoch"_L1].toVariant().toULongLong());
    ConsumerProcess python(
        QStringLiteral(MEMORYKV_SYSTEM_PYTHON),
        {QStringLiteral(MEMORYKV_WEBSOCKET_CONSUMER),
         url(*m_server, u"ws"_s,
             "/wal?format=json&op=insert&since="_L1 + epoch + ':'_L1 + QString::number(last - 1))});
    QVERIFY2(python.waitForTold(u"python"_s, u"open"_s, u""_s), python.everything().constData());
    m_client->put("/c", "3");
    QVERIFY(QTest::qWaitFor([&] { return python.told(u"python"_s, u"message"_s).size() == 2; },
                            60'000));
    const QStringList messages = python.told(u"python"_s, u"message"_s);
    const QJsonObject b = QJsonDocument::fromJson(messages.first().toUtf8()).object();
    QCOMPARE(b["value"_L1].toString().size(), 200'000);
    const QJsonObject c = QJsonDocument::fromJson(messages.last().toUtf8()).object();
    QCOMPARE(c["key"_L1].toString(), u"c"_s);
    QCOMPARE(c["seq"_L1].toInteger(), static_cast<qint64>(last + 1));
}

void TestConsumers::pythonSeesTheServersClose()
{
    ConsumerProcess python(
        QStringLiteral(MEMORYKV_SYSTEM_PYTHON),
        {QStringLiteral(MEMORYKV_WEBSOCKET_CONSUMER), url(*m_server, u"ws"_s, u"/wal"_s)});
    QVERIFY2(python.waitForTold(u"python"_s, u"open"_s, u""_s), python.everything().constData());
    QCOMPARE(m_server->stopFault(), ""_ba);
    QVERIFY2(python.waitForTold(u"python"_s, u"close"_s, u"1001"_s),
             python.everything().constData());
    QCOMPARE(python.finish(), 0);
}

QTEST_GUILESS_MAIN(TestConsumers)
#include "tst_consumers.moc"
