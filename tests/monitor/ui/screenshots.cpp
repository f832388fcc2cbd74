// SPDX-License-Identifier: GPL-3.0-only
// Drives the monitor against a real server with traffic, and writes pictures of its states:
//
//     monitor_screenshots <folder> [<suffix>]
//
// tools/screenshots runs it. With a suffix, only the first state is taken, as
// monitor-<suffix>.png: for other scales.
#include "monitor/ui/certificatedialog.h"
#include "monitor/ui/connectionbar.h"
#include "monitor/ui/deleteprefixdialog.h"
#include "monitor/ui/drafteditor.h"
#include "monitor/ui/emptytableview.h"
#include "monitor/ui/inspectorpanel.h"
#include "monitor/ui/keyspanel.h"
#include "monitor/ui/profilesdialog.h"
#include "monitor/ui/walpanel.h"
#include "tests/monitor/ui/monitorfixture.h"
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QApplication>
#include <QDir>
#include <QPixmap>
#include <QPlainTextEdit>
#include <QTest>

#include <atomic>
#include <cstdio>
#include <thread>

using namespace memorykv;
using namespace memorykv::test;

namespace {

constexpr int kTrafficMs = 25'000; ///< so that the plots have something to show
constexpr QSize kSize(1360, 860);

const Fields kJson{{"Content-Type", "application/json"}};
const Fields kText{{"Content-Type", "text/plain"}};

/// A shop at work: orders, baskets that expire, stock, sessions.
class Traffic
{
public:
    explicit Traffic(quint16 port)
        : m_thread([this, port] { run(port); })
    { }
    ~Traffic()
    {
        m_stop = true;
        m_thread.join();
    }

private:
    void run(quint16 port)
    {
        HttpClient client(port);
        for (int turn = 0; !m_stop; ++turn) {
            const QByteArray number = QByteArray::number(turn % 400 + 1000);
            const QByteArray user = QByteArray::number(turn * 7 % 90 + 10);
            client.put("/order/" + number,
                       R"({"customer":)" + user + R"(,"items":)" + QByteArray::number(turn % 5 + 1)
                           + R"(,"state":"paid"})",
                       kJson);
            client.get("/stock/" + QByteArray::number(turn % 60));
            client.put("/session/" + user + "?ttl=90", "token-" + number, kText);
            if (turn % 3 == 0)
                client.put("/stock/" + QByteArray::number(turn % 60),
                           QByteArray::number(turn % 250), kText);
            if (turn % 7 == 0)
                client.del("/order/" + QByteArray::number((turn + 200) % 400 + 1000));
            if (turn % 11 == 0)
                client.patch("/session/" + user + "?ttl=300");
            if (turn % 40 == 0)
                client.get("/keys/order/?limit=20");
            // Busier and calmer by turns.
            const int pause = 12 + 10 * ((turn / 150) % 3);
            std::this_thread::sleep_for(std::chrono::milliseconds(pause));
        }
    }

    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

void fill(quint16 port)
{
    HttpClient client(port);
    client.put(
        "/config/shop",
        R"({"name":"Corner shop","open":true,"currency":"EUR","limit":18446744073709551615,"tax":[{"class":"books","rate":7.00},{"class":"all","rate":19.00}],"hours":{"mon-fri":"8-20","sat":"8-16"},"note":"prices include tax"})",
        kJson);
    for (int index = 0; index < 60; ++index)
        client.put("/stock/" + QByteArray::number(index), QByteArray::number(index * 37 % 250),
                   kText);
    for (int index = 0; index < 90; ++index) {
        const QByteArray number = QByteArray::number(index + 10);
        client.put("/user/" + number, R"({"id":)" + number + R"(,"name":"user )" + number + R"("})",
                   kJson);
    }
}

class Pictures
{
public:
    Pictures(QDir folder, MonitorFixture &fixture)
        : m_folder(std::move(folder))
        , m_fixture(fixture)
    { }

    void take(const QString &name, QWidget *what = nullptr)
    {
        QWidget *widget = what == nullptr ? m_fixture.window.get() : what;
        QTest::qWait(150);
        const QString path = m_folder.filePath(QStringLiteral("monitor-%1.png").arg(name));
        if (!widget->grab().save(path))
            std::fprintf(stderr, "cannot write %s\n", qPrintable(path));
        else
            std::printf("%s\n", qPrintable(path));
    }

