// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/ssefeed.h"
#include "tests/support/websocketfeed.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

const QByteArray kDemoValue = R"({"source": "CloudFlare Worker", "type": "WASM"})"_ba;

// The events with the ops of \a ops, in order, as their keys.
QByteArrayList keysOf(const Feed &feed, const QByteArrayList &ops)
{
    QByteArrayList keys;
    for (const FeedMessage &event : feed.events()) {
        if (ops.contains(event.op()))
            keys.append(event.json()["key"_L1].toString().toUtf8());
    }
    return keys;
}

} // namespace

/// What consumers of /wal get to see of each operation, in each form and through each filter.
class TestFeedForms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void textByteForByte();
    void textOfReads();
    void expiryAsText();
    void textReplacesBytesThatAreNoUtf8();
    void binaryFramesHoldTheSameBytes();
    void batchIsOneEventForEachOperation();
    void jsonHasTheFieldsThatApply();
    void jsonOfBytes();
    void jsonOfKeysThatNeedEscapes();
    void jsonInBinaryFrames();
    void seqOfAnEventIsTheEtag();
    void numbersAreExactInAScriptingLanguage();
    void eventStreamText();
    void eventStreamJson();
    void eventStreamOfLines();
    void headOperationIsARead();
    void nothingThatFailsIsAnEvent();
    void prefixFilter();
    void opFilter();
    void prefixAndOpFilter();
    void filterValuesAreDecoded();
    void manyConsumersSeeTheSame();

private:
    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
};

void TestFeedForms::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestFeedForms::init()
{
    QCOMPARE(m_client->del("/keys").status, 200);
}

void TestFeedForms::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestFeedForms::textByteForByte()
{
    WebSocketFeed feed(m_server.port());
    QVERIFY(feed.open());
    m_client->put("/pre:demo:key", kDemoValue);
    m_client->get("/pre:demo:key");
    m_client->get("/keys");
    m_client->get("/keys/pre");
    m_client->put("/k", "");
    m_client->patch("/k?ttl=60");
    m_client->patch("/k?ttl=0");
    m_client->del("/k");
    m_client->del("/keys/pre");
    m_client->put("/a/b%20c", "two\nlines");
    m_client->del("/keys");
    QVERIFY2(feed.waitForText("DeleteAll"), feed.texts().join("\n").constData());
    const QByteArrayList expected{
        "Insert { key: pre:demo:key, value: " + kDemoValue + " }",
        "Read { key: pre:demo:key}"_ba,
        "List"_ba,
        "ListPrefix { prefix: pre}"_ba,
        "Insert { key: k, value:  }"_ba,
        "Touch { key: k, ttl: 60 }"_ba,
        "Touch { key: k, ttl: 0 }"_ba,
        "Delete { key: k }"_ba,
        "DeletePrefix { key: pre }"_ba,
        "Insert { key: a/b c, value: two\nlines }"_ba,
        "DeleteAll"_ba,
    };
    QCOMPARE(feed.texts(), expected);
    for (const FeedMessage &message : feed.messages())
        QVERIFY(!message.binary);
}

void TestFeedForms::textOfReads()
{
    WebSocketFeed feed(m_server.port());
    QVERIFY(feed.open());
    m_client->get("/missing");
    m_client->get("/keys?count=true");
    m_client->get("/keys/a%2Fb?count=true");
    m_client->get("/keys/x?values=true&limit=5");
    m_client->put("/end", "");
    QVERIFY(feed.waitForText("Insert { key: end, value:  }"));
    const QByteArrayList expected{
        "Read { key: missing}"_ba,         "List"_ba,
        "ListPrefix { prefix: a/b}"_ba,    "ListPrefix { prefix: x}"_ba,
        "Insert { key: end, value:  }"_ba,
    };
    QCOMPARE(feed.texts(), expected);
}

