// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv::test;

namespace {

QByteArray tag(quint64 revision)
{
    return '"' + QByteArray::number(revision) + '"';
}

} // namespace

/// If-Match and If-None-Match (RFC 9110 13.1), in all the places that take them.
class TestRestConditions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void writeWithCondition_data();
    void writeWithCondition();
    void failedConditionChangesNothing();
    void conditionOnAMissingKey_data();
    void conditionOnAMissingKey();
    void getWithIfNoneMatch_data();
    void getWithIfNoneMatch();
    void notModifiedCarriesTheEtagAndNoContent();
    void headWithIfNoneMatchIs304();
    void conditionHoldsAgainAfterAnExpiryChange();
    void conditionSeesAKeyMadeAnew();
    void malformedTagNeverWrites_data();
    void malformedTagNeverWrites();
    void repeatedFieldsAreOneList();

private:
    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;
    quint64 m_current = 0; // the revision of /k
    quint64 m_older = 0;   // one that /k had before
};

void TestRestConditions::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void TestRestConditions::init()
{
    QCOMPARE(m_client->del("/keys").status, 200);
    m_older = m_client->put("/k", "old").revision();
    m_current = m_client->put("/k", "value").revision();
    QVERIFY(m_older > 0 && m_current > m_older);
}

void TestRestConditions::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), ""_ba);
}

void TestRestConditions::writeWithCondition_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value"); // C: the current tag, O: an older one
    QTest::addColumn<bool>("holds");
    const QByteArray match = "If-Match"_ba;
    const QByteArray noneMatch = "If-None-Match"_ba;
    QTest::newRow("match current") << match << "C"_ba << true;
    QTest::newRow("match older") << match << "O"_ba << false;
    QTest::newRow("match any") << match << "*"_ba << true;
    QTest::newRow("match list with current") << match << "O, C"_ba << true;
    QTest::newRow("match list without spaces") << match << "O,C,\"x\""_ba << true;
    QTest::newRow("match list of others") << match << "O, \"abc\""_ba << false;
    QTest::newRow("match never compares weakly") << match << "W/C"_ba << false;
    QTest::newRow("match never given tag") << match << "\"99999999\""_ba << false;
    QTest::newRow("match tag that is no number") << match << "\"abc\""_ba << false;
    QTest::newRow("match empty tag") << match << "\"\""_ba << false;
    QTest::newRow("match tag with a comma") << match << "\"a,b\", C"_ba << true;
    QTest::newRow("none match any") << noneMatch << "*"_ba << false;
    QTest::newRow("none match current") << noneMatch << "C"_ba << false;
    QTest::newRow("none match older") << noneMatch << "O"_ba << true;
    QTest::newRow("none match weak current") << noneMatch << "W/C"_ba << false;
    QTest::newRow("none match list with current") << noneMatch << "\"x\", C"_ba << false;
}

void TestRestConditions::writeWithCondition()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, value);
    QFETCH(bool, holds);
    value.replace("C", tag(m_current)).replace("O", tag(m_older));
    const Fields condition{{field, value}};

    const HttpResponse patched = m_client->patch("/k?ttl=1000", condition);
    if (!holds)
        QCOMPARE(problemFault(patched, 412), ""_ba);
    else
        QCOMPARE(patched.status, 204);

    const HttpResponse put = m_client->put("/k", "new", condition);
    if (!holds)
        QCOMPARE(problemFault(put, 412), ""_ba);
    else
        QCOMPARE(put.status, 200);

    m_client->del("/k");
    const quint64 again = m_client->put("/k", "again").revision();
    const Fields renewed{{field, value.replace(tag(m_current), tag(again))}};
    const HttpResponse removed = m_client->del("/k", renewed);
    if (!holds)
        QCOMPARE(problemFault(removed, 412), ""_ba);
    else
        QCOMPARE(removed.status, 200);
}

void TestRestConditions::failedConditionChangesNothing()
{
    const Fields condition{{"If-Match", tag(m_older)}};
    m_client->put("/k", "new", condition);
    m_client->del("/k", condition);
    m_client->patch("/k?ttl=1", condition);
    const HttpResponse response = m_client->get("/k");
    QCOMPARE(response.body, "value"_ba);
    QCOMPARE(response.revision(), m_current);
    QCOMPARE(m_client->put("/other", "").revision(), m_current + 1);
}

void TestRestConditions::conditionOnAMissingKey_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("putStatus");
    QTest::newRow("match any") << "If-Match"_ba
                               << "*"_ba << 412;
    QTest::newRow("match tag") << "If-Match"_ba
                               << "\"1\""_ba << 412;
    QTest::newRow("none match any") << "If-None-Match"_ba
                                    << "*"_ba << 201;
    QTest::newRow("none match tag") << "If-None-Match"_ba
                                    << "\"1\""_ba << 201;
}

