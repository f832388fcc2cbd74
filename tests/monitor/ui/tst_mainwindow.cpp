// SPDX-License-Identifier: GPL-3.0-only
// The window against a real server: every shortcut, and what the menus do.
#include "monitor/ui/mainwindow.h"

#include "monitor/ui/connectionbar.h"
#include "monitor/ui/deleteprefixdialog.h"
#include "monitor/ui/drafteditor.h"
#include "monitor/ui/emptytableview.h"
#include "monitor/ui/exportdialog.h"
#include "monitor/ui/filterfield.h"
#include "monitor/ui/importdialog.h"
#include "monitor/ui/inspectorpanel.h"
#include "monitor/ui/keyspanel.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/newkeydialog.h"
#include "monitor/ui/statusline.h"
#include "monitor/ui/ttldialog.h"
#include "monitor/ui/walpanel.h"
#include "tests/monitor/ui/monitorfixture.h"

#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

using namespace memorykv;
using namespace memorykv::test;

namespace {

const Fields kText{{"Content-Type", "text/plain"}};

} // namespace

class TestMainWindow : public MonitorTest
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_http->del("/keys");
        for (const char *key : {"a/1", "a/2", "b/1"})
            QCOMPARE(
                m_http->put(QByteArray("/") + key, QByteArray("value of ") + key, kText).status,
                201);
        QVERIFY(openWindow());
        QTRY_COMPARE(keys().rowCount(), 3);
    }

    void ctrlFFiltersTheLog()
    {
        press(Qt::Key_F, Qt::ControlModifier);
        QVERIFY(window()->walPanel()->filterField()->hasFocus());
    }

    void ctrlLChoosesAPrefix()
    {
        press(Qt::Key_L, Qt::ControlModifier);
        QLineEdit *field = window()->keysPanel()->prefixField();
        QVERIFY(field->hasFocus());
        QTest::keyClicks(field, QStringLiteral("a/"));
        QTRY_COMPARE(keys().rowCount(), 2);
        QCOMPARE(keys().keyAt(0), QByteArray("a/1"));
        field->setText(QStringLiteral("nothing"));
        QTRY_VERIFY(window()->keysPanel()->view()->emptyText().contains(QStringLiteral("nothing")));
    }

    void f5Refreshes()
    {
        QSignalSpy asked(&keys(), &KeysModel::pageWanted);
        press(Qt::Key_F5);
        QCOMPARE(asked.size(), 1);
        QTRY_COMPARE(keys().rowCount(), 3);
    }

    void spaceHoldsAndEndFollowsOnlyInTheLog()
    {
        QTRY_VERIFY(m_fixture->workspace->wal().rowCount() > 0);
        focusLog();
        QTest::keyClick(window()->walPanel()->view(), Qt::Key_Space);
        QVERIFY(window()->walPanel()->isHolding());
        QVERIFY(window()->actions().hold->isChecked());
        QTest::keyClick(window()->walPanel()->view(), Qt::Key_End);
        QVERIFY(!window()->walPanel()->isHolding());
        // Elsewhere the keys mean what they always mean.
        QLineEdit *field = window()->walPanel()->filterField();
        field->setFocus();
        QTest::keyClick(field, Qt::Key_Space);
        QCOMPARE(field->text(), QStringLiteral(" "));
        QVERIFY(!window()->walPanel()->isHolding());
    }

    void aKeyIsInspectedByTheKeyboard()
    {
        inspectRow(1);
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        QCOMPARE(inspector().key(), QByteArray("a/2"));
        QCOMPARE(inspector().value().bytes, QByteArray("value of a/2"));
    }

    void ctrlNMakesAKey()
    {
        press(Qt::Key_N, Qt::ControlModifier);
        auto *dialog = window()->findChild<NewKeyDialog *>();
        QVERIFY(dialog);
        dialog->findChild<QLineEdit *>()->setText(QStringLiteral("new/key"));
        button(dialog, QStringLiteral("Write value"))->click();
        QVERIFY(window()->inspectorPanel()->isEditing());
        window()->inspectorPanel()->draftEditor()->editor()->setPlainText(
            QStringLiteral("{\"a\": 1}"));
        press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        QCOMPARE(m_http->get("/new/key").body, QByteArray("{\"a\": 1}"));
    }

    void aNewKeyNeverOverwrites()
    {
        window()->inspectorPanel()->beginNew("a/1", "text/plain");
        window()->inspectorPanel()->draftEditor()->editor()->setPlainText(QStringLiteral("mine"));
        window()->inspectorPanel()->save();
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Conflict);
        QCOMPARE(m_http->get("/a/1").body, QByteArray("value of a/1"));
    }

    void ctrlEEditsAndCtrlSSaves()
    {
        inspectRow(0);
        QTRY_VERIFY(window()->actions().edit->isEnabled());
        press(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(window()->inspectorPanel()->isEditing());
        window()->inspectorPanel()->draftEditor()->editor()->setPlainText(QStringLiteral("edited"));
        press(Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(m_http->get("/a/1").body, QByteArray("edited"));
        // The focus stays where the user is.
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        QVERIFY(window()->inspectorPanel()->isAncestorOf(QApplication::focusWidget()));
        QCOMPARE(m_http->get("/a/1").header("content-type"), QByteArray("text/plain"));
    }

    void delDeletesAndCtrlZBringsBack()
    {
        inspectRow(0);
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        QTest::keyClick(window()->keysPanel()->view(), Qt::Key_Delete);
        QTRY_COMPARE(m_http->get("/a/1").status, 404);
        QTRY_VERIFY(window()->notice()->text().contains(QStringLiteral("a/1")));
        QVERIFY(window()->notice()->isVisible());
        QTRY_VERIFY(window()->actions().undoDelete->isEnabled());
        QVERIFY(window()->actions().undoDelete->text().contains(QStringLiteral("a/1")));
        press(Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(m_http->get("/a/1").body, QByteArray("value of a/1"));
        QCOMPARE(m_http->get("/a/1").header("content-type"), QByteArray("text/plain"));
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
    }

    void aKeyThatGoesDoesNotGiveWayToItsNeighbour()
    {
        inspectRow(1);
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        m_http->del("/a/2");
        QTRY_COMPARE(keys().rowCount(), 2);
        QCOMPARE(inspector().state(), InspectorModel::State::Missing);
        QCOMPARE(inspector().key(), QByteArray("a/2"));
        // Nor is the neighbour what Del takes.
        QTest::keyClick(window()->keysPanel()->view(), Qt::Key_Delete);
        QCOMPARE(m_http->get("/keys").body, QByteArray(R"(["a/1","b/1"])"));
    }

    void undoDoesNotOverwrite()
    {
        inspectRow(0);
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        QTest::keyClick(window()->keysPanel()->view(), Qt::Key_Delete);
        QTRY_COMPARE(m_http->get("/a/1").status, 404);
        QTRY_VERIFY(window()->actions().undoDelete->isEnabled());
        m_http->put("/a/1", "somebody else's", kText);
        press(Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(window()->notice()->text().contains(QStringLiteral("written again")));
        QCOMPARE(m_http->get("/a/1").body, QByteArray("somebody else's"));
    }

    void aChangedKeyIsNotDeleted()
    {
        inspectRow(0);
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        m_http->put("/a/1", "changed", kText);
        QTest::keyClick(window()->keysPanel()->view(), Qt::Key_Delete);
        QTRY_VERIFY(window()->notice()->text().contains(QStringLiteral("changed meanwhile")));
        QCOMPARE(m_http->get("/a/1").body, QByteArray("changed"));
    }

    void severalKeysAreDeletedAfterAQuestion()
    {
        window()->keysPanel()->view()->setFocus();
        window()->keysPanel()->view()->selectAll();
        QTest::keyClick(window()->keysPanel()->view(), Qt::Key_Delete);
        auto *box = window()->findChild<QMessageBox *>();
        QVERIFY(box);
        QVERIFY(box->text().contains(QLatin1Char('3')));
        button(box, QStringLiteral("Delete"))->click();
        QTRY_COMPARE(m_http->get("/keys").body, QByteArray("[]"));
        QTRY_VERIFY(window()->actions().undoDelete->isEnabled());
    }

    void shiftDelAsksForThePrefix()
    {
        window()->keysPanel()->setPrefix("a/");
        QTRY_COMPARE(keys().rowCount(), 2);
        press(Qt::Key_Delete, Qt::ShiftModifier);
        auto *dialog = window()->findChild<DeletePrefixDialog *>();
        QVERIFY(dialog);
        dialog->findChild<QLineEdit *>()->setText(QStringLiteral("a/"));
        QTRY_VERIFY(button(dialog, QStringLiteral("Delete"))->isEnabled());
        button(dialog, QStringLiteral("Delete"))->click();
        QTRY_COMPARE(m_http->get("/keys").body, QByteArray("[\"b/1\"]"));
    }

    void ctrlTChangesTheExpiry()
    {
        inspectRow(0);
        QTRY_COMPARE(window()->inspectorPanel()->ttlText(), QStringLiteral("never"));
        press(Qt::Key_T, Qt::ControlModifier);
        auto *dialog = window()->findChild<TtlDialog *>();
        QVERIFY(dialog);
        dialog->reject();
        m_http->patch("/a/1?ttl=100");
        QTRY_VERIFY(window()->inspectorPanel()->ttlText().startsWith(QStringLiteral("in 1:")));
    }

    void copiesWhatHasTheFocus()
    {
        window()->keysPanel()->view()->setFocus();
        window()->keysPanel()->view()->selectRow(0);
        press(Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(clipboard().trimmed(), QStringLiteral("a/1"));
        press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(clipboard().contains(QStringLiteral("\"a/1\"")));
        window()->actions().copyCurl->trigger();
        QVERIFY(clipboard().startsWith(QStringLiteral("curl")));
        window()->actions().copyCsv->trigger();
        QVERIFY(clipboard().contains(QStringLiteral("a/1")));
        focusLog();
        window()->walPanel()->view()->selectRow(0);
        press(Qt::Key_C, Qt::ControlModifier);
        QVERIFY(!clipboard().isEmpty());
    }

    void theBeginningOfAValueIsNotCopiedAsTheWhole()
    {
        m_http->put("/a/1", QByteArray(100'000, 'x'), kText);
        inspectRow(0);
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        QVERIFY(!inspector().value().whole);
        QApplication::clipboard()->setText(QStringLiteral("before"));
        window()->inspectorPanel()->setFocus();
        window()->actions().copy->trigger();
        window()->actions().copyCurl->trigger();
        QCOMPARE(clipboard(), QStringLiteral("before"));
        QVERIFY(window()->notice()->text().contains(QStringLiteral("Load all")));
    }

    void tooManyRowsAreNotCopied()
    {
        const Event event{.op = Op::Insert, .epoch = 1, .seq = 1, .key = "k", .value = "v"};
        for (int turn = 0; turn < 11; ++turn)
            m_fixture->workspace->wal().append(QList<Event>(10'000, event));
        focusLog();
        window()->walPanel()->setHolding(true);
        window()->walPanel()->view()->selectAll();
        QVERIFY(window()->walPanel()->view()->selectedCount() > 100'000);
        QApplication::clipboard()->setText(QStringLiteral("before"));
        press(Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(clipboard(), QStringLiteral("before"));
        QVERIFY(window()->notice()->text().contains(QStringLiteral("too many")));
    }

    void deleteNamesWhatItTakes()
    {
        const QAction *remove = window()->actions().remove;
        QVERIFY(!remove->isEnabled());
        inspectRow(0);
        QVERIFY2(remove->text().contains(QStringLiteral("a/1")), qPrintable(remove->text()));
        window()->keysPanel()->view()->selectAll();
        QVERIFY2(remove->text().contains(QLatin1Char('3')), qPrintable(remove->text()));
        // Elsewhere it is the key that is inspected.
        QTRY_COMPARE(inspector().state(), InspectorModel::State::Shown);
        focusLog();
        QVERIFY2(remove->text().contains(QStringLiteral("a/1")), qPrintable(remove->text()));
    }

    void ctrlOGoesToTheAddress()
    {
        press(Qt::Key_O, Qt::ControlModifier);
        QVERIFY(window()->connectionBar()->isAncestorOf(QApplication::focusWidget()));
    }

    void ctrlQQuits()
    {
        press(Qt::Key_Q, Qt::ControlModifier);
        QVERIFY(!window()->isVisible());
    }

    void theLockKeepsEverythingFromBeingWritten()
    {
        inspectRow(0);
        QTRY_VERIFY(window()->actions().edit->isEnabled());
        window()->actions().readOnly->trigger();
        QVERIFY(m_fixture->workspace->isReadOnly());
        const WindowActions &actions = window()->actions();
        for (const QAction *action : {actions.edit, actions.remove, actions.removePrefix,
                                      actions.newKey, actions.expiry, actions.undoDelete})
            QVERIFY2(!action->isEnabled(), qPrintable(action->text()));
        QVERIFY(window()->connectionBar()->isReadOnly());
        QVERIFY(window()->connectionBar()->words().contains(QStringLiteral("read-only")));
        QTest::keyClick(window()->keysPanel()->view(), Qt::Key_Delete);
        QCOMPARE(m_http->get("/a/1").status, 200);
        window()->actions().readOnly->trigger();
        QTRY_VERIFY(window()->actions().edit->isEnabled());
    }

    void changesThatWouldBeLostAreAskedAbout()
    {
        inspectRow(0);
        QTRY_VERIFY(window()->actions().edit->isEnabled());
        window()->inspectorPanel()->edit();
        window()->inspectorPanel()->draftEditor()->editor()->setPlainText(QStringLiteral("draft"));
        window()->inspect("b/1");
        auto *box = window()->findChild<QMessageBox *>();
        QVERIFY(box);
        button(box, QStringLiteral("Go on editing"))->click();
        QVERIFY(window()->inspectorPanel()->isEditing());
        QVERIFY(!window()->close());
        QVERIFY(window()->isVisible());
        const auto boxes = [this] { return window()->findChildren<QMessageBox *>(); };
        QTRY_COMPARE(boxes().size(), 1); // the first one goes a moment later
        QVERIFY(boxes().constFirst()->isVisible());
        button(boxes().constFirst(), QStringLiteral("Discard them"))->click();
        QTRY_VERIFY(!window()->isVisible());
    }

    void theStatusLineTellsAll()
    {
        const auto tells = [this](const QString &start) {
            const QStringList parts = window()->statusLine()->parts();
            return parts.filter(start).value(0);
        };
        QTRY_COMPARE(tells(QStringLiteral("Live")), QStringLiteral("Live"));
        QTRY_VERIFY(tells(QStringLiteral("heartbeat")).endsWith(QStringLiteral("ago"))
                    || tells(QStringLiteral("heartbeat")).endsWith(QStringLiteral("now")));
        m_http->put("/tick", "1", kText);
        QTRY_VERIFY(
            tells(QStringLiteral("seq")).contains(QRegularExpression(QStringLiteral("\\d"))));
        for (const char *part : {"lag", "events/s", "buffered", "shed"})
            QVERIFY2(!tells(QLatin1String(part)).isEmpty(), part);
    }

    void theLayoutIsResetAndRemembered()
    {
        auto *keysDock = window()->findChild<QDockWidget *>(QStringLiteral("keys"));
        auto *metricsDock = window()->findChild<QDockWidget *>(QStringLiteral("metrics"));
        metricsDock->hide();
        keysDock->setFloating(true);
        window()->actions().resetLayout->trigger();
        QVERIFY(metricsDock->isVisible());
        QVERIFY(!keysDock->isFloating());
        metricsDock->hide();
        m_fixture->reopen();
        QVERIFY(!window()->findChild<QDockWidget *>(QStringLiteral("metrics"))->isVisible());
        QVERIFY(window()->findChild<QDockWidget *>(QStringLiteral("keys"))->isVisible());
    }

    void itFitsASmallScreen()
    {
        window()->resize(1024, 700);
        window()->actions().resetLayout->trigger();
        QApplication::processEvents();
        QVERIFY(window()->width() <= 1024);
        QVERIFY(window()->height() <= 700);
    }

    void everyPartHasAName()
    {
        // What has the focus by Tab is read out by its name or its text.
        for (const QWidget *widget : window()->findChildren<QWidget *>()) {
            if ((widget->focusPolicy() & Qt::TabFocus) == 0 || !widget->isVisible())
                continue;
            const QString text = widget->property("text").toString();
            const bool inner = widget->parentWidget()
                               && widget->parentWidget()->focusProxy() == nullptr
                               && widget->parentWidget()->inherits("QAbstractSpinBox");
            const bool ofCombo
                = widget->parentWidget() && widget->parentWidget()->inherits("QComboBox");
            QVERIFY2(!widget->accessibleName().isEmpty() || !text.isEmpty() || inner || ofCombo,
                     widget->metaObject()->className());
        }
    }

    void theKeyboardReachesEveryPanel()
    {
        QSet<const QWidget *> reached;
        focusLog();
        for (int step = 0; step < 60; ++step) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            for (const QWidget *panel : panels()) {
                if (panel->isAncestorOf(QApplication::focusWidget()))
                    reached.insert(panel);
            }
        }
        QCOMPARE(reached.size(), panels().size());
    }

    void shortcutsAreDistinctAndListed()
    {
        QSet<QKeySequence> seen;
        for (const QAction *action : window()->findChildren<QAction *>()) {
            if (action->shortcut().isEmpty())
                continue;
            QVERIFY2(!seen.contains(action->shortcut()), qPrintable(action->shortcut().toString()));
            seen.insert(action->shortcut());
        }
        for (const QAction *action : window()->actions().withShortcuts())
            QVERIFY2(!action->shortcut().isEmpty(), qPrintable(action->text()));
        press(Qt::Key_F1);
        auto *box = window()->findChild<QMessageBox *>();
        QVERIFY(box);
        QVERIFY(box->text().contains(QStringLiteral("Ctrl+F")));
        box->close();
    }

    void mnemonicsAreDistinct()
    {
        inspectRow(0);
        QTRY_VERIFY(window()->inspectorPanel()->canChangeTtl());
        QCOMPARE(sharedMnemonics(), QStringList());
        window()->inspectorPanel()->edit();
        QCOMPARE(sharedMnemonics(), QStringList());
        window()->inspectorPanel()->discard();
        QTest::keyClick(window()->keysPanel()->view(), Qt::Key_Delete);
        QTRY_VERIFY(window()->notice()->isVisible());
        QCOMPARE(sharedMnemonics(), QStringList());
    }

    void keysAreExportedAndImportedAgain()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("keys.ndjson"));
        ExportDialog out(*m_fixture->workspace, ExportDialog::What::Keys);
        out.setPrefix("a/");
        out.setFileName(file);
        QSignalSpy exported(&out, &ExportDialog::ended);
        out.start();
        QTRY_COMPARE(exported.size(), 1);
        QVERIFY2(out.words().startsWith(QLatin1Char('2')), qPrintable(out.words()));

        m_http->del("/keys/a/");
        m_http->put("/a/1", "another", kText);
        ImportDialog in(*m_fixture->workspace);
        in.setFileName(file);
        QVERIFY(!in.canImport());
        QSignalSpy imported(&in, &ImportDialog::ended);
        in.dryRun();
        QTRY_COMPARE(imported.size(), 1);
        QVERIFY2(in.words().contains(QStringLiteral("1 new")), qPrintable(in.words()));
        QVERIFY2(in.words().contains(QStringLiteral("1 left alone")), qPrintable(in.words()));
        QCOMPARE(m_http->get("/a/2").status, 404);
        QVERIFY(in.canImport());
        in.import();
        QTRY_COMPARE(imported.size(), 2);
        QCOMPARE(m_http->get("/a/2").body, QByteArray("value of a/2"));
        QCOMPARE(m_http->get("/a/1").body, QByteArray("another"));
        in.setOnlyMissing(false);
        QVERIFY(!in.canImport());
    }

    void theLogIsExportedAsItIsShown()
    {
        QTemporaryDir folder;
        m_http->put("/a/9", "nine", kText);
        QTRY_VERIFY(m_fixture->workspace->wal().rowOfSeq(m_http->get("/a/9").revision()) >= 0);
        window()->walPanel()->setPrefix("a/9");
        ExportDialog out(*m_fixture->workspace, ExportDialog::What::Events);
        const QString file = folder.filePath(QStringLiteral("log.csv"));
        out.setFileName(file);
        out.setFormat(ExportFormat::Csv);
        QSignalSpy exported(&out, &ExportDialog::ended);
        out.start();
        QTRY_COMPARE(exported.size(), 1);
        QFile csv(file);
        QVERIFY(csv.open(QIODevice::ReadOnly));
        const QByteArray text = csv.readAll();
        QVERIFY(text.contains("a/9"));
        QVERIFY(!text.contains("a/1"));
    }

    void aFileThatCannotBeWrittenIsSaid()
    {
        ExportDialog out(*m_fixture->workspace, ExportDialog::What::Keys);
        out.setFileName(QStringLiteral("/nowhere/at/all.ndjson"));
        QSignalSpy exported(&out, &ExportDialog::ended);
        out.start();
        QTRY_COMPARE(exported.size(), 1);
        QVERIFY2(out.words().startsWith(QStringLiteral("Nothing was written")),
                 qPrintable(out.words()));
    }

private:
    MainWindow *window() const { return m_fixture->window.get(); }
    KeysModel &keys() const { return m_fixture->workspace->keys(); }
    InspectorModel &inspector() const { return m_fixture->workspace->inspector(); }
    static QString clipboard() { return QApplication::clipboard()->text(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(window(), key, modifiers);
    }
    void focusLog() { window()->walPanel()->view()->setFocus(); }
    void inspectRow(int row)
    {
        EmptyTableView *view = window()->keysPanel()->view();
        view->setFocus();
        view->setCurrentIndex(keys().index(row, 0));
    }
    /// The texts of what is to be seen and listens to a letter that something else listens to too.
    QStringList sharedMnemonics() const
    {
        QStringList texts;
        for (const QAction *menu : window()->menuBar()->actions())
            texts += menu->text();
        for (const QWidget *widget : window()->findChildren<QWidget *>()) {
            if (widget->isVisible())
                texts += widget->property("text").toString();
        }
        QStringList shared;
        QSet<QKeySequence> seen;
        for (const QString &text : texts) {
            const QKeySequence letter = QKeySequence::mnemonic(text);
            if (!letter.isEmpty() && seen.contains(letter))
                shared += text;
            seen.insert(letter);
        }
        return shared;
    }
    QList<QWidget *> panels() const
    {
        return {window()->keysPanel(), window()->walPanel(), window()->inspectorPanel(),
                window()->connectionBar()};
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