void TestFeedForms::expiryAsText()
{
    WebSocketFeed feed(m_server.port());
    QVERIFY(feed.open());
    m_client->put("/short?ttl=1", "v");
    QVERIFY(feed.waitForText("Expire { key: short }"));
    const QByteArrayList expected{"Insert { key: short, value: v }"_ba, "Expire { key: short }"_ba};
    QCOMPARE(feed.texts(), expected);
}

void TestFeedForms::textReplacesBytesThatAreNoUtf8()
{
    WebSocketFeed feed(m_server.port());
    SseFeed stream(m_server.port());
    QVERIFY(feed.open());
    QVERIFY(stream.open());
    m_client->put("/k", "a\xff"
                        "b\xc3(\xe2\x82 ü€😀\0z"_ba);
    m_client->put("/end", "");
    QVERIFY(feed.waitForText("Insert { key: end, value:  }"));
    QVERIFY(stream.waitForText("Insert { key: end, value:  }"));
    // How many U+FFFD stand for a cut off character is not settled everywhere; at least one does.
    QByteArray seen = feed.texts().first();
    QCOMPARE(stream.texts().first(), seen);
    seen.replace("\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd");
    QCOMPARE(seen, "Insert { key: k, value: a�b�(� ü€😀\0z }"_ba);
}

void TestFeedForms::binaryFramesHoldTheSameBytes()
{
    WebSocketFeed feed(m_server.port(), {}, "application/octet-stream");
    QVERIFY(feed.open());
    const QByteArray bytes = "\xff\xfe\0\x80 raw"_ba;
    m_client->put("/pre:demo:key", bytes);
    m_client->get("/pre:demo:key");
    m_client->del("/pre:demo:key");
    QVERIFY(feed.waitForText("Delete { key: pre:demo:key }"));
    const QByteArrayList expected{
        "Insert { key: pre:demo:key, value: " + bytes + " }",
        "Read { key: pre:demo:key}"_ba,
        "Delete { key: pre:demo:key }"_ba,
    };
    QCOMPARE(feed.texts(), expected);
    for (const FeedMessage &message : feed.messages())
        QVERIFY(message.binary);
}

void TestFeedForms::batchIsOneEventForEachOperation()
{
    WebSocketFeed feed(m_server.port());
    QVERIFY(feed.open());
    m_client->batch(R"({"operations":[{"op":"put","key":"a","value":"1"},
        {"op":"put","key":"b","value":"2"},{"op":"delete","key":"missing"},
        {"op":"delete","key":"a"}]})");
    QVERIFY(feed.waitForText("Delete { key: a }"));
    const QByteArrayList expected{"Insert { key: a, value: 1 }"_ba,
                                  "Insert { key: b, value: 2 }"_ba, "Delete { key: a }"_ba};
    QCOMPARE(feed.texts(), expected);
}

