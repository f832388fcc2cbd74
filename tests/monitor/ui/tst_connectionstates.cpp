// SPDX-License-Identifier: GPL-3.0-only
// What the window says and offers in each state of the connection, against a server that does what
// the test tells it to.
#include "monitor/ui/certificatedialog.h"
#include "monitor/ui/connectionbar.h"
#include "monitor/ui/emptytableview.h"
#include "monitor/ui/inspectorpanel.h"
#include "monitor/ui/keyspanel.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/tokendialog.h"
#include "monitor/ui/walpanel.h"
#include "tests/monitor/ui/monitorfixture.h"
#include "tests/support/fakeidentity.h"
#include "tests/support/fakeserver.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QImage>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

using namespace memorykv;
using namespace memorykv::test;

namespace {

constexpr quint64 kEpoch = 77;

Event insert(quint64 seq)
{
    return {.op = Op::Insert,
            .epoch = kEpoch,
            .seq = seq,
            .timeMs = 1'700'000'000'000,
            .key = "k" + QByteArray::number(seq),
            .value = "v"};
}

} // namespace

class TestConnectionStates : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<FakeServer>();
        m_server->answer("/keys", {.body = "[]"});
        m_fixture = std::make_unique<MonitorFixture>();
    }
    void cleanup()
    {
        m_fixture.reset();
        m_server.reset();
    }

    void atFirstItSaysWhatToDo()
    {
        QVERIFY(says("Not connected"));
        QVERIFY(log()->emptyText().contains(QStringLiteral("Return")));
        QVERIFY(button(bar(), QStringLiteral("Connect"))->isVisible());
        QVERIFY(!button(bar(), QStringLiteral("Retry now"))->isVisible());
    }

    void nonsenseIsNoAddress()
    {
        m_fixture->window->connectToText(QStringLiteral("ftp://somewhere"));
        QVERIFY(m_fixture->window->notice()->text().startsWith(QStringLiteral("No address")));
        QVERIFY(!m_fixture->workspace->profile());
        // On the ground that says how it is meant.
        const MessageStrip *notice = m_fixture->window->notice();
        const QImage picture = m_fixture->window->grab().toImage();
        const QPoint corner = notice->mapTo(m_fixture->window.get(), QPoint(3, 3));
        const QColor ground = toneGround(Tone::Bad, QApplication::palette());
        QCOMPARE(picture.pixelColor(corner).name(), ground.name());
        QVERIFY(notice->height() < 3 * notice->fontMetrics().height());
    }

    void returnConnects()
    {
        QLineEdit *field = bar()->findChild<QComboBox *>()->lineEdit();
        field->setText(m_server->url().toString());
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(m_fixture->waitFor(FeedState::Live));
        QVERIFY(says("Live"));
        QVERIFY(button(bar(), QStringLiteral("Disconnect"))->isVisible());
        QTRY_VERIFY(keys()->emptyText().contains(QStringLiteral("empty")));
    }

    void aSilentServerIsStillBeingConnectedTo()
    {
        m_server->answer("/-/info", {.silent = true});
        connectNow();
        QVERIFY(m_fixture->waitFor(FeedState::Connecting));
        QVERIFY(says("Connecting"));
        button(bar(), QStringLiteral("Disconnect"))->click();
        QVERIFY(m_fixture->waitFor(FeedState::Stopped));
        QVERIFY(says("Not connected"));
    }

    void offlineCountsDownAndKeepsTheData()
    {
        goLive();
        m_server->send(insert(1));
        QTRY_COMPARE(m_fixture->workspace->wal().rowCount(), 1);
        m_server->goAway();
        QVERIFY(m_fixture->waitFor(FeedState::Offline));
        QVERIFY(says("Offline"));
        QVERIFY2(bar()->words().contains(QStringLiteral("Next try in")),
                 qPrintable(bar()->words()));
        QCOMPARE(m_fixture->workspace->wal().rowCount(), 1);
        QVERIFY(log()->property("memorykv_dimmed").toBool());
        QVERIFY(!m_fixture->window->actions().newKey->isEnabled());
    }

    void retryNowTriesAtOnce()
    {
        goLive();
        m_server->goAway();
        QVERIFY(m_fixture->waitFor(FeedState::Offline));
        m_server->comeBack();
        QPushButton *retry = button(bar(), QStringLiteral("Retry now"));
        QTRY_VERIFY(retry->isVisible() || m_fixture->workspace->isLive());
        if (retry->isVisible())
            retry->click();
        QVERIFY(m_fixture->waitFor(FeedState::Live));
        QVERIFY(!log()->property("memorykv_dimmed").toBool());
    }

    void ctrlRTriesAtOnce()
    {
        m_server->answer("/-/info", {.body = "<html>hello</html>"});
        connectNow();
        QVERIFY(m_fixture->waitFor(FeedState::NotMemoryKv));
        const qsizetype before = m_server->requests().size();
        QTest::keyClick(m_fixture->window.get(), Qt::Key_R, Qt::ControlModifier);
        QTRY_VERIFY(m_server->requests().size() > before);
    }

    void whatWasMissedIsAGapRow()
    {
        goLive();
        m_server->send(insert(1));
        QTRY_COMPARE(m_fixture->workspace->wal().rowCount(), 1);
        m_server->closeFeed(1001);
        QVERIFY(m_fixture->waitFor(FeedState::Live));
        QTRY_VERIFY(m_server->hasFeed());
        QTRY_VERIFY(m_server->lastFeedTarget().contains("since="));
        m_server->send({.op = Op::Gap, .epoch = kEpoch, .seq = 5, .gapFrom = 2});
        QTRY_COMPARE(m_fixture->workspace->wal().rowCount(), 2);
        QCOMPARE(m_fixture->workspace->wal().eventAt(1).op, Op::Gap);
    }

    void anEditOfAnotherHistoryIsAConflict()
    {
        m_server->answer(
            "/k", {.body = "old", .fields = {{"ETag", "\"3\""}, {"Content-Type", "text/plain"}}});
        goLive();
        m_fixture->window->inspect("k");
        InspectorModel &model = m_fixture->workspace->inspector();
        QTRY_COMPARE(model.state(), InspectorModel::State::Shown);
        m_fixture->window->inspectorPanel()->edit();
        QVERIFY(m_fixture->window->inspectorPanel()->isEditing());
        // The server comes back with another history, in which there is a revision 3 too.
        m_server->position = {78, 5};
        m_server->answer("/k", [](const FakeRequest &request) {
            if (request.method == "PUT")
                return FakeAnswer{.status = 200};
            return FakeAnswer{.body = "new",
                              .fields = {{"ETag", "\"3\""}, {"Content-Type", "text/plain"}}};
        });
        m_server->closeFeed(1001);
        QTRY_COMPARE(m_fixture->workspace->serverInfo()->position.epoch, quint64{78});
        QVERIFY(m_fixture->waitFor(FeedState::Live));
        m_fixture->window->inspectorPanel()->save();
        QTRY_COMPARE(model.state(), InspectorModel::State::Conflict);
        QCOMPARE(model.theirs()->bytes, QByteArray("new"));
        for (const FakeRequest &request : m_server->requests())
            QVERIFY(request.method != "PUT");
    }

    void aNewHistoryIsLoadedAnew()
    {
        goLive();
        m_server->send(insert(1));
        QTRY_COMPARE(m_fixture->workspace->keys().rowCount(), 1);
        m_server->send({.op = Op::Gap, .epoch = 78, .seq = 0, .gapFrom = 1});
        QTRY_COMPARE(m_fixture->workspace->keys().rowCount(), 0);
        QTRY_VERIFY(!m_fixture->workspace->keys().isStale());
    }

    void aTokenIsAskedForAndUsed()
    {
        m_server->answer("/-/info", [](const FakeRequest &request) {
            if (request.field("authorization") == "Bearer secret")
                return FakeAnswer{
                    .body
                    = R"({"name":"MemoryKV","version":"0.1.0","epoch":77,"seq":0,"durable_seq":0,"keys":0,"stored_bytes":0,"limits":{"max_key":1024,"max_value":5242880}})"};
            return FakeAnswer{.status = 401};
        });
        connectNow();
        QTRY_VERIFY(m_fixture->window->findChild<TokenDialog *>());
        QVERIFY(says("Refused"));
        auto *dialog = m_fixture->window->findChild<TokenDialog *>();
        dialog->findChild<QLineEdit *>()->setText(QStringLiteral("secret"));
        dialog->findChild<QCheckBox *>()->setChecked(true);
        button(dialog, QStringLiteral("Connect"))->click();
        QVERIFY(m_fixture->waitFor(FeedState::Live));
        // Kept in the keychain, not in the settings.
        QCOMPARE(m_fixture->tokens.tokens.size(), 1);
        m_fixture->settings->sync();
        QFile file(m_fixture->settingsPath());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("secret"));
        // The next time nobody is asked.
        m_fixture->reopen();
        connectNow();
        QVERIFY(m_fixture->waitFor(FeedState::Live));
    }

    void forbiddenStopsAndOffersAToken()
    {
        m_server->answer("/-/info", {.status = 403});
        connectNow();
        QVERIFY(m_fixture->waitFor(FeedState::Refused));
        QVERIFY(says("Refused"));
        QPushButton *token = button(bar(), QStringLiteral("Token"));
        QVERIFY(token->isVisible());
        token->click();
        QVERIFY(m_fixture->window->findChild<TokenDialog *>());
    }

    void aKeychainThatFailsMeansAsking()
    {
        ConnectionProfile profile = ConnectionProfile::create(m_server->url());
        profile.tokenSource = TokenSource::Keychain;
        m_fixture->tokens.broken = true;
        m_fixture->workspace->connectTo(profile);
        QTRY_VERIFY(m_fixture->window->findChild<TokenDialog *>());
    }

    void somethingElseIsNoMemoryKv()
    {
        m_server->answer("/-/info", {.body = "<html>hello</html>"});
        connectNow();
        QVERIFY(m_fixture->waitFor(FeedState::NotMemoryKv));
        QVERIFY(says("Not a MemoryKV"));
        QVERIFY(button(bar(), QStringLiteral("Retry now"))->isVisible());
    }

    void anOldServerIsTooOld()
    {
        m_server->answer("/-/info", {.body = R"({"name":"MemoryKV","version":"0.0.1"})"});
        connectNow();
        QVERIFY(m_fixture->waitFor(FeedState::TooOld));
        QVERIFY(says("Server too old"));
        QVERIFY(button(bar(), QStringLiteral("Retry now"))->isVisible());
    }

    void anUnknownCertificateIsAskedAbout()
    {
        const FakeIdentity identity = FakeIdentity::create();
        if (identity.certificate.isNull())
            QSKIP("the program openssl is not there");
        m_server->useTls(identity.certificate, identity.key);
        connectNow();
        QTRY_VERIFY(m_fixture->window->findChild<CertificateDialog *>());
        QVERIFY(says("Certificate not trusted"));
        auto *dialog = m_fixture->window->findChild<CertificateDialog *>();
        button(dialog, QStringLiteral("Connect anyway"))->click();
        QVERIFY(m_fixture->waitFor(FeedState::Live));
        // Not kept, as nobody said so.
        QVERIFY(m_fixture->workspace->profiles().profiles().isEmpty());
    }

    void anUnknownCertificateCanBeRefused()
    {
        const FakeIdentity identity = FakeIdentity::create();
        if (identity.certificate.isNull())
            QSKIP("the program openssl is not there");
        m_server->useTls(identity.certificate, identity.key);
        connectNow();
        QTRY_VERIFY(m_fixture->window->findChild<CertificateDialog *>());
        button(m_fixture->window->findChild<CertificateDialog *>(),
               QStringLiteral("Do not connect"))
            ->click();
        QTest::qWait(50);
        QVERIFY(says("Certificate not trusted"));
    }

    void keysThatCannotBeLoadedAreSaidSo()
    {
        m_server->answer("/keys", {.status = 500, .body = "{}"});
        goLive();
        const auto *strip = m_fixture->window->keysPanel()->findChild<MessageStrip *>();
        QTRY_VERIFY(strip->isVisible());
        QVERIFY(strip->text().startsWith(QStringLiteral("The keys could not be loaded")));
    }

    void aValueThatCannotBeLoadedIsSaidSo()
    {
        m_server->answer("/k1", {.status = 503, .body = "{}"});
        goLive();
        m_fixture->window->inspect("k1");
        QTRY_VERIFY(m_fixture->window->inspectorPanel()->emptyText().startsWith(
            QStringLiteral("The value could not be loaded")));
        m_server->answer("/k2", {.status = 404});
        m_fixture->window->inspect("k2");
        QTRY_VERIFY(m_fixture->window->inspectorPanel()->emptyText().contains(
            QStringLiteral("no such key")));
    }

    void anotherServerTakesTheDataAway()
    {
        goLive();
        m_server->send(insert(1));
        QTRY_COMPARE(m_fixture->workspace->wal().rowCount(), 1);
        FakeServer other;
        other.answer("/keys", {.body = "[]"});
        m_fixture->window->connectToText(other.url().toString());
        QCOMPARE(m_fixture->workspace->wal().rowCount(), 0);
        QVERIFY(m_fixture->waitFor(FeedState::Live));
    }

private:
    ConnectionBar *bar() const { return m_fixture->window->connectionBar(); }
    EmptyTableView *log() const { return m_fixture->window->walPanel()->view(); }
    EmptyTableView *keys() const { return m_fixture->window->keysPanel()->view(); }
    bool says(const char *start) const
    {
        const bool does = bar()->words().startsWith(QLatin1String(start));
        if (!does)
            qWarning() << "it says" << bar()->words();
        return does;
    }
    void connectNow() { m_fixture->window->connectToText(m_server->url().toString()); }
    void goLive()
    {
        connectNow();
        QVERIFY(m_fixture->waitFor(FeedState::Live));
        QTRY_VERIFY(m_server->hasFeed());
    }

    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<MonitorFixture> m_fixture;
};

QTEST_MAIN(TestConnectionStates)
#include "tst_connectionstates.moc"
