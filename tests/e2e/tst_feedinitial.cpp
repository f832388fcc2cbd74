// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/feedhistory.h"
#include "tests/support/feedtest.h"
#include "tests/support/randomwriter.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketfeed.h"

#include <QMap>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

using Model = QMap<QByteArray, QByteArray>;

// What a program that follows the feed makes of it.
Model modelOf(const FeedMessages &messages)
{
    Model model;
    for (const FeedMessage &message : messages) {
        const QJsonObject json = message.json();
        const QByteArray key = json["key"_L1].toString().toUtf8();
        const QByteArray op = message.op();
        if (op == "insert")
            model.insert(key, json["value"_L1].toString().toUtf8());
        else if (op == "delete" || op == "expire")
            model.remove(key);
        else if (op == "delete_all")
            model.clear();
        else if (op == "delete_prefix")
            model.removeIf([prefix = json["prefix"_L1].toString().toUtf8()](Model::iterator it) {
                return it.key().startsWith(prefix);
            });
    }
    return model;
}

} // namespace

/// A consumer that asks for the state first.
class TestFeedInitial : public FeedTest
{
    Q_OBJECT

private Q_SLOTS:
    void initialStateThenSyncedThenChanges();
    void initialStateOfAnEmptyStore();
    void initialStateOfAPrefix();
    void initialStateAsText();
    void initialStateOnAnEventStream();
    void initialStateUnderWritesIsTheState();

private:
    Model storedModel(const QByteArray &prefix);
};

Model TestFeedInitial::storedModel(const QByteArray &prefix)
{
    Model model;
    const QJsonArray array
        = m_client->get("/keys/" + prefix + "?values=true&limit=1000").json().array();
    for (const QJsonValue &value : array)
        model.insert(value["key"_L1].toString().toUtf8(), value["value"_L1].toString().toUtf8());
    return model;
}

void TestFeedInitial::initialStateThenSyncedThenChanges()
{
    m_client->put("/b?ttl=1000", "2", {{"Content-Type", "text/plain"}});
    m_client->put("/a", "1");
    const quint64 last = seq();
    WebSocketFeed feed(m_server.port(), "format=json&initial=true");
    QVERIFY(feed.open());
    QVERIFY(feed.waitForOp("synced"));
    m_client->put("/a", "3");
    QVERIFY(feed.waitFor([&](const FeedMessages &messages) {
        return !messages.isEmpty() && messages.last().number("seq") == last + 1;
    }));
    const QList<FeedMessage> events = feed.events();
    QCOMPARE(events.size(), 4);
    QMap<QByteArray, QJsonObject> initial;
    for (int i = 0; i < 2; ++i) {
        const QJsonObject json = events.at(i).json();
        QCOMPARE(events.at(i).op(), "insert"_ba);
        QVERIFY2(json["initial"_L1].toBool(), events.at(i).data.constData());
        initial.insert(json["key"_L1].toString().toUtf8(), json);
    }
    QCOMPARE(initial["a"]["value"_L1].toString(), u"1"_s);
    QCOMPARE(initial["b"]["type"_L1].toString(), u"text/plain"_s);
    QVERIFY(initial["b"]["ttl"_L1].toInt() > 900);
    QCOMPARE(events.at(2).op(), "synced"_ba);
    QCOMPARE(events.at(2).number("seq"), last);
    QVERIFY(!events.at(3).json().contains("initial"_L1));
    QCOMPARE(events.at(3).json()["value"_L1].toString(), u"3"_s);
}

void TestFeedInitial::initialStateOfAnEmptyStore()
{
    const quint64 last = seq();
    WebSocketFeed feed(m_server.port(), "initial=true");
    QVERIFY(feed.open());
    QVERIFY(feed.waitForText("Synced { seq: " + QByteArray::number(last) + " }"));
    QCOMPARE(feed.texts().size(), 1);
}

void TestFeedInitial::initialStateOfAPrefix()
{
    m_client->put("/a1", "1");
    m_client->put("/b1", "2");
    m_client->put("/a2", "3");
    WebSocketFeed feed(m_server.port(), "format=json&initial=true&prefix=a");
    QVERIFY(feed.open());
    QVERIFY(feed.waitForOp("synced"));
    const Model expected{{"a1"_ba, "1"_ba}, {"a2"_ba, "3"_ba}};
    QCOMPARE(modelOf(feed.messages()), expected);
}

void TestFeedInitial::initialStateAsText()
{
    m_client->put("/a", "1");
    const quint64 last = seq();
    WebSocketFeed feed(m_server.port(), "initial=true");
    QVERIFY(feed.open());
    QVERIFY(feed.waitForText("Synced { seq: " + QByteArray::number(last) + " }"));
    QCOMPARE(feed.texts().first(), "Insert { key: a, value: 1 }"_ba);
}

void TestFeedInitial::initialStateOnAnEventStream()
{
    m_client->put("/a", "1");
    m_client->put("/b", "2");
    SseFeed feed(m_server.port(), "format=json&initial=true");
    QVERIFY(feed.open());
    QVERIFY(feed.waitForOp("synced"));
    m_client->put("/c", "3");
    QVERIFY(feed.waitForOp("insert", "c"));
    const QList<FeedMessage> events = feed.events();
    QCOMPARE(events.size(), 4);
    // A consumer cut off before synced has no position yet, and begins anew.
    QCOMPARE(events.at(0).id, ""_ba);
    QCOMPARE(events.at(1).id, ""_ba);
    QCOMPARE(events.at(2).id, position(seq() - 1));
    QCOMPARE(events.at(3).id, position(seq()));
}

void TestFeedInitial::initialStateUnderWritesIsTheState()
{
    for (int i = 0; i < 3000; ++i)
        m_client->put("/w:still:" + QByteArray::number(i), QByteArray::number(i));
    RandomWriter writer(m_server.port());
    std::vector<std::unique_ptr<WebSocketFeed>> feeds;
    for (int i = 0; i < 5; ++i) {
        feeds.push_back(
            std::make_unique<WebSocketFeed>(m_server.port(), "format=json&initial=true&prefix=w:"));
        QVERIFY(feeds.back()->open());
        QVERIFY(feeds.back()->waitForOp("synced"));
    }
    QVERIFY(feeds.back()->waitFor(
        [from = feeds.back()->messages().size()](const FeedMessages &messages) {
            return messages.size() > from + 100;
        }));
    writer.stop();
    m_client->del("/keys/w:still:");
    m_client->put("/w:end", "end");
    for (const auto &feed : feeds) {
        QVERIFY(feed->waitForOp("insert", "w:end"));
        QCOMPARE(modelOf(feed->messages()), storedModel("w:"));
        QCOMPARE(followHistory(feed->messages(), 0).fault, ""_ba);
    }
}

QTEST_GUILESS_MAIN(TestFeedInitial)
#include "tst_feedinitial.moc"
