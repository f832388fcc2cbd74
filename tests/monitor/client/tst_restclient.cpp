// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/restclient.h"

#include "tests/support/fakeidentity.h"
#include "tests/support/fakeserver.h"

#include <QSignalSpy>
#include <QTest>

using namespace memorykv;
using namespace memorykv::test;

namespace {

constexpr int kWaitMs = 30'000;

/// Keeps what a request gives.
template <typename T>
class Kept
{
public:
    RestClient::Then<T> taker()
    {
        return [this](const Outcome<T> &outcome) {
            ++m_calls;
            m_outcome.emplace(outcome);
        };
    }
    int calls() const { return m_calls; }
    bool ok() const { return m_outcome && m_outcome->ok(); }
    const T &value() const { return m_outcome->value(); }
    const Failure &failure() const { return m_outcome->error(); }

private:
    int m_calls = 0;
    std::optional<Outcome<T>> m_outcome;
};

FakeAnswer problem(int status, const QByteArray &title, const QByteArray &detail)
{
    return {.status = status,
            .body
            = R"({"type":"about:blank","title":")" + title + R"(","detail":")" + detail + "\"}",
            .fields = {{"Content-Type", "application/problem+json"}}};
}

} // namespace

class TestRestClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<FakeServer>();
        m_rest = std::make_unique<RestClient>();
        m_rest->setEndpoint({.address = m_server->url()});
    }
    void cleanup()
    {
        m_rest.reset();
        m_server.reset();
    }

    void keysAreBytesInTheTarget_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("target");
        const auto row = [](const QByteArray &key, const QByteArray &target) {
            QTest::newRow(key.toPercentEncoding().constData()) << key << target;
        };
        row("a", "/a");
        row("a/b//c/", "/a%2Fb%2F%2Fc%2F");
        row("/a", "/%2Fa");
        row("../a/./b", "/..%2Fa%2F.%2Fb");
        row("...", "/...");
        row("100%", "/100%25");
        row("a?b#c d", "/a%3Fb%23c%20d");
        row(QByteArray("\0x", 2), "/%00x");
        row("\xc3\xbc", "/%C3%BC");
        row("%41", "/%2541");
        row("a+b&c;d:e@f", "/a%2Bb%26c%3Bd%3Ae%40f");
        row("x\\y", "/x%5Cy");
    }
    void keysAreBytesInTheTarget()
    {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, target);
        Kept<StoredValue> kept;
        m_rest->get(key, -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(m_server->requests().last().target, target);
    }

    void whatWouldBeFoldedIsNotSent()
    {
        Kept<StoredValue> get;
        Kept<Done> removePrefix;
        Kept<KeyPage> page;
        m_rest->get("..", -1, this, get.taker());
        m_rest->removePrefix(".", this, removePrefix.taker());
        m_rest->keys("..", {}, 10, this, page.taker());
        QTRY_COMPARE_WITH_TIMEOUT(page.calls(), 1, kWaitMs);
        QCOMPARE(get.failure().kind, FailureKind::Rejected);
        QCOMPARE(removePrefix.failure().kind, FailureKind::Rejected);
        QCOMPARE(page.failure().kind, FailureKind::Rejected);
        QVERIFY(m_server->requests().isEmpty());
    }

    void valueComesWithTypeAndRevision()
    {
        const QByteArray bytes("\0\xff\r\n", 4);
        m_server->answer(
            "/k", {.body = bytes,
                   .fields = {{"ETag", "\"18446744073709551615\""}, {"Content-Type", "a/b; c=d"}}});
        Kept<StoredValue> kept;
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(kept.ok());
        QCOMPARE(kept.value().bytes, bytes);
        QCOMPARE(kept.value().type, "a/b; c=d");
        QCOMPARE(kept.value().revision, quint64{18446744073709551615U});
        QCOMPARE(kept.value().totalSize, 4);
        QVERIFY(kept.value().whole);
    }

    void onlyTheBeginningOfALargeValue_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("whole");
        QTest::newRow("one less") << 999 << true;
        QTest::newRow("just as many") << 1000 << true;
        QTest::newRow("one more") << 1001 << false;
        QTest::newRow("many more") << (5 << 20) << false;
    }
    void onlyTheBeginningOfALargeValue()
    {
        QFETCH(int, size);
        QFETCH(bool, whole);
        m_server->answer("/k", {.body = QByteArray(size, 'x')});
        Kept<StoredValue> kept;
        m_rest->get("k", 1000, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(kept.ok());
        QCOMPARE(kept.value().bytes.size(), qMin(size, 1000));
        QCOMPARE(kept.value().whole, whole);
        QCOMPARE(kept.value().totalSize, size);
    }

    void progressOfALargeValue()
    {
        m_server->answer("/k", {.body = QByteArray(5 << 20, 'x')});
        Kept<StoredValue> kept;
        qint64 last = 0;
        qint64 all = 0;
        m_rest->get("k", -1, this, kept.taker(), [&](qint64 done, qint64 total) {
            QVERIFY(done >= last);
            last = done;
            all = total;
        });
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(last, 5 << 20);
        QCOMPARE(all, 5 << 20);
    }

    void bodyThatEndsEarlyIsNoValue()
    {
        m_server->answer("/k", {.body = "half", .claimedSize = 100, .hangUp = true});
        Kept<StoredValue> kept;
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(!kept.ok());
        QCOMPARE(kept.failure().kind, FailureKind::Network);
    }

    void errorsAreToldInWords_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<FailureKind>("kind");
        const auto row
            = [](int status, FailureKind kind) { QTest::addRow("%d", status) << status << kind; };
        row(400, FailureKind::Rejected);
        row(401, FailureKind::Unauthorized);
        row(403, FailureKind::Forbidden);
        row(404, FailureKind::NotFound);
        row(405, FailureKind::Rejected);
        row(412, FailureKind::Conflict);
        row(413, FailureKind::TooLarge);
        row(429, FailureKind::Busy);
        row(500, FailureKind::Server);
        row(503, FailureKind::Busy);
        row(507, FailureKind::TooLarge);
    }
    void errorsAreToldInWords()
    {
        QFETCH(int, status);
        QFETCH(FailureKind, kind);
        FakeAnswer answer = problem(status, "A title", "what is at fault");
        answer.fields.emplaceBack("WWW-Authenticate", "Bearer realm=\"memorykv\"");
        answer.fields.emplaceBack("Retry-After", "7");
        m_server->answer("/k", answer);
        Kept<StoredValue> kept;
        m_rest->get("k", 100, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(!kept.ok());
        QCOMPARE(kept.failure().kind, kind);
        QCOMPARE(kept.failure().status, status);
        QCOMPARE(kept.failure().text, QStringLiteral("A title: what is at fault"));
        QCOMPARE(kept.failure().retryAfterSeconds, std::optional<qint64>(7));
    }

    void redirectIsNotFollowed()
    {
        m_server->answer("/k", {.status = 302, .fields = {{"Location", "/elsewhere"}}});
        Kept<StoredValue> kept;
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(kept.failure().kind, FailureKind::Protocol);
        QCOMPARE(m_server->requests().size(), 1);
    }

    void noServerIsNoConnection()
    {
        m_server->goAway();
        Kept<StoredValue> kept;
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(kept.failure().kind, FailureKind::Network);
        QVERIFY(!kept.failure().text.isEmpty());
    }

    void tokenGoesWithEveryRequestAndIntoNoText()
    {
        m_rest->setEndpoint({.address = m_server->url(), .token = "secret"});
        m_server->answer("/k", {.status = 401});
        Kept<StoredValue> kept;
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(m_server->requests().last().field("Authorization"), "Bearer secret");
        QVERIFY(!kept.failure().text.contains(QStringLiteral("secret")));
    }

    void putSendsValueTypeTtlAndCondition()
    {
        m_server->answer("/k", {.status = 201, .fields = {{"ETag", "\"9\""}}});
        Kept<Written> kept;
        const QByteArray bytes("\0\xff", 2);
        m_rest->put({.key = "k",
                     .value = bytes,
                     .type = "a/b",
                     .ttlSeconds = 60,
                     .condition = Condition::revisionIs(8)},
                    this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(kept.ok());
        QCOMPARE(kept.value().revision, 9U);
        QVERIFY(kept.value().created);
        const FakeRequest request = m_server->requests().last();
        QCOMPARE(request.method, "PUT");
        QCOMPARE(request.target, "/k?ttl=60");
        QCOMPARE(request.body, bytes);
        QCOMPARE(request.field("Content-Type"), "a/b");
        QCOMPARE(request.field("If-Match"), "\"8\"");
    }

    void emptyValueIsSentAsOne()
    {
        m_server->answer("/k", {.status = 201, .fields = {{"ETag", "\"9\""}}});
        Kept<Written> kept;
        m_rest->put({.key = "k", .condition = Condition::missing()}, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(kept.ok());
        QCOMPARE(m_server->requests().last().field("If-None-Match"), "*");
        QCOMPARE(m_server->requests().last().field("Content-Type"), "application/octet-stream");
    }

    void pageOfKeysAndItsEnd()
    {
        m_server->answer("/keys/a%2F",
                         {.body = R"(["a/1","a/\u00fc\n"])",
                          .fields = {{"Link", "</keys/a/?after=x&limit=2>; rel=\"next\""}}});
        Kept<KeyPage> kept;
        m_rest->keys("a/", "a/0 +", 2, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(kept.ok());
        QCOMPARE(m_server->requests().last().target, "/keys/a%2F?limit=2&after=a%2F0%20%2B");
        QCOMPARE(kept.value().keys, QByteArrayList({"a/1", "a/\xc3\xbc\n"}));
        QVERIFY(kept.value().more);
        QCOMPARE(kept.value().nextAfter, "a/\xc3\xbc\n");

        m_server->answer("/keys", {.body = "[]"});
        m_rest->keys({}, {}, 2, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 2, kWaitMs);
        QCOMPARE(m_server->requests().last().target, "/keys?limit=2");
        QVERIFY(kept.value().keys.isEmpty());
        QVERIFY(!kept.value().more);
    }

    void listingThatIsNoneIsAProtocolFailure()
    {
        m_server->answer("/keys", {.body = R"({"a":1})"});
        Kept<KeyPage> kept;
        m_rest->keys({}, {}, 2, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(kept.failure().kind, FailureKind::Protocol);
    }

    void entryTellsTheExpiry()
    {
        m_server->answer("/keys/k",
                         {.body = R"([{"key":"k","value_base64":"//4=","revision":5,"type":"t",)"
                                  R"("ttl":60}])"});
        Kept<KeyEntry> kept;
        m_rest->entry("k", this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QVERIFY(kept.ok());
        QCOMPARE(
            kept.value(),
            (KeyEntry{
                .key = "k", .value = "\xff\xfe", .type = "t", .revision = 5, .ttlSeconds = 60}));
        m_server->answer("/keys/k", {.body = R"([{"key":"kk","value":"","revision":5}])"});
        m_rest->entry("k", this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 2, kWaitMs);
        QCOMPARE(kept.failure().kind, FailureKind::NotFound);
    }

    void readOnlySendsNoWrites()
    {
        m_rest->setEndpoint({.address = m_server->url(), .readOnly = true});
        Kept<Written> put;
        Kept<Removed> removed;
        Kept<Done> prefix;
        Kept<quint64> ttl;
        Kept<QList<BatchResult>> batch;
        m_rest->put({.key = "k"}, this, put.taker());
        m_rest->remove("k", {}, this, removed.taker());
        m_rest->removePrefix("k", this, prefix.taker());
        m_rest->setTtl("k", 1, {}, this, ttl.taker());
        m_rest->batch({}, this, batch.taker());
        QCOMPARE(put.calls(), 0);
        QTRY_COMPARE_WITH_TIMEOUT(put.calls(), 1, kWaitMs);
        QTRY_COMPARE_WITH_TIMEOUT(batch.calls(), 1, kWaitMs);
        QCOMPARE(put.failure().kind, FailureKind::ReadOnly);
        QCOMPARE(removed.failure().kind, FailureKind::ReadOnly);
        QCOMPARE(prefix.failure().kind, FailureKind::ReadOnly);
        QCOMPARE(ttl.failure().kind, FailureKind::ReadOnly);
        QCOMPARE(batch.failure().kind, FailureKind::ReadOnly);
        QVERIFY(m_server->requests().isEmpty());
    }

    void abortedCallIsSilent()
    {
        Kept<StoredValue> aborted;
        Kept<StoredValue> other;
        RestCall call = m_rest->get("k", -1, this, aborted.taker());
        QVERIFY(call.isRunning());
        call.abort();
        QVERIFY(!call.isRunning());
        m_rest->get("k", -1, this, other.taker());
        QTRY_COMPARE_WITH_TIMEOUT(other.calls(), 1, kWaitMs);
        QCOMPARE(aborted.calls(), 0);
    }

    void contextThatIsGoneIsNotCalled()
    {
        Kept<StoredValue> gone;
        Kept<StoredValue> other;
        auto context = std::make_unique<QObject>();
        m_rest->get("k", -1, context.get(), gone.taker());
        context.reset();
        m_rest->get("k", -1, this, other.taker());
        QTRY_COMPARE_WITH_TIMEOUT(other.calls(), 1, kWaitMs);
        QCOMPARE(gone.calls(), 0);
    }

    void anotherEndpointSilencesWhatIsUnderWay()
    {
        m_server->answer("/k", {.silent = true});
        Kept<StoredValue> kept;
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(m_server->requests().size(), 1, kWaitMs);
        FakeServer other;
        m_rest->setEndpoint({.address = other.url()});
        Kept<StoredValue> second;
        m_rest->get("k", -1, this, second.taker());
        QTRY_COMPARE_WITH_TIMEOUT(second.calls(), 1, kWaitMs);
        QCOMPARE(kept.calls(), 0);
        QCOMPARE(other.requests().size(), 1);
    }

    void clientDestroyedInItsCallback()
    {
        bool called = false;
        m_rest->get("k", -1, nullptr, [&](const Outcome<StoredValue> &) {
            called = true;
            m_rest.reset();
        });
        QTRY_VERIFY_WITH_TIMEOUT(called, kWaitMs);
    }

    void batchNamesTheOperationAtFault()
    {
        m_server->answer("/-/batch",
                         {.status = 412, .body = R"({"title":"t","detail":"d","index":1})"});
        Kept<QList<BatchResult>> kept;
        m_rest->batch({{.kind = BatchOperation::Kind::Delete, .put = {.key = "k"}}}, this,
                      kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(kept.failure().index, std::optional(1));
        QCOMPARE(m_server->requests().last().body, R"({"operations":[{"op":"delete","key":"k"}]})");
    }

    void untrustedCertificateIsAQuestionAndAPinAnAnswer()
    {
        const FakeIdentity identity = FakeIdentity::create();
        QVERIFY2(!identity.key.isNull(), "openssl is needed");
        m_server->useTls(identity.certificate, identity.key);
        m_server->answer("/k", {.body = "v"});
        Endpoint endpoint{.address = m_server->url(), .token = "secret"};
        m_rest->setEndpoint(endpoint);

        QSignalSpy questions(m_rest.get(), &RestClient::certificateUntrusted);
        Kept<StoredValue> kept;
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(kept.failure().kind, FailureKind::Tls);
        QCOMPARE(questions.size(), 1);
        const auto question = questions.first().first().value<CertificateQuestion>();
        QCOMPARE(question.sha256, identity.certificate.digest(QCryptographicHash::Sha256));
        QCOMPARE(question.subject, QStringLiteral("a test"));
        QVERIFY(!question.reasons.isEmpty());
        QVERIFY(!question.changed);
        QVERIFY(m_server->requests().isEmpty());

        endpoint.pinnedSha256 = question.sha256;
        m_rest->setEndpoint(endpoint);
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 2, kWaitMs);
        QVERIFY2(kept.ok(), kept.ok() ? "" : qPrintable(kept.failure().text));
        QCOMPARE(kept.value().bytes, "v");

        endpoint.pinnedSha256 = QByteArray(32, 'x');
        m_rest->setEndpoint(endpoint);
        m_rest->get("k", -1, this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 3, kWaitMs);
        QCOMPARE(kept.failure().kind, FailureKind::Tls);
        QVERIFY(questions.last().first().value<CertificateQuestion>().changed);
    }

    void infoOfSomethingElse()
    {
        m_server->answer("/-/info", {.body = "<html>hello</html>"});
        Kept<ServerInfo> kept;
        m_rest->info(this, kept.taker());
        QTRY_COMPARE_WITH_TIMEOUT(kept.calls(), 1, kWaitMs);
        QCOMPARE(kept.failure().kind, FailureKind::Protocol);
    }

private:
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<RestClient> m_rest;
};

QTEST_GUILESS_MAIN(TestRestClient)
#include "tst_restclient.moc"
