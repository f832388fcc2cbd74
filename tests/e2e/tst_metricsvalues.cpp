// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketfeed.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

using Series = QMap<QByteArray, double>;

// The samples of an exposition, by name and labels, with the labels in the order of their names.
Series seriesOf(const QByteArray &text)
{
    Series series;
    const QByteArrayList lines = text.split('\n');
    for (const QByteArray &line : lines) {
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        const qsizetype space = line.lastIndexOf(' ');
        QByteArray name = line.left(space);
        if (const qsizetype brace = name.indexOf('{'); brace >= 0) {
            QByteArrayList labels = name.mid(brace + 1, name.size() - brace - 2).split(',');
            std::sort(labels.begin(), labels.end());
            name = name.left(brace + 1) + labels.join(',') + '}';
        }
        series.insert(name, line.mid(space + 1).toDouble());
    }
    return series;
}

QByteArray requests(const QByteArray &method, const QByteArray &route, const QByteArray &code)
{
    return "memorykv_http_requests_total{code=\"" + code + "\",method=\"" + method + "\",route=\""
           + route + "\"}";
}

QByteArray operations(const QByteArray &op, const QByteArray &result)
{
    return "memorykv_operations_total{op=\"" + op + "\",result=\"" + result + "\"}";
}

QByteArray feedEvents(const QByteArray &op)
{
    return "memorykv_feed_events_total{op=\"" + op + "\"}";
}

} // namespace

/// A known series of requests gives known numbers.
class TestMetricsValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void requestsByMethodRouteAndCode();
    void operationsByResult();
    void keysAndBytes();
    void expiries();
    void feedCounts();
    void subscribersAndConnections();
    void walPosition();
    void durationsAreObserved();
    void aKeyIsNeverALabel();
    void processAndBuild();
    void countersNeverFall();
    void promtoolHasNothingToSay();

private:
    double value(const QByteArray &series);

    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestMetricsValues::init()
{
    m_server = std::make_unique<ServerProcess>();
    QVERIFY2(m_server->start(), m_server->standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server->port());
}

void TestMetricsValues::cleanup()
{
    QCOMPARE(m_server->stopFault(), ""_ba);
}

double TestMetricsValues::value(const QByteArray &series)
{
    return seriesOf(m_client->get("/metrics").body).value(series, 0);
}

void TestMetricsValues::requestsByMethodRouteAndCode()
{
    m_client->put("/a", "1");
    m_client->put("/b", "1");
    const QByteArray tag = m_client->put("/a", "2").header("etag");
    for (int i = 0; i < 5; ++i)
        m_client->get("/a");
    m_client->get("/a", {{"If-None-Match", tag}});
    m_client->get("/missing");
    m_client->head("/a");
    m_client->patch("/a?ttl=100");
    m_client->put("/a", "3", {{"If-None-Match", "*"}});
    m_client->del("/b");
    m_client->del("/b");
    m_client->get("/keys");
    m_client->get("/keys/a?count=true");
    m_client->get("/keys/a?limit=x");
    m_client->del("/keys/a");
    m_client->del("/keys");
    m_client->batch(R"({"operations":[{"op":"put","key":"x","value":"1"}]})");
    m_client->get("/ping");
    m_client->put("/ping", "x");
    m_client->get("/-/nothing");
    m_client->get("/wal");
    m_client->options("/a");
    RawClient nonsense(m_server->port());
    nonsense.send("nonsense\r\n\r\n");
    nonsense.readUntilClosed();

    const Series series = seriesOf(m_client->get("/metrics").body);
    const auto count = [&](const char *method, const char *route, const char *code) {
        return series.value(requests(method, route, code), 0);
    };
    QCOMPARE(count("PUT", "/{key}", "201"), 2.0);
    QCOMPARE(count("PUT", "/{key}", "200"), 1.0);
    QCOMPARE(count("PUT", "/{key}", "412"), 1.0);
    QCOMPARE(count("GET", "/{key}", "200"), 5.0);
    QCOMPARE(count("GET", "/{key}", "304"), 1.0);
    QCOMPARE(count("GET", "/{key}", "404"), 1.0);
    QCOMPARE(count("HEAD", "/{key}", "200"), 1.0);
    QCOMPARE(count("PATCH", "/{key}", "204"), 1.0);
    QCOMPARE(count("DELETE", "/{key}", "200"), 1.0);
    QCOMPARE(count("DELETE", "/{key}", "404"), 1.0);
    QCOMPARE(count("GET", "/keys", "200"), 1.0);
    QCOMPARE(count("GET", "/keys/{prefix}", "200"), 1.0);
    QCOMPARE(count("GET", "/keys/{prefix}", "400"), 1.0);
    QCOMPARE(count("DELETE", "/keys/{prefix}", "200"), 1.0);
    QCOMPARE(count("DELETE", "/keys", "200"), 1.0);
    QCOMPARE(count("POST", "/-/batch", "200"), 1.0);
    QCOMPARE(count("GET", "/ping", "200"), 1.0);
    QCOMPARE(count("PUT", "/ping", "405"), 1.0);
    QCOMPARE(count("GET", "/wal", "426"), 1.0);
    QCOMPARE(count("other", "other", "400"), 1.0);
    double all = 0;
    for (auto it = series.cbegin(); it != series.cend(); ++it)
        all += it.key().startsWith("memorykv_http_requests_total") ? it.value() : 0;
    QCOMPARE(all, 27.0);
    QCOMPARE(value(requests("GET", "/metrics", "200")), 1.0);
}