void TestRestConditions::conditionOnAMissingKey()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, value);
    QFETCH(int, putStatus);
    const Fields condition{{field, value}};
    // RFC 9110 13.2.1 has conditions ignored where the answer is no success anyway; a 412 says the
    // same to a client that asked with If-Match.
    const int removed = m_client->del("/missing", condition).status;
    QVERIFY2(removed == 404 || (putStatus == 412 && removed == 412),
             QByteArray::number(removed).constData());
    const int patched = m_client->patch("/missing?ttl=5", condition).status;
    QVERIFY2(patched == 404 || (putStatus == 412 && patched == 412),
             QByteArray::number(patched).constData());
    QCOMPARE(m_client->put("/missing", "v", condition).status, putStatus);
    QCOMPARE(m_client->get("/missing").status, putStatus == 201 ? 200 : 404);
}

void TestRestConditions::getWithIfNoneMatch_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("status");
    QTest::newRow("current") << "C"_ba << 304;
    QTest::newRow("weak current") << "W/C"_ba << 304;
    QTest::newRow("any") << "*"_ba << 304;
    QTest::newRow("list with current") << "O, C"_ba << 304;
    QTest::newRow("older") << "O"_ba << 200;
    QTest::newRow("no number") << "\"abc\""_ba << 200;
}

void TestRestConditions::getWithIfNoneMatch()
{
    QFETCH(QByteArray, value);
    QFETCH(int, status);
    value.replace("C", tag(m_current)).replace("O", tag(m_older));
    const HttpResponse response = m_client->get("/k", {{"If-None-Match", value}});
    QCOMPARE(response.status, status);
    QCOMPARE(response.body, status == 200 ? "value"_ba : ""_ba);
    QCOMPARE(m_client->get("/missing", {{"If-None-Match", value}}).status, 404);
}

void TestRestConditions::notModifiedCarriesTheEtagAndNoContent()
{
    const HttpResponse response = m_client->get("/k", {{"If-None-Match", tag(m_current)}});
    QCOMPARE(response.status, 304);
    QCOMPARE(response.revision(), m_current);
    QVERIFY(response.has("date"));
    // RFC 9110 8.6: a Content-Length here would have to be that of the 200.
    QVERIFY(!response.has("content-length") || response.header("content-length") == "5");
    // The connection is still in step.
    QCOMPARE(m_client->get("/k").body, "value"_ba);
}

void TestRestConditions::headWithIfNoneMatchIs304()
{
    QCOMPARE(m_client->head("/k", {{"If-None-Match", tag(m_current)}}).status, 304);
    QCOMPARE(m_client->head("/k", {{"If-None-Match", tag(m_older)}}).status, 200);
}

void TestRestConditions::conditionHoldsAgainAfterAnExpiryChange()
{
    m_client->patch("/k?ttl=1000");
    QCOMPARE(m_client->put("/k", "new", {{"If-Match", tag(m_current)}}).status, 200);
}

void TestRestConditions::conditionSeesAKeyMadeAnew()
{
    m_client->del("/k");
    m_client->put("/k", "value");
    QCOMPARE(problemFault(m_client->put("/k", "x", {{"If-Match", tag(m_current)}}), 412), ""_ba);
}

void TestRestConditions::malformedTagNeverWrites_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("match without quotes") << "If-Match"_ba
                                          << "5"_ba;
    QTest::newRow("match half quoted") << "If-Match"_ba
                                       << "\"5"_ba;
    QTest::newRow("match empty") << "If-Match"_ba
                                 << ""_ba;
    QTest::newRow("match any among tags") << "If-Match"_ba
                                          << "*, \"5\""_ba;
    QTest::newRow("none match without quotes") << "If-None-Match"_ba
                                               << "5"_ba;
    QTest::newRow("none match two stars") << "If-None-Match"_ba
                                          << "**"_ba;
}

void TestRestConditions::malformedTagNeverWrites()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, value);
    const HttpResponse response = m_client->put("/k", "new", {{field, value}});
    QVERIFY2(response.status == 400 || response.status == 412,
             QByteArray::number(response.status).constData());
    QCOMPARE(problemFault(response, response.status), ""_ba);
    QCOMPARE(m_client->get("/k").body, "value"_ba);
}

void TestRestConditions::repeatedFieldsAreOneList()
{
    const HttpResponse response
        = m_client->put("/k", "new", {{"If-Match", tag(m_older)}, {"If-Match", tag(m_current)}});
    QCOMPARE(response.status, 200);
}

QTEST_GUILESS_MAIN(TestRestConditions)
#include "tst_restconditions.moc"
