// SPDX-License-Identifier: GPL-3.0-only
// The questions the window asks, and the command line.
#include "monitor/ui/certificatedialog.h"
#include "monitor/ui/commandline.h"
#include "monitor/ui/deleteprefixdialog.h"
#include "monitor/ui/exportdialog.h"
#include "monitor/ui/importdialog.h"
#include "monitor/ui/newkeydialog.h"
#include "monitor/ui/profilesdialog.h"
#include "monitor/ui/tokendialog.h"
#include "monitor/ui/ttldialog.h"
#include "tests/monitor/ui/monitorfixture.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

using namespace memorykv;
using namespace memorykv::test;

namespace {

QPushButton *button(const QWidget &in, const QString &text)
{
    for (QPushButton *found : in.findChildren<QPushButton *>()) {
        if (found->text().remove(QLatin1Char('&')).startsWith(text))
            return found;
    }
    return nullptr;
}

QString allLabels(const QWidget &in)
{
    QStringList texts;
    for (const QLabel *label : in.findChildren<QLabel *>())
        texts += label->text();
    return texts.join(QLatin1Char('\n'));
}

CertificateQuestion someQuestion()
{
    CertificateQuestion question;
    question.address = QUrl(QStringLiteral("https://store.example:8443"));
    question.sha256 = QByteArray(32, '\xab');
    question.subject = QStringLiteral("store.example");
    question.reasons = {QStringLiteral("self-signed")};
    return question;
}

} // namespace