void TestFeedForms::jsonHasTheFieldsThatApply()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    m_client->put("/k?ttl=60", "value ü", {{"Content-Type", "text/plain"}});
    m_client->put("/plain", "");
    m_client->get("/k");
    m_client->get("/missing");
    m_client->get("/keys");
    m_client->get("/keys/pre");
    m_client->patch("/k?ttl=90");
    m_client->patch("/k?ttl=0");
    m_client->del("/k");
    m_client->del("/keys/pl");
    m_client->put("/plain", "");
    m_client->del("/keys");
    QVERIFY(feed.waitForOp("delete_all"));
    const QList<FeedMessage> events = feed.events();
    QCOMPARE(events.size(), 12);

    static const QRegularExpression timeForm(
        u"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"_s);
    for (const FeedMessage &event : events) {
        const QJsonObject json = event.json();
        QVERIFY2(timeForm.match(json["time"_L1].toString()).hasMatch(), event.data.constData());
        QVERIFY2(event.number("seq") > 0 && event.number("epoch") > 0, event.data.constData());
    }
    // What is left after the members all have in common.
    const auto rest = [&](qsizetype i) {
        QJsonObject json = events.at(i).json();
        for (const auto member : {"seq"_L1, "epoch"_L1, "time"_L1})
            json.remove(member);
        return QJsonDocument(json).toJson(QJsonDocument::Compact);
    };
    QCOMPARE(
        rest(0),
        R"({"key":"k","op":"insert","size":8,"ttl":60,"type":"text/plain","value":"value ü"})"_ba);
    QCOMPARE(
        rest(1),
        R"({"key":"plain","op":"insert","size":0,"type":"application/octet-stream","value":""})"_ba);
    QCOMPARE(rest(2), R"({"found":true,"key":"k","op":"read"})"_ba);
    QCOMPARE(rest(3), R"({"found":false,"key":"missing","op":"read"})"_ba);
    QCOMPARE(rest(4), R"({"op":"list"})"_ba);
    QCOMPARE(rest(5), R"({"op":"list_prefix","prefix":"pre"})"_ba);
    QCOMPARE(rest(6), R"({"key":"k","op":"touch","ttl":90})"_ba);
    QCOMPARE(rest(7), R"({"key":"k","op":"touch","ttl":0})"_ba);
    QCOMPARE(rest(8), R"({"key":"k","op":"delete"})"_ba);
    QCOMPARE(rest(9), R"({"op":"delete_prefix","prefix":"pl"})"_ba);
    QCOMPARE(rest(11), R"({"op":"delete_all"})"_ba);
    // Reads carry the seq they saw.
    QCOMPARE(events.at(2).number("seq"), events.at(1).number("seq"));
    QCOMPARE(events.at(6).number("seq"), events.at(1).number("seq") + 1);
}

void TestFeedForms::jsonOfBytes()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    QByteArray bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    m_client->put("/k", bytes);
    QVERIFY(feed.waitForOp("insert", "k"));
    const QJsonObject json = feed.events().first().json();
    QVERIFY(!json.contains("value"_L1));
    QCOMPARE(QByteArray::fromBase64(json["value_base64"_L1].toString().toLatin1()), bytes);
    QCOMPARE(json["size"_L1].toInt(), 256);
}

void TestFeedForms::jsonOfKeysThatNeedEscapes()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    const QByteArray key = "a\"b\\c\n\0\x1f\x7f ü€😀\xe2\x80\xa8/"_ba;
    const QByteArray value = "\"\\\b\f\n\r\t\0\x01"_ba;
    m_client->put('/' + encodedPath(key), value);
    QVERIFY(feed.waitForOp("insert", key));
    QCOMPARE(feed.events().first().json()["value"_L1].toString().toUtf8(), value);
    QVERIFY(!feed.events().first().data.contains('\n'));
}

void TestFeedForms::jsonInBinaryFrames()
{
    WebSocketFeed feed(m_server.port(), "format=json", "application/octet-stream");
    QVERIFY(feed.open());
    m_client->put("/k", "v");
    QVERIFY(feed.waitForOp("insert", "k"));
    QVERIFY(feed.events().first().binary);
}

void TestFeedForms::seqOfAnEventIsTheEtag()
{
    WebSocketFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    const quint64 first = m_client->put("/a", "1").revision();
    m_client->del("/a");
    const quint64 second = m_client->put("/b", "2").revision();
    QVERIFY(feed.waitForOp("insert", "b"));
    const QList<FeedMessage> events = feed.events();
    QCOMPARE(events.at(0).number("seq"), first);
    QCOMPARE(events.at(1).number("seq"), first + 1);
    QCOMPARE(events.at(2).number("seq"), second);
    const quint64 epoch = m_client->get("/-/info").json()["epoch"_L1].toVariant().toULongLong();
    QCOMPARE(events.at(0).number("epoch"), epoch);
}

void TestFeedForms::numbersAreExactInAScriptingLanguage()
{
    // A browser reads JSON numbers as doubles: a position it gives back must still be the same.
    const QByteArray info = m_client->get("/-/info").body;
    const QJsonObject json = QJsonDocument::fromJson(info).object();
    if (json["epoch"_L1].isDouble())
        QVERIFY2(json["epoch"_L1].toDouble() < 9007199254740992.0, info.constData());
}