    /// Takes the window with \a dialog in front of it, where a desktop would put it.
    void takeDialog(const QString &name, QDialog *dialog)
    {
        dialog->open();
        QTest::qWait(150);
        take(name, dialog);
        dialog->reject();
    }

private:
    QDir m_folder;
    MonitorFixture &m_fixture;
};

bool until(const std::function<bool()> &condition)
{
    return QTest::qWaitFor(condition, 30'000);
}

bool inspect(MonitorFixture &fixture, const QByteArray &key)
{
    fixture.window->inspect(key);
    return until(
        [&] { return fixture.workspace->inspector().state() == InspectorModel::State::Shown; });
}

/// A conflict: the value is changed on the server while it is edited here.
bool makeConflict(MonitorFixture &fixture, quint16 port)
{
    HttpClient client(port);
    const QByteArray before
        = "{\n  \"name\": \"Corner shop\",\n  \"open\": true,\n  \"currency\": \"EUR\"\n}\n";
    client.put("/config/door", before, kJson);
    if (!inspect(fixture, "config/door"))
        return false;
    InspectorPanel *panel = fixture.window->inspectorPanel();
    panel->edit();
    if (!until([&] { return panel->isEditing(); }))
        return false;
    client.put("/config/door", QByteArray(before).replace("\"EUR\"", "\"GBP\""), kJson);
    const QString mine = QString::fromUtf8(QByteArray(before).replace("true", "false"));
    panel->draftEditor()->editor()->setPlainText(mine);
    panel->save();
    return until(
        [&] { return fixture.workspace->inspector().state() == InspectorModel::State::Conflict; });
}

void takeDialogs(Pictures &pictures, MonitorFixture &fixture)
{
    MainWindow *window = fixture.window.get();
    auto *prefix = new DeletePrefixDialog("session/", window);
    prefix->setCount(90);
    pictures.takeDialog(QStringLiteral("delete-prefix"), prefix);
    CertificateQuestion question;
    question.address = QUrl(QStringLiteral("https://store.example:8443"));
    question.sha256
        = QByteArray::fromHex("3f1c9a5be27d40866f0e4b7a91c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4");
    question.subject = QStringLiteral("store.example");
    question.issuer = QStringLiteral("store.example");
    question.names = {QStringLiteral("store.example"), QStringLiteral("10.0.0.7")};
    question.validFrom = QDateTime(QDate(2026, 1, 1), QTime(0, 0));
    question.validUntil = QDateTime(QDate(2027, 1, 1), QTime(0, 0));
    question.reasons = {QStringLiteral("The certificate is self-signed, and untrusted")};
    pictures.takeDialog(QStringLiteral("certificate"), new CertificateDialog(question, window));
    auto *profiles = new ProfilesDialog(fixture.workspace->profiles(), fixture.tokens, window);
    ConnectionProfile profile
        = ConnectionProfile::create(QUrl(QStringLiteral("https://store.example:8443")));
    profile.name = QStringLiteral("Shop, live");
    profile.colour = QStringLiteral("#c0392b");
    profile.readOnly = true;
    profile.tokenSource = TokenSource::Keychain;
    if (fixture.workspace->profiles().save(profile).ok()) {
        delete profiles;
        profiles = new ProfilesDialog(fixture.workspace->profiles(), fixture.tokens, window);
    }
    pictures.takeDialog(QStringLiteral("profiles"), profiles);
}

int run(const QDir &folder, const QString &suffix)
{
    applyAppearance(Appearance::Light);
    // A heartbeat soon, so that the status line has one to tell of.
    ServerProcess server({QStringLiteral("--heartbeat"), QStringLiteral("5")});
    MonitorFixture fixture;
    Pictures pictures(folder, fixture);
    fixture.window->resize(kSize);
    fixture.window->resetLayout();
    if (!server.start() || !fixture.connectTo(server.port()))
        return 1;
    if (suffix.isEmpty())
        pictures.take(QStringLiteral("empty"));

    fill(server.port());
    auto traffic = std::make_unique<Traffic>(server.port());
    fixture.window->keysPanel()->refresh();
    QTest::qWait(suffix.isEmpty() ? kTrafficMs : kTrafficMs / 3);
    if (!inspect(fixture, "config/shop"))
        return 1;
    pictures.take(suffix.isEmpty() ? QStringLiteral("live") : suffix);
    if (!suffix.isEmpty())
        return 0;

    applyAppearance(Appearance::Dark);
    pictures.take(QStringLiteral("dark"));
    applyAppearance(Appearance::Light);

    WalPanel *wal = fixture.window->walPanel();
    wal->setHolding(true);
    QTest::qWait(3'000);
    wal->view()->setFocus();
    // Of the last rows in sight one that has a value to show.
    int row = wal->view()->currentIndex().row() - 6;
    while (fixture.workspace->wal().eventAt(row).op != Op::Insert)
        --row;
    wal->view()->selectRow(row);
    if (!inspect(fixture, fixture.workspace->wal().eventAt(row).key))
        return 1;
    pictures.take(QStringLiteral("held"));
    wal->setHolding(false);

    if (!makeConflict(fixture, server.port()))
        return 1;
    pictures.take(QStringLiteral("conflict"));
    fixture.workspace->inspector().takeTheirs();
    takeDialogs(pictures, fixture);

    traffic.reset();
    server.kill();
    if (!fixture.waitFor(FeedState::Offline))
        return 1;
    QTest::qWait(6'000);
    pictures.take(QStringLiteral("offline"));
    // A server in memory that comes back has another history: what was is told as a gap.
    ServerProcess again({QStringLiteral("--port"), QString::number(server.port())});
    if (!again.start())
        return 1;
    fixture.workspace->retryNow();
    if (!fixture.waitFor(FeedState::Live))
        return 1;
    fill(again.port());
    QTest::qWait(3'000);
    wal->setHolding(true);
    const int first = fixture.workspace->wal().rowOfSeq(1);
    wal->view()->scrollTo(fixture.workspace->wal().index(first, 0),
                          QAbstractItemView::PositionAtCenter);
    pictures.take(QStringLiteral("restart"));
    return 0;
}

} // namespace

int main(int argc, char *argv[])
{
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() < 2 || !QDir().mkpath(arguments[1])) {
        std::fprintf(stderr, "usage: monitor_screenshots <folder> [<suffix>]\n");
        return 2;
    }
    return run(QDir(arguments[1]), arguments.value(2));
}
