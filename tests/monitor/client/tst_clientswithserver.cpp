// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedclient.h"
#include "monitor/client/metricsclient.h"
#include "monitor/client/restclient.h"

#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QSignalSpy>
#include <QTest>

using namespace memorykv;
using namespace memorykv::test;

namespace {

constexpr int kWaitMs = 30'000;

} // namespace

/// The clients of the monitor and the real server.
class TestClientsWithServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ServerProcess>();
        QVERIFY2(m_server->start(), m_server->standardError().constData());
        m_address = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_server->port()));
        m_rest = std::make_unique<RestClient>();
        m_rest->setEndpoint({.address = m_address});
    }
    void cleanup()
    {
        m_rest.reset();
        QCOMPARE(m_server->stopFault(), QByteArray());
        m_server.reset();
    }

    void everyKeyComesBackAsItWentIn_data()
    {
        QTest::addColumn<QByteArray>("key");
        for (const QByteArray &key :
             {QByteArray("a"), QByteArray("a/b//c/"), QByteArray("/a"), QByteArray("../a/./b"),
              QByteArray("..."), QByteArray("100% of a+b&c=d?e#f"), QByteArray("\0\x01", 2),
              QByteArray("\xc3\xbc \xf0\x9f\x98\x80"), QByteArray("%41"), QByteArray("x\\y\"z'"),
              QByteArray(1024, '%')})
            QTest::newRow(key.left(40).toPercentEncoding().constData()) << key;
    }
    void everyKeyComesBackAsItWentIn()
    {
        QFETCH(QByteArray, key);
        const QByteArray bytes("\0\xff\xfe\r\n", 5);
        const auto written = wait<Written>([&](auto then) {
            m_rest->put({.key = key, .value = bytes, .type = "a/b", .ttlSeconds = 60}, this, then);
        });
        QVERIFY2(written, written ? "" : qPrintable(written.error().text));
        QVERIFY(written->created);

        const auto page = wait<KeyPage>([&](auto then) { m_rest->keys(key, {}, 10, this, then); });
        QVERIFY(page);
        QCOMPARE(page->keys, QByteArrayList({key}));
        const auto value = wait<StoredValue>([&](auto then) { m_rest->get(key, -1, this, then); });
        QVERIFY(value);
        QCOMPARE(value->bytes, bytes);
        QCOMPARE(value->type, "a/b");
        QCOMPARE(value->revision, written->revision);
        const auto entry = wait<KeyEntry>([&](auto then) { m_rest->entry(key, this, then); });
        QVERIFY(entry);
        QCOMPARE(entry->value, bytes);
        QVERIFY(entry->ttlSeconds > 0 && entry->ttlSeconds <= 60);
        const auto removed = wait<Removed>([&](auto then) { m_rest->remove(key, {}, this, then); });
        QVERIFY(removed);
        QCOMPARE(removed->value, bytes);
        QCOMPARE(removed->type, "a/b");
    }

    void conditionsAreKept()
    {
        put("k", "one");
        const auto again = wait<Written>([&](auto then) {
            m_rest->put({.key = "k", .value = "two", .condition = Condition::missing()}, this,
                        then);
        });
        QVERIFY(!again);
        QCOMPARE(again.error().kind, FailureKind::Conflict);
        const auto replaced = wait<Written>([&](auto then) {
            m_rest->put({.key = "k", .value = "two", .condition = Condition::revisionIs(1)}, this,
                        then);
        });
        QVERIFY(replaced);
        QVERIFY(!replaced->created);
        const auto removed = wait<Removed>(
            [&](auto then) { m_rest->remove("k", Condition::revisionIs(1), this, then); });
        QCOMPARE(removed.error().kind, FailureKind::Conflict);
        const auto touched = wait<quint64>(
            [&](auto then) { m_rest->setTtl("k", 60, Condition::revisionIs(2), this, then); });
        QVERIFY(touched);
        QCOMPARE(*touched, 2U);
        const auto missing
            = wait<quint64>([&](auto then) { m_rest->setTtl("none", 60, {}, this, then); });
        QCOMPARE(missing.error().kind, FailureKind::NotFound);
    }

    void pagesCountAndRemovalOfAPrefix()
    {
        QList<BatchOperation> operations;
        for (int number = 100; number < 350; ++number)
            operations.append({.put = {.key = "p/" + QByteArray::number(number), .value = "v"}});
        operations.append({.put = {.key = "q", .value = "v", .type = "t", .ttlSeconds = 9}});
        const auto results
            = wait<QList<BatchResult>>([&](auto then) { m_rest->batch(operations, this, then); });
        QVERIFY2(results, results ? "" : qPrintable(results.error().text));
        QCOMPARE(results->size(), 251);
        QCOMPARE(results->last().seq, 251U);

        QByteArrayList keys;
        QByteArray after;
        bool more = true;
        while (more) {
            const auto page
                = wait<KeyPage>([&](auto then) { m_rest->keys("p/", after, 100, this, then); });
            QVERIFY(page);
            keys += page->keys;
            more = page->more;
            after = page->nextAfter;
        }
        QCOMPARE(keys.size(), 250);
        QVERIFY(std::is_sorted(keys.begin(), keys.end()));
        const auto count = wait<quint64>([&](auto then) { m_rest->count("p/", this, then); });
        QCOMPARE(*count, 250U);
        QVERIFY(wait<Done>([&](auto then) { m_rest->removePrefix("p/", this, then); }));
        const auto left = wait<quint64>([&](auto then) { m_rest->count({}, this, then); });
        QCOMPARE(*left, 1U);
    }

    void largeValueBeginningAndWhole()
    {
        const QByteArray bytes(5 << 20, 'x');
        put("large", bytes);
        const auto first = wait<StoredValue>(
            [&](auto then) { m_rest->get("large", RestClient::kFirstBytes, this, then); });
        QVERIFY(first);
        QVERIFY(!first->whole);
        QCOMPARE(first->bytes.size(), RestClient::kFirstBytes);
        QCOMPARE(first->totalSize, bytes.size());
        const auto all
            = wait<StoredValue>([&](auto then) { m_rest->get("large", -1, this, then); });
        QVERIFY(all);
        QCOMPARE(all->bytes, bytes);
    }

    void pageThatCompressesWell()
    {
        const QByteArray bytes(5 << 20, 'x');
        for (const char *key : {"a", "b", "c"})
            put(key, bytes);
        const auto page
            = wait<EntryPage>([&](auto then) { m_rest->entries({}, {}, 10, this, then); });
        QVERIFY2(page, page ? "" : qPrintable(page.error().text));
        QCOMPARE(page->entries.size(), 3);
        QCOMPARE(page->entries.last().value, bytes);
    }

    void infoAndMetrics()
    {
        put("k", "value");
        const auto info = wait<ServerInfo>([&](auto then) { m_rest->info(this, then); });
        QVERIFY(info);
        QCOMPARE(info->position.seq, 1U);
        QCOMPARE(info->keys, 1U);
        QCOMPARE(info->maxValueSize, quint64{5 << 20});

        MetricsClient metrics;
        QSignalSpy samples(&metrics, &MetricsClient::sampled);
        QSignalSpy absences(&metrics, &MetricsClient::absent);
        metrics.start({.address = m_address}, 10);
        QTRY_VERIFY_WITH_TIMEOUT(samples.size() >= 2, kWaitMs);
        const auto sample = samples.last().first().value<MetricsSample>();
        QCOMPARE(sample.keys, std::optional(1.0));
        QCOMPARE(sample.operations.value("put"), 1.0);
        QCOMPARE(sample.walSeq, std::optional(1.0));
        QVERIFY(sample.durations.size() > 10);
        QVERIFY(std::isinf(sample.durations.back().upperBound));
        QVERIFY(absences.isEmpty());
        m_server->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!absences.isEmpty(), kWaitMs);
        metrics.stop();
        QVERIFY(m_server->start());
    }

    void feedIsResumedAfterARestartWithAGap()
    {
        FeedClient feed;
        QList<Event> rows;
        connect(&feed, &FeedClient::events, this,
                [&](const QList<Event> &batch) { rows += batch; });
        feed.start({.address = m_address});
        QTRY_COMPARE_WITH_TIMEOUT(feed.status().state, FeedState::Live, kWaitMs);
        const QByteArray bytes("\0\xff", 2);
        put("a/\xc3\xbc", bytes);
        put("b", "text");
        QTRY_COMPARE_WITH_TIMEOUT(mutations(rows).size(), 2, kWaitMs);
        QCOMPARE(mutations(rows).first().key, "a/\xc3\xbc");
        QCOMPARE(mutations(rows).first().value, bytes);
        QTRY_VERIFY_WITH_TIMEOUT(feed.stats().lastHeartbeatMs > 0, kWaitMs);

        const quint64 epoch = rows.last().epoch;
        const quint16 port = m_server->port();
        QCOMPARE(m_server->stopFault(), QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(feed.status().state, FeedState::Offline, kWaitMs);
        m_server = std::make_unique<ServerProcess>(
            QStringList({QStringLiteral("--port"), QString::number(port)}));
        QVERIFY(m_server->start());
        feed.retryNow();
        QTRY_COMPARE_WITH_TIMEOUT(feed.status().state, FeedState::Live, kWaitMs);
        put("c", "text");
        QTRY_COMPARE_WITH_TIMEOUT(mutations(rows).size(), 3, kWaitMs);
        const auto gap = std::find_if(rows.begin(), rows.end(),
                                      [](const Event &event) { return event.op == Op::Gap; });
        QVERIFY(gap != rows.end());
        QVERIFY(gap->epoch != epoch);
        QCOMPARE(mutations(rows).last().seq, 1U);
        QCOMPARE(feed.stats().garbage, 0U);
    }

    void missedChangesComeWithTheResumption()
    {
        FeedClient feed;
        QList<Event> rows;
        connect(&feed, &FeedClient::events, this,
                [&](const QList<Event> &batch) { rows += batch; });
        feed.start({.address = m_address});
        QTRY_COMPARE_WITH_TIMEOUT(feed.status().state, FeedState::Live, kWaitMs);
        put("a", "1");
        QTRY_COMPARE_WITH_TIMEOUT(mutations(rows).size(), 1, kWaitMs);
        feed.stop();
        QTRY_COMPARE_WITH_TIMEOUT(feed.status().state, FeedState::Stopped, kWaitMs);
        for (int number = 0; number < 100; ++number)
            put("b", QByteArray::number(number));
        feed.start({.address = m_address});
        QTRY_COMPARE_WITH_TIMEOUT(mutations(rows).size(), 101, kWaitMs);
        for (qsizetype row = 0; row < 101; ++row)
            QCOMPARE(mutations(rows).at(row).seq, static_cast<quint64>(row + 1));
        QCOMPARE(feed.stats().missed, 0U);
        QCOMPARE(feed.stats().duplicates, 0U);
    }

private:
    /// Runs a request to its end.
    template <typename T, typename Ask>
    Outcome<T> wait(Ask ask)
    {
        std::optional<Outcome<T>> kept;
        ask([&kept](const Outcome<T> &outcome) { kept.emplace(outcome); });
        if (!QTest::qWaitFor([&] { return kept.has_value(); }, 30'000))
            return Failure{.text = QStringLiteral("no answer")};
        return *kept;
    }

    void put(const QByteArray &key, const QByteArray &value)
    {
        HttpClient client(m_server->port());
        const auto response = client.put('/' + encodedPath(key), value);
        QVERIFY(response.status == 200 || response.status == 201);
    }

    static QList<Event> mutations(const QList<Event> &events)
    {
        QList<Event> found;
        for (const Event &event : events) {
            if (isMutation(event.op))
                found.append(event);
        }
        return found;
    }

    std::unique_ptr<ServerProcess> m_server;
    QUrl m_address;
    std::unique_ptr<RestClient> m_rest;
};

QTEST_GUILESS_MAIN(TestClientsWithServer)
#include "tst_clientswithserver.moc"