void TestFeedForms::eventStreamText()
{
    SseFeed feed(m_server.port());
    QVERIFY2(feed.open(), feed.response().body.constData());
    const quint64 revision = m_client->put("/pre:demo:key", kDemoValue).revision();
    m_client->get("/pre:demo:key");
    m_client->del("/pre:demo:key");
    QVERIFY(feed.waitForText("Delete { key: pre:demo:key }"));
    const QByteArrayList expected{
        "Insert { key: pre:demo:key, value: " + kDemoValue + " }",
        "Read { key: pre:demo:key}"_ba,
        "Delete { key: pre:demo:key }"_ba,
    };
    QCOMPARE(feed.texts(), expected);
    const QByteArray epoch
        = QByteArray::number(m_client->get("/-/info").json()["epoch"_L1].toVariant().toULongLong());
    QCOMPARE(feed.messages().first().id, epoch + ':' + QByteArray::number(revision));
    QCOMPARE(feed.messages().last().id, epoch + ':' + QByteArray::number(revision + 1));
    QVERIFY(!feed.sawEventField());
}

void TestFeedForms::eventStreamJson()
{
    SseFeed feed(m_server.port(), "format=json");
    QVERIFY(feed.open());
    const quint64 revision = m_client->put("/k", "v").revision();
    QVERIFY(feed.waitForOp("insert", "k"));
    const FeedMessage event = feed.events().first();
    QCOMPARE(event.number("seq"), revision);
    QCOMPARE(event.id,
             QByteArray::number(event.number("epoch")) + ':' + QByteArray::number(revision));
    QVERIFY(!feed.sawEventField());
}

void TestFeedForms::eventStreamOfLines()
{
    SseFeed feed(m_server.port());
    QVERIFY(feed.open());
    m_client->put("/k", "one\ntwo\n\nid: 5\nevent: x\ndata: y\n");
    m_client->put("/end", "");
    QVERIFY(feed.waitForText("Insert { key: end, value:  }"));
    QCOMPARE(feed.texts().first(),
             "Insert { key: k, value: one\ntwo\n\nid: 5\nevent: x\ndata: y\n }"_ba);
    QCOMPARE(feed.texts().size(), 2);
    QVERIFY(!feed.sawEventField());

    // Carriage returns end lines in this format: they cannot be told from line feeds, but they must
    // not break out of the event.
    feed.clear();
    m_client->put("/k", "a\rid: 5\r\revent: x\r\n\r\ndata: b");
    m_client->put("/end", "");
    QVERIFY(feed.waitForText("Insert { key: end, value:  }"));
    QCOMPARE(feed.texts().size(), 2);
    QVERIFY(feed.texts().first().contains("event: x"));
    QVERIFY(!feed.sawEventField());
}

void TestFeedForms::headOperationIsARead()
{
    WebSocketFeed feed(m_server.port());
    QVERIFY(feed.open());
    m_client->head("/k");
    QVERIFY(feed.waitForText("Read { key: k}"));
}

void TestFeedForms::nothingThatFailsIsAnEvent()
{
    m_client->put("/k", "v");
    WebSocketFeed feed(m_server.port());
    QVERIFY(feed.open());
    m_client->del("/missing");
    m_client->patch("/missing?ttl=5");
    m_client->del("/keys/nothing");
    m_client->put("/k", "w", {{"If-None-Match", "*"}});
    m_client->del("/k", {{"If-Match", "\"99999999\""}});
    m_client->put("/ping", "x");
    m_client->put("/%FF", "x");
    m_client->put("/k?ttl=x", "x");
    m_client->put("/end", "");
    QVERIFY(feed.waitForText("Insert { key: end, value:  }"));
    QCOMPARE(feed.texts(), QByteArrayList{"Insert { key: end, value:  }"_ba});
}