void TestMetricsValues::operationsByResult()
{
    m_client->put("/a", "1");
    m_client->put("/a", "1");
    m_client->put("/a", "1", {{"If-None-Match", "*"}});
    m_client->get("/a");
    m_client->get("/a", {{"If-None-Match", "*"}});
    m_client->head("/a");
    m_client->get("/missing");
    m_client->patch("/a?ttl=5");
    m_client->patch("/missing?ttl=5");
    m_client->get("/keys");
    m_client->get("/keys/a");
    m_client->get("/keys?count=true");
    m_client->batch(
        R"({"operations":[{"op":"put","key":"x","value":"1"},{"op":"delete","key":"x"}]})");
    m_client->batch(R"({"operations":[{"op":"put","key":"x","value":"1","if_match":"*"}]})");
    m_client->del("/a");
    m_client->del("/a");
    m_client->del("/keys/a");
    m_client->del("/keys");

    const Series series = seriesOf(m_client->get("/metrics").body);
    const auto count = [&](const char *op, const char *result) {
        return series.value(operations(op, result), -1);
    };
    QCOMPARE(count("put", "ok"), 2.0);
    QCOMPARE(count("put", "precondition_failed"), 1.0);
    QCOMPARE(count("get", "ok"), 3.0);
    QCOMPARE(count("get", "not_found"), 1.0);
    QCOMPARE(count("patch", "ok"), 1.0);
    QCOMPARE(count("patch", "not_found"), 1.0);
    QCOMPARE(count("list", "ok"), 2.0);
    QCOMPARE(count("count", "ok"), 1.0);
    QCOMPARE(count("batch", "ok"), 1.0);
    QCOMPARE(count("batch", "precondition_failed"), 1.0);
    QCOMPARE(count("delete", "ok"), 1.0);
    QCOMPARE(count("delete", "not_found"), 1.0);
    QCOMPARE(count("delete_prefix", "ok"), 1.0);
    QCOMPARE(count("delete_all", "ok"), 1.0);
}

