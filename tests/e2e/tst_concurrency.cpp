// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/feedhistory.h"
#include "tests/support/httpclient.h"
#include "tests/support/operationhistory.h"
#include "tests/support/serverprocess.h"
#include "tests/support/websocketfeed.h"

#include <QTest>

#include <atomic>
#include <barrier>
#include <random>
#include <thread>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

constexpr int kClients = 16;

// Runs \a work for each client on a thread of its own, all beginning at once; the first fault it
// returns, or an empty text. \a meanwhile runs on this thread until all are done.
QByteArray runClients(
    const std::function<QByteArray(int)> &work,
    const std::function<void()> &meanwhile = [] { std::this_thread::yield(); })
{
    std::barrier start(kClients);
    std::atomic<int> running = kClients;
    std::vector<QByteArray> faults(kClients);
    std::vector<std::thread> threads;
    for (int client = 0; client < kClients; ++client) {
        threads.emplace_back([&, client] {
            start.arrive_and_wait();
            faults[static_cast<size_t>(client)] = work(client);
            --running;
        });
    }
    while (running > 0)
        meanwhile();
    for (std::thread &thread : threads)
        thread.join();
    for (const QByteArray &fault : faults) {
        if (!fault.isEmpty())
            return fault;
    }
    return {};
}

QByteArray told(const QByteArray &what, const HttpResponse &response)
{
    return what + ": " + QByteArray::number(response.status) + ' ' + response.body.left(200)
           + response.fault;
}

} // namespace

/// Many connections over few keys.
class TestConcurrency : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void writesAreSeenOnEveryConnection();
    void countersThroughIfMatchAddUp();
    void putIfNoneMatchHasOneWinner();
    void deleteHasOneWinner();
    void batchesAreNeverSeenInPart();
    void repliesAndFeedTellOneHistory();
    void listingsWhileWritingAreOrdered();
    void connectionsComeAndGo();

private:
    ServerProcess m_server{{u"--history"_s, u"256MiB"_s, u"--feed-buffer"_s, u"256MiB"_s}};
    std::unique_ptr<HttpClient> m_client;
};

void TestConcurrency::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestConcurrency::init()
{
    QCOMPARE(m_client->del("/keys").status, 200);
}

void TestConcurrency::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestConcurrency::writesAreSeenOnEveryConnection()
{
    const QByteArray fault = runClients([&](int client) -> QByteArray {
        HttpClient writer(m_server.port());
        HttpClient reader(m_server.port());
        const QByteArray key = "/own:" + QByteArray::number(client);
        for (int i = 0; i < 200; ++i) {
            const QByteArray value = QByteArray::number(i);
            const quint64 revision = writer.put(key, value).revision();
            HttpClient &asked = i % 2 ? writer : reader;
            const HttpResponse got = asked.get(key);
            if (got.body != value || got.revision() != revision)
                return told("after PUT of " + value, got);
            if (i % 10 == 9) {
                writer.del(key);
                if (const HttpResponse gone = reader.get(key); gone.status != 404)
                    return told("after DELETE", gone);
            }
        }
        return {};
    });
    QCOMPARE(fault, ""_ba);
}

void TestConcurrency::countersThroughIfMatchAddUp()
{
    constexpr int kCounters = 3;
    constexpr int kIncrements = 60;
    for (int counter = 0; counter < kCounters; ++counter)
        m_client->put("/counter:" + QByteArray::number(counter), "0");
    std::atomic<int> conflicts = 0;
    const QByteArray fault = runClients([&](int client) -> QByteArray {
        HttpClient http(m_server.port());
        for (int done = 0; done < kIncrements;) {
            const QByteArray key = "/counter:" + QByteArray::number((client + done) % kCounters);
            const HttpResponse got = http.get(key);
            const HttpResponse put = http.put(key, QByteArray::number(got.body.toInt() + 1),
                                              {{"If-Match", got.header("etag")}});
            if (put.status == 200)
                ++done;
            else if (put.status == 412)
                ++conflicts;
            else
                return told("PUT", put);
        }
        return {};
    });
    QCOMPARE(fault, ""_ba);
    int sum = 0;
    for (int counter = 0; counter < kCounters; ++counter)
        sum += m_client->get("/counter:" + QByteArray::number(counter)).body.toInt();
    QCOMPARE(sum, kClients * kIncrements);
    QVERIFY(conflicts > 0); // or nothing was tried
}

void TestConcurrency::putIfNoneMatchHasOneWinner()
{
    constexpr int kKeys = 200;
    std::vector<std::atomic<int>> winners(kKeys);
    const QByteArray fault = runClients([&](int client) -> QByteArray {
        HttpClient http(m_server.port());
        for (int key = 0; key < kKeys; ++key) {
            const HttpResponse response
                = http.put("/once:" + QByteArray::number(key), QByteArray::number(client),
                           {{"If-None-Match", "*"}});
            if (response.status == 201)
                ++winners[static_cast<size_t>(key)];
            else if (response.status != 412)
                return told("PUT", response);
        }
        return {};
    });
    QCOMPARE(fault, ""_ba);
    for (const std::atomic<int> &count : winners)
        QCOMPARE(count.load(), 1);
}

