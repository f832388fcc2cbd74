// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QMap>
#include <QTest>

#include <random>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

struct Stored
{
    QByteArray value;
    quint64 revision = 0;
};

/// What the server has to be: a sorted map and a counter.
using Model = QMap<QByteArray, Stored>;

QByteArray tag(quint64 revision)
{
    return '"' + QByteArray::number(revision) + '"';
}

QByteArray jsonOf(const QByteArrayList &keys)
{
    QJsonArray array;
    for (const QByteArray &key : keys)
        array.append(QString::fromUtf8(key));
    return QJsonDocument(array).toJson(QJsonDocument::Compact);
}

} // namespace

/// Operations at random, each answer compared with that of a model.
class TestRestModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void serverIsASortedMap_data();
    void serverIsASortedMap();

private:
    QByteArray step();
    QByteArray put();
    QByteArray putIf();
    QByteArray get();
    QByteArray remove();
    QByteArray list();
    QByteArray removePrefix();
    QByteArray batch();

    int number(int below) { return static_cast<int>(m_random() % static_cast<unsigned>(below)); }
    QByteArray key(int mostParts = 4);
    QByteArrayList keysFrom(const QByteArray &prefix, const QByteArray &after) const;
    QByteArray fault(const QByteArray &request, const HttpResponse &got, int status,
                     const QByteArray &body) const;

    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
    std::minstd_rand m_random;
    Model m_model;
    quint64 m_seq = 0;
};

void TestRestModel::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestRestModel::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

// Few parts, so that keys meet, are prefixes of each other, and lie at the edges of the byte order.
QByteArray TestRestModel::key(int mostParts)
{
    static const QByteArrayList parts{
        "\0"_ba, "\x01"_ba,         "a"_ba, "b"_ba, "/"_ba, " "_ba, "\x7f"_ba,
        "ü"_ba,  "\xef\xbf\xbf"_ba, "😀"_ba};
    QByteArray key;
    for (int i = number(mostParts) + 1; i > 0; --i)
        key += parts.at(number(static_cast<int>(parts.size())));
    return key;
}

QByteArrayList TestRestModel::keysFrom(const QByteArray &prefix, const QByteArray &after) const
{
    QByteArrayList keys;
    for (auto it = m_model.cbegin(); it != m_model.cend(); ++it) {
        if (it.key().startsWith(prefix) && (after.isEmpty() || it.key() > after))
            keys.append(it.key());
    }
    return keys;
}

QByteArray TestRestModel::fault(const QByteArray &request, const HttpResponse &got, int status,
                                const QByteArray &body) const
{
    if (got.status == status && got.body == body)
        return {};
    return request + " -> " + QByteArray::number(got.status) + ' ' + got.body + got.fault
           + ", expected " + QByteArray::number(status) + ' ' + body;
}

QByteArray TestRestModel::put()
{
    const QByteArray target = '/' + encodedQuery(key());
    const QByteArray name = QByteArray::fromPercentEncoding(target.mid(1));
    const QByteArray value = QByteArray::number(m_seq);
    const HttpResponse got = m_client->put(target, value);
    const bool existed = m_model.contains(name);
    const QByteArray previous = m_model.value(name).value;
    m_model.insert(name, {value, ++m_seq});
    if (got.revision() != m_seq)
        return "PUT " + target + ": revision " + QByteArray::number(got.revision());
    return fault("PUT " + target, got, existed ? 200 : 201, previous);
}

QByteArray TestRestModel::putIf()
{
    const QByteArray name = key();
    const QByteArray target = '/' + encodedQuery(name);
    const quint64 current = m_model.value(name).revision;
    const quint64 guess = number(2) == 0 ? current : current + 1;
    const bool match = number(2) == 0;
    const bool exists = m_model.contains(name);
    const bool holds = match ? exists && guess == current : !(exists && guess == current);
    const QByteArray value = "if " + QByteArray::number(m_seq);
    const HttpResponse got = m_client->put(
        target, value,
        {{match ? "If-Match" : "If-None-Match", tag(guess)}, {"Prefer", "return=minimal"}});
    if (!holds)
        return fault("PUT if " + target, got, 412, got.body);
    m_model.insert(name, {value, ++m_seq});
    return fault("PUT if " + target, got, exists ? 200 : 201, {});
}

QByteArray TestRestModel::get()
{
    const QByteArray name = key();
    const QByteArray target = '/' + encodedQuery(name);
    const HttpResponse got = m_client->get(target);
    if (got.revision() != m_model.value(name).revision)
        return "GET " + target + ": revision " + QByteArray::number(got.revision());
    return fault("GET " + target, got, m_model.contains(name) ? 200 : 404,
                 m_model.value(name).value);
}