void TestMetricsValues::keysAndBytes()
{
    QCOMPARE(value("memorykv_keys"), 0.0);
    QCOMPARE(value("memorykv_stored_bytes"), 0.0);
    m_client->put("/abc", "12345");
    m_client->put("/de", QByteArray(1000, 'x'));
    QCOMPARE(value("memorykv_keys"), 2.0);
    QCOMPARE(value("memorykv_stored_bytes"), 1010.0);
    m_client->put("/de", "");
    QCOMPARE(value("memorykv_stored_bytes"), 10.0);
    m_client->patch("/de?ttl=500");
    QCOMPARE(value("memorykv_stored_bytes"), 10.0);
    m_client->del("/abc");
    QCOMPARE(value("memorykv_keys"), 1.0);
    QCOMPARE(value("memorykv_stored_bytes"), 2.0);
    m_client->del("/keys");
    QCOMPARE(value("memorykv_keys"), 0.0);
    QCOMPARE(value("memorykv_stored_bytes"), 0.0);
}

void TestMetricsValues::expiries()
{
    for (int i = 0; i < 10; ++i)
        m_client->put("/k" + QByteArray::number(i) + "?ttl=1", "v");
    QTRY_COMPARE_WITH_TIMEOUT(value("memorykv_expired_total"), 10.0, 30'000);
    QCOMPARE(value("memorykv_keys"), 0.0);
    QCOMPARE(value("memorykv_stored_bytes"), 0.0);
}

void TestMetricsValues::feedCounts()
{
    // Event streams, since WebSockets make Heartbeat events of their own.
    SseFeed all(m_server->port());
    SseFeed inserts(m_server->port(), "op=insert");
    QVERIFY(all.open());
    QVERIFY(inserts.open());
    const Series before = seriesOf(m_client->get("/metrics").body);
    m_client->put("/a", "1");
    m_client->put("/b", "1");
    m_client->get("/a");
    m_client->get("/missing");
    m_client->get("/keys");
    m_client->get("/keys/a");
    m_client->patch("/a?ttl=5");
    m_client->del("/b");
    m_client->del("/keys/a");
    m_client->put("/end", "");
    m_client->del("/keys");
    QVERIFY(all.waitForText("DeleteAll"));
    QVERIFY(inserts.waitForText("Insert { key: end, value:  }"));
    const Series after = seriesOf(m_client->get("/metrics").body);
    const auto grown = [&](const QByteArray &series) {
        return after.value(series, 0) - before.value(series, 0);
    };
    QCOMPARE(grown(feedEvents("insert")), 3.0);
    QCOMPARE(grown(feedEvents("read")), 2.0);
    QCOMPARE(grown(feedEvents("list")), 1.0);
    QCOMPARE(grown(feedEvents("list_prefix")), 1.0);
    QCOMPARE(grown(feedEvents("touch")), 1.0);
    QCOMPARE(grown(feedEvents("delete")), 1.0);
    QCOMPARE(grown(feedEvents("delete_prefix")), 1.0);
    QCOMPARE(grown(feedEvents("delete_all")), 1.0);
    QCOMPARE(grown("memorykv_feed_delivered_total"), 11.0 + 3.0);
    QCOMPARE(grown("memorykv_feed_shed_total"), 0.0);
}

void TestMetricsValues::subscribersAndConnections()
{
    QCOMPARE(value("memorykv_feed_subscribers"), 0.0);
    QCOMPARE(value("memorykv_connections"), 1.0);
    {
        WebSocketFeed webSocket(m_server->port());
        SseFeed stream(m_server->port());
        QVERIFY(webSocket.open());
        QVERIFY(stream.open());
        QCOMPARE(value("memorykv_feed_subscribers"), 2.0);
        QCOMPARE(value("memorykv_connections"), 3.0);
        RawClient other(m_server->port());
        other.send(requestBytes("GET", "/ping"));
        QCOMPARE(other.readResponse().status, 200);
        QCOMPARE(value("memorykv_connections"), 4.0);
    }
    QTRY_COMPARE_WITH_TIMEOUT(value("memorykv_feed_subscribers"), 0.0, 30'000);
    QTRY_COMPARE_WITH_TIMEOUT(value("memorykv_connections"), 1.0, 30'000);
}

void TestMetricsValues::walPosition()
{
    quint64 last = 0;
    for (int i = 0; i < 10; ++i)
        last = m_client->put("/k", "v").revision();
    QCOMPARE(value("memorykv_wal_seq"), static_cast<double>(last));
    QCOMPARE(value("memorykv_wal_durable_seq"), static_cast<double>(last));
}

void TestMetricsValues::durationsAreObserved()
{
    for (int i = 0; i < 20; ++i)
        m_client->get("/ping");
    const Series series = seriesOf(m_client->get("/metrics").body);
    const QByteArray name = "memorykv_http_request_duration_seconds";
    QCOMPARE(series.value(name + "_count", -1), 20.0);
    QCOMPARE(series.value(name + "_bucket{le=\"+Inf\"}", -1), 20.0);
    QVERIFY(series.value(name + "_sum", -1) > 0);
    QVERIFY(series.value(name + "_sum", -1) < 20);
}

void TestMetricsValues::aKeyIsNeverALabel()
{
    m_client->put("/secretkey", "v");
    m_client->get("/keys/secretkey");
    m_client->get("/-/secretkey");
    m_client->request("SECRETKEY", "/a");
    m_client->get("/secretkey%FF");
    m_client->get("secretkey");
    m_client->get("/wal?secretkey=1");
    QVERIFY(!m_client->get("/metrics").body.toLower().contains("secretkey"));
}

void TestMetricsValues::processAndBuild()
{
    m_client->get("/ping"); // families whose labels are not known beforehand begin with a request
    const QByteArray text = m_client->get("/metrics").body;
    const Series series = seriesOf(text);
    QVERIFY(series.value("process_resident_memory_bytes") > 1e6);
    QVERIFY(series.value("process_open_fds") > 3);
    QVERIFY(series.contains("process_cpu_seconds_total"));
    QVERIFY(series.value("process_start_time_seconds") > 1.6e9);
    QVERIFY(text.contains("\nmemorykv_build_info{")
            && text.contains("version=\"" MEMORYKV_VERSION "\""));
    for (const char *name :
         {"memorykv_http_requests_total", "memorykv_http_request_duration_seconds",
          "memorykv_operations_total", "memorykv_keys", "memorykv_stored_bytes",
          "memorykv_connections", "memorykv_feed_subscribers", "memorykv_feed_events_total",
          "memorykv_feed_delivered_total", "memorykv_feed_shed_total", "memorykv_wal_seq",
          "memorykv_wal_durable_seq", "memorykv_expired_total", "memorykv_build_info"}) {
        QVERIFY2(text.contains("\n# HELP " + QByteArray(name) + ' ')
                     || text.startsWith("# HELP " + QByteArray(name) + ' '),
                 name);
        QVERIFY2(text.contains("\n# TYPE " + QByteArray(name) + ' '), name);
    }
}

void TestMetricsValues::countersNeverFall()
{
    Series before;
    for (int round = 0; round < 20; ++round) {
        m_client->put("/k" + QByteArray::number(round % 3), "v");
        HttpClient other(m_server->port()); // another worker, with four threads
        other.get("/k0");
        const Series now = seriesOf(other.get("/metrics").body);
        for (auto it = before.cbegin(); it != before.cend(); ++it) {
            const bool counts = it.key().contains("_total") || it.key().contains("_bucket")
                                || it.key().contains("_count");
            if (counts)
                QVERIFY2(now.value(it.key(), -1) >= it.value(), it.key().constData());
        }
        before = now;
    }
}

void TestMetricsValues::promtoolHasNothingToSay()
{
    const QString promtool = QStandardPaths::findExecutable(u"promtool"_s);
    if (promtool.isEmpty())
        QSKIP("promtool is not installed");
    m_client->put("/k", "v");
    m_client->get("/missing");
    WebSocketFeed feed(m_server->port());
    QVERIFY(feed.open());
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(promtool, {u"check"_s, u"metrics"_s});
    QVERIFY(process.waitForStarted());
    process.write(m_client->get("/metrics").body);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), ""_ba);
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestMetricsValues)
#include "tst_metricsvalues.moc"