class TestDialogs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPrefixIsDeletedOnlyWhenTyped()
    {
        DeletePrefixDialog dialog("user/");
        QPushButton *yes = button(dialog, QStringLiteral("Delete"));
        auto *typed = dialog.findChild<QLineEdit *>();
        QVERIFY(!yes->isEnabled());
        typed->setText(QStringLiteral("user/"));
        QVERIFY(!yes->isEnabled()); // not counted yet
        dialog.setCount(1234);
        QVERIFY(allLabels(dialog).contains(QLocale().toString(1234)));
        QVERIFY(yes->isEnabled());
        typed->setText(QStringLiteral("user"));
        QVERIFY(!yes->isEnabled());
        typed->setText(QStringLiteral("user/"));
        dialog.setCount(0);
        QVERIFY(!yes->isEnabled());
    }

    void everyKeyNeedsTheWords()
    {
        DeletePrefixDialog dialog({});
        dialog.setCount(3);
        auto *typed = dialog.findChild<QLineEdit *>();
        QVERIFY(!button(dialog, QStringLiteral("Delete"))->isEnabled());
        typed->setText(DeletePrefixDialog::allWord());
        QVERIFY(button(dialog, QStringLiteral("Delete"))->isEnabled());
    }

    void returnDoesNotTrustACertificate()
    {
        CertificateDialog dialog(someQuestion());
        dialog.show();
        QVERIFY(allLabels(dialog).contains(QStringLiteral("self-signed")));
        QVERIFY(allLabels(dialog).contains(QStringLiteral("AB:AB:AB")));
        QSignalSpy accepted(&dialog, &QDialog::accepted);
        QSignalSpy rejected(&dialog, &QDialog::rejected);
        QTest::keyClick(&dialog, Qt::Key_Return);
        QCOMPARE(accepted.size(), 0);
        QCOMPARE(rejected.size(), 1);
    }

    void aChangedCertificateIsSaidToBeChanged()
    {
        CertificateQuestion question = someQuestion();
        question.changed = true;
        const CertificateDialog dialog(question);
        QVERIFY(allLabels(dialog).contains(QStringLiteral("another one")));
        question.sha256.clear();
        const CertificateDialog none(question);
        QVERIFY(!button(none, QStringLiteral("Connect anyway"))->isEnabled());
    }

    void aTokenIsHiddenAndTrimmed()
    {
        TokenDialog dialog(QStringLiteral("server"), QStringLiteral("why"));
        auto *field = dialog.findChild<QLineEdit *>();
        QCOMPARE(field->echoMode(), QLineEdit::Password);
        QVERIFY(!button(dialog, QStringLiteral("Connect"))->isEnabled());
        field->setText(QStringLiteral("  secret\n"));
        QVERIFY(button(dialog, QStringLiteral("Connect"))->isEnabled());
        QCOMPARE(dialog.token(), QByteArray("secret"));
        QVERIFY(!dialog.keep());
    }

    void namesThatTheServerKeepsAreNoKeys_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<bool>("isKey");
        QTest::newRow("empty") << QByteArray() << false;
        QTest::newRow("keys") << QByteArray("keys") << false;
        QTest::newRow("below keys") << QByteArray("keys/a") << false;
        QTest::newRow("like keys") << QByteArray("keysmith") << true;
        QTest::newRow("ping") << QByteArray("ping") << false;
        QTest::newRow("below ping") << QByteArray("ping/a") << true;
        QTest::newRow("own") << QByteArray("-/a") << false;
        QTest::newRow("longest") << QByteArray(1024, 'x') << true;
        QTest::newRow("too long") << QByteArray(1025, 'x') << false;
        QTest::newRow("space") << QByteArray("a b") << true;
    }
    void namesThatTheServerKeepsAreNoKeys()
    {
        QFETCH(QByteArray, key);
        QFETCH(bool, isKey);
        QCOMPARE(keyFault(key).isEmpty(), isKey);
        NewKeyDialog dialog({});
        dialog.findChild<QLineEdit *>()->setText(QString::fromUtf8(key));
        QCOMPARE(button(dialog, QStringLiteral("Write value"))->isEnabled(), isKey);
    }

    void anExpiryKeepsItsSeconds_data()
    {
        QTest::addColumn<qint64>("seconds");
        for (const qint64 seconds : {0, 1, 59, 60, 3600, 5400, 86400, 90061})
            QTest::addRow("%lld s", static_cast<long long>(seconds)) << seconds;
    }
    void anExpiryKeepsItsSeconds()
    {
        QFETCH(qint64, seconds);
        TtlDialog dialog("k", seconds);
        QCOMPARE(dialog.seconds(), seconds);
        dialog.findChild<QSpinBox *>()->setValue(7);
        auto *unit = dialog.findChild<QComboBox *>();
        QCOMPARE(dialog.seconds(), 7 * unit->currentData().toLongLong());
    }

    void everyLabelWithAMnemonicLeadsSomewhere()
    {
        MonitorFixture fixture;
        Workspace &workspace = *fixture.workspace;
        NewKeyDialog newKey({});
        DeletePrefixDialog prefix("a/");
        TokenDialog token(QStringLiteral("here"), {});
        TtlDialog ttl("k", 1);
        ProfilesDialog profiles(workspace.profiles(), fixture.tokens);
        ExportDialog out(workspace, ExportDialog::What::Keys);
        ImportDialog in(workspace);
        for (const QDialog *dialog :
             std::initializer_list<QDialog *>{&newKey, &prefix, &token, &ttl, &profiles, &out, &in})
            for (const QLabel *label : dialog->findChildren<QLabel *>())
                QVERIFY2(label->buddy() || !label->text().contains(QLatin1Char('&')),
                         qPrintable(label->text()));
    }

    void profilesAreSavedAndTokensAreNot()
    {
        MonitorFixture fixture;
        ProfileStore &store = fixture.workspace->profiles();
        ProfilesDialog dialog(store, fixture.tokens);
        dialog.show();
        button(dialog, QStringLiteral("New"))->click();
        const QList<QLineEdit *> fields = dialog.findChildren<QLineEdit *>();
        const auto field = [&fields](auto matches) {
            return *std::find_if(fields.begin(), fields.end(), matches);
        };
        QLineEdit *address
            = field([](QLineEdit *at) { return at->text().startsWith(QStringLiteral("http")); });
        QLineEdit *token
            = field([](QLineEdit *at) { return at->echoMode() == QLineEdit::Password; });
        address->setText(QStringLiteral("ftp://nowhere"));
        button(dialog, QStringLiteral("Save"))->click();
        QVERIFY(store.profiles().isEmpty());
        address->setText(QStringLiteral("https://store.example"));
        auto *source = dialog.findChild<QComboBox *>();
        source->setCurrentIndex(source->findData(int(TokenSource::Keychain)));
        token->setText(QStringLiteral("secret-token"));
        QSignalSpy connects(&dialog, &ProfilesDialog::connectRequested);
        button(dialog, QStringLiteral("Save and connect"))->click();
        QCOMPARE(store.profiles().size(), 1);
        QCOMPARE(connects.size(), 1);
        QCOMPARE(fixture.tokens.tokens.value(store.profiles().constFirst().id),
                 QByteArray("secret-token"));
        fixture.settings->sync();
        QFile file(fixture.settingsPath());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("secret-token"));
        ProfilesDialog again(store, fixture.tokens);
        button(again, QStringLiteral("Remove"))->click();
        QVERIFY(store.profiles().isEmpty());
        QVERIFY(fixture.tokens.tokens.isEmpty());
    }

    void aColourAndACertificateCanBeTakenBack()
    {
        MonitorFixture fixture;
        ProfileStore &store = fixture.workspace->profiles();
        ConnectionProfile profile
            = ConnectionProfile::create(QUrl(QStringLiteral("https://store.example")));
        profile.colour = QStringLiteral("#c0392b");
        profile.pinnedSha256 = QByteArray(32, 'x');
        QVERIFY(store.save(profile).ok());
        ProfilesDialog dialog(store, fixture.tokens);
        dialog.show();
        auto *name = dialog.findChild<QLineEdit *>();
        name->setText(QStringLiteral("another name"));
        button(dialog, QStringLiteral("None"))->click();
        button(dialog, QStringLiteral("Forget"))->click();
        // What was typed before stays.
        QCOMPARE(name->text(), QStringLiteral("another name"));
        button(dialog, QStringLiteral("Save"))->click();
        const auto saved = store.profile(profile.id);
        QVERIFY(saved);
        QCOMPARE(saved->name, QStringLiteral("another name"));
        QVERIFY(saved->colour.isEmpty());
        QVERIFY(saved->pinnedSha256.isEmpty());
    }

    void theCommandLineIsRead_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode"); // -1: goes on
        QTest::newRow("none") << QStringList{} << -1;
        QTest::newRow("address") << QStringList{QStringLiteral("http://h:1")} << -1;
        QTest::newRow("no scheme") << QStringList{QStringLiteral("h:1")} << -1;
        QTest::newRow("help") << QStringList{QStringLiteral("--help")} << 0;
        QTest::newRow("version") << QStringList{QStringLiteral("--version")} << 0;
        QTest::newRow("unknown option") << QStringList{QStringLiteral("--nope")} << 2;
        QTest::newRow("two addresses")
            << QStringList{QStringLiteral("a"), QStringLiteral("b")} << 2;
        QTest::newRow("other scheme") << QStringList{QStringLiteral("ftp://a")} << 2;
        QTest::newRow("colours") << QStringList{QStringLiteral("--appearance"),
                                                QStringLiteral("pink")}
                                 << 2;
        QTest::newRow("profile and address")
            << QStringList{QStringLiteral("--profile"), QStringLiteral("p"), QStringLiteral("a")}
            << 2;
    }
    void theCommandLineIsRead()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        arguments.prepend(QStringLiteral("memorykv-monitor"));
        const auto parsed = parseCommandLine(arguments);
        const auto *print = std::get_if<PrintAndExit>(&parsed);
        QCOMPARE(print == nullptr ? -1 : print->exitCode, exitCode);
        if (print != nullptr)
            QVERIFY(print->text.endsWith(QLatin1Char('\n')));
    }

    void theCommandLineSetsTheLockAndTheColours()
    {
        const auto parsed
            = parseCommandLine({QStringLiteral("m"), QStringLiteral("--read-only"),
                                QStringLiteral("--appearance=dark"), QStringLiteral("h")});
        const auto &line = std::get<CommandLine>(parsed);
        QVERIFY(line.readOnly);
        QCOMPARE(line.appearance, std::optional(Appearance::Dark));
        QCOMPARE(line.address, QStringLiteral("h"));
    }
};

QTEST_MAIN(TestDialogs)
#include "tst_dialogs.moc"