QByteArray TestRestModel::remove()
{
    const QByteArray name = key();
    const QByteArray target = '/' + encodedQuery(name);
    const HttpResponse got = m_client->del(target);
    const bool existed = m_model.contains(name);
    m_seq += existed ? 1 : 0;
    return fault("DELETE " + target, got, existed ? 200 : 404, m_model.take(name).value);
}

QByteArray TestRestModel::list()
{
    const QByteArray prefix = number(3) == 0 ? QByteArray() : key(2);
    const QByteArray after = number(2) == 0 ? QByteArray() : key();
    const int limit = number(20) + 1;
    QByteArray target = prefix.isEmpty() ? "/keys"_ba : "/keys/" + encodedQuery(prefix);
    target += "?limit=" + QByteArray::number(limit);
    if (!after.isEmpty())
        target += "&after=" + encodedQuery(after);
    const QByteArrayList all = keysFrom(prefix, after);
    const HttpResponse got = m_client->get(target);
    if (got.has("link") != (all.size() > limit))
        return "GET " + target + ": Link " + got.header("link");
    const QJsonDocument page = got.json();
    if (page.toJson(QJsonDocument::Compact) != jsonOf(all.mid(0, limit)))
        return fault("GET " + target, got, 200, jsonOf(all.mid(0, limit)));
    const HttpResponse count = m_client->get(target.left(target.indexOf('?')) + "?count=true");
    return fault("count " + target, count, 200,
                 R"({"count":)" + QByteArray::number(keysFrom(prefix, {}).size()) + '}');
}

QByteArray TestRestModel::removePrefix()
{
    const QByteArray prefix = key(3);
    const QByteArrayList removed = keysFrom(prefix, {});
    const HttpResponse got = m_client->del("/keys/" + encodedQuery(prefix));
    for (const QByteArray &name : removed)
        m_model.remove(name);
    m_seq += removed.isEmpty() ? 0 : 1;
    if (got.json().toJson(QJsonDocument::Compact) != jsonOf(removed))
        return fault("DELETE prefix " + encodedQuery(prefix), got, 200, jsonOf(removed));
    return {};
}

QByteArray TestRestModel::batch()
{
    QJsonArray operations;
    Model changed = m_model;
    quint64 seq = m_seq;
    int failed = -1;
    for (int i = 0; i < 5; ++i) {
        const QByteArray name = key();
        QJsonObject operation{{"key"_L1, QString::fromUtf8(name)}};
        const bool exists = changed.contains(name);
        if (number(8) == 0) {
            operation["if_none_match"_L1] = u"*"_s;
            if (exists && failed < 0)
                failed = i;
        }
        if (number(3) == 0) {
            operation["op"_L1] = u"delete"_s;
            seq += changed.remove(name) > 0 ? 1 : 0;
        } else {
            const QByteArray value = "batch " + QByteArray::number(seq);
            operation["op"_L1] = u"put"_s;
            operation["value"_L1] = QString::fromUtf8(value);
            changed.insert(name, {value, ++seq});
        }
        operations.append(operation);
    }
    const QByteArray json
        = QJsonDocument(QJsonObject{{"operations"_L1, operations}}).toJson(QJsonDocument::Compact);
    const HttpResponse got = m_client->batch(json);
    if (failed >= 0) {
        if (got.json()["index"_L1].toInt(-1) != failed)
            return "batch " + json + ": not the index " + QByteArray::number(failed) + ": "
                   + got.body;
        return fault("batch " + json, got, 412, got.body);
    }
    m_model = changed;
    m_seq = seq;
    return fault("batch " + json, got, 200, got.body);
}

QByteArray TestRestModel::step()
{
    const int dice = number(100);
    if (dice < 35)
        return put();
    if (dice < 45)
        return putIf();
    if (dice < 60)
        return get();
    if (dice < 70)
        return remove();
    if (dice < 90)
        return list();
    if (dice < 92)
        return removePrefix();
    return batch();
}

void TestRestModel::serverIsASortedMap_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestRestModel::serverIsASortedMap()
{
    QFETCH(unsigned, seed);
    m_random.seed(seed);
    QCOMPARE(m_client->del("/keys").status, 200);
    m_model.clear();
    m_seq = m_client->get("/-/info").json()["seq"_L1].toVariant().toULongLong();
    for (int i = 0; i < 3000; ++i) {
        const QByteArray found = step();
        QVERIFY2(found.isEmpty(), ("step " + QByteArray::number(i) + ": " + found).constData());
    }
    QVERIFY(m_model.size() > 50); // or it was an easy one
}

QTEST_GUILESS_MAIN(TestRestModel)
#include "tst_restmodel.moc"