void TestFeedForms::prefixFilter()
{
    WebSocketFeed feed(m_server.port(), "prefix=pre:");
    QVERIFY(feed.open());
    m_client->put("/pre:a", "1");
    m_client->put("/other", "2");
    m_client->put("/pre", "3");
    m_client->get("/pre:a");
    m_client->get("/other");
    m_client->del("/other");
    m_client->put("/other", "2");
    m_client->del("/keys/other");
    m_client->del("/keys/pre:");
    m_client->put("/pre:b", "1");
    m_client->del("/keys/pr"); // takes keys of the prefix along
    m_client->put("/pre:end", "");
    QVERIFY(feed.waitForText("Insert { key: pre:end, value:  }"));
    const QByteArrayList expected{
        "Insert { key: pre:a, value: 1 }"_ba, "Read { key: pre:a}"_ba,
        "DeletePrefix { key: pre: }"_ba,      "Insert { key: pre:b, value: 1 }"_ba,
        "DeletePrefix { key: pr }"_ba,        "Insert { key: pre:end, value:  }"_ba,
    };
    QCOMPARE(feed.texts(), expected);
    m_client->del("/keys");
    QVERIFY(feed.waitForText("DeleteAll"));
}

void TestFeedForms::opFilter()
{
    WebSocketFeed feed(m_server.port(), "op=insert,delete&format=json");
    QVERIFY(feed.open());
    m_client->put("/a", "1");
    m_client->get("/a");
    m_client->get("/keys");
    m_client->patch("/a?ttl=50");
    m_client->del("/a");
    m_client->put("/b", "1");
    m_client->del("/keys/b");
    m_client->put("/end", "");
    QVERIFY(feed.waitForOp("insert", "end"));
    QCOMPARE(keysOf(feed, {"insert"_ba}), (QByteArrayList{"a"_ba, "b"_ba, "end"_ba}));
    QCOMPARE(keysOf(feed, {"delete"_ba}), QByteArrayList{"a"_ba});
    QCOMPARE(feed.messages().size(), 4);
}

void TestFeedForms::prefixAndOpFilter()
{
    SseFeed feed(m_server.port(), "op=read&prefix=a");
    QVERIFY(feed.open());
    m_client->put("/a", "1");
    m_client->get("/b");
    m_client->get("/a");
    QVERIFY(feed.waitForText("Read { key: a}"));
    QCOMPARE(feed.messages().size(), 1);
}

void TestFeedForms::filterValuesAreDecoded()
{
    WebSocketFeed feed(m_server.port(), "op=insert&prefix=a+b%2Fc%26%2B");
    QVERIFY(feed.open());
    m_client->put("/a+b/c&+", "1");
    m_client->put("/a%20b/c&+d", "2");
    QVERIFY(feed.waitForText("Insert { key: a b/c&+d, value: 2 }"));
    QCOMPARE(feed.texts().size(), 1);
}

void TestFeedForms::manyConsumersSeeTheSame()
{
    std::vector<std::unique_ptr<Feed>> feeds;
    for (int i = 0; i < 20; ++i) {
        auto webSocket = std::make_unique<WebSocketFeed>(m_server.port(), "op=insert,delete");
        QVERIFY(webSocket->open());
        feeds.push_back(std::move(webSocket));
        auto stream = std::make_unique<SseFeed>(m_server.port(), "op=insert,delete");
        QVERIFY(stream->open());
        feeds.push_back(std::move(stream));
    }
    QByteArrayList expected;
    for (int i = 0; i < 200; ++i) {
        const QByteArray number = QByteArray::number(i);
        m_client->put("/k" + number, number);
        expected.append("Insert { key: k" + number + ", value: " + number + " }");
    }
    for (const auto &feed : feeds) {
        QVERIFY(feed->waitForText(expected.last()));
        QCOMPARE(feed->texts(), expected);
    }
}

QTEST_GUILESS_MAIN(TestFeedForms)
#include "tst_feedforms.moc"