void TestConcurrency::deleteHasOneWinner()
{
    constexpr int kKeys = 200;
    for (int key = 0; key < kKeys; ++key)
        m_client->put("/gone:" + QByteArray::number(key), "v");
    std::vector<std::atomic<int>> winners(kKeys);
    const QByteArray fault = runClients([&](int) -> QByteArray {
        HttpClient http(m_server.port());
        for (int key = 0; key < kKeys; ++key) {
            const HttpResponse response = http.del("/gone:" + QByteArray::number(key));
            if (response.status == 200)
                ++winners[static_cast<size_t>(key)];
            else if (response.status != 404)
                return told("DELETE", response);
        }
        return {};
    });
    QCOMPARE(fault, ""_ba);
    for (const std::atomic<int> &count : winners)
        QCOMPARE(count.load(), 1);
}

void TestConcurrency::batchesAreNeverSeenInPart()
{
    // Each batch writes one value under three keys; a listing is one look at all of them.
    const QByteArray fault = runClients([&](int client) -> QByteArray {
        HttpClient http(m_server.port());
        for (int i = 0; i < 60; ++i) {
            const QByteArray value = QByteArray::number(client * 1000 + i);
            const QByteArray put = R"({"op":"put","value":")" + value + R"(","key":"part:)";
            const HttpResponse batch = http.batch(R"({"operations":[)" + put + R"(a"},)" + put
                                                  + R"(b"},)" + put + R"(c"}]})");
            if (batch.status != 200)
                return told("batch", batch);
            const HttpResponse listing = http.get("/keys/part:?values=true");
            const QJsonArray array = listing.json().array();
            if (array.size() != 3 || array[0]["value"_L1] != array[1]["value"_L1]
                || array[1]["value"_L1] != array[2]["value"_L1]) {
                return told("a batch in part", listing);
            }
        }
        return {};
    });
    QCOMPARE(fault, ""_ba);
}

void TestConcurrency::repliesAndFeedTellOneHistory()
{
    WebSocketFeed feed(m_server.port(),
                       "format=json&op=insert,delete,expire,delete_prefix,delete_all,touch");
    QVERIFY(feed.open());
    const quint64 start = m_client->put("/history:start", "start").revision() - 1;

    std::vector<OperationHistory> histories(kClients);
    const auto work = [&](int client) -> QByteArray {
        OperationHistory &history = histories[static_cast<size_t>(client)];
        HttpClient http(m_server.port());
        std::minstd_rand random(static_cast<unsigned>(client) + 1);
        for (int i = 0; i < 250; ++i) {
            const QByteArray key = "history:" + QByteArray::number(random() % 5);
            const QByteArray value = QByteArray::number(client) + '/' + QByteArray::number(i);
            const auto dice = random() % 10;
            const HttpResponse response = dice < 4   ? history.put(http, key, value)
                                          : dice < 5 ? history.del(http, key)
                                                     : history.get(http, key);
            if (response.status != 200 && response.status != 201 && response.status != 404)
                return told(key, response);
        }
        return {};
    };
    const QByteArray fault = runClients(work, [&] { QTest::qWait(5); });
    QCOMPARE(fault, ""_ba);

    const quint64 last = m_client->put("/history:end", "end").revision();
    QVERIFY(feed.waitForOp("insert", "history:end"));
    const FeedHistory followed = followHistory(feed.messages(), start);
    QCOMPARE(followed.fault, ""_ba);
    QCOMPARE(followed.gaps, 0);
    QCOMPARE(followed.lastSeq, last);

    OperationHistory all;
    for (const OperationHistory &history : histories)
        all.append(history);
    QCOMPARE(all.faultAgainst(feed.messages()), ""_ba);
}

void TestConcurrency::listingsWhileWritingAreOrdered()
{
    for (int i = 0; i < 2000; ++i)
        m_client->put("/list:still:" + QByteArray::number(i), "");
    const QByteArray fault = runClients([&](int client) -> QByteArray {
        HttpClient http(m_server.port());
        for (int i = 0; i < 30; ++i) {
            const QByteArray own = "/list:" + QByteArray::number(client * 100 + i);
            http.put(own, "");
            const HttpResponse listing = http.get("/keys/list:?limit=10000");
            const QJsonArray keys = listing.json().array();
            int still = 0;
            for (qsizetype k = 0; k < keys.size(); ++k) {
                still += keys[k].toString().startsWith("list:still:"_L1) ? 1 : 0;
                if (k > 0 && keys[k - 1].toString() >= keys[k].toString())
                    return "not in order: " + keys[k].toString().toUtf8();
            }
            if (still != 2000)
                return told("keys nobody touched are missing", listing);
            if (!keys.contains(QJsonValue(QString::fromUtf8(own.mid(1)))))
                return told("own write missing", listing);
            http.del(own);
        }
        return {};
    });
    QCOMPARE(fault, ""_ba);
}

void TestConcurrency::connectionsComeAndGo()
{
    const QByteArray fault = runClients([&](int) -> QByteArray {
        for (int i = 0; i < 100; ++i) {
            HttpClient http(m_server.port());
            const HttpResponse response = http.get("/ping", {{"Connection", "close"}});
            if (response.body != "pong")
                return told("GET /ping", response);
        }
        return {};
    });
    QCOMPARE(fault, ""_ba);
    const auto connections = [this] {
        const QByteArray text = m_client->get("/metrics").body;
        const QByteArray name = "\nmemorykv_connections ";
        const qsizetype at = text.indexOf(name) + name.size();
        return text.mid(at, text.indexOf('\n', at) - at).toDouble();
    };
    QTRY_COMPARE_WITH_TIMEOUT(connections(), 1.0, 30'000);
}

QTEST_GUILESS_MAIN(TestConcurrency)
#include "tst_concurrency.moc"
