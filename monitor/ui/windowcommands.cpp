// SPDX-License-Identifier: GPL-3.0-only
// What the actions of MainWindow do: the questions it asks and the dialogs it opens.
#include "monitor/client/copyformat.h"
#include "monitor/models/displaytext.h"
#include "monitor/ui/certificatedialog.h"
#include "monitor/ui/connectionbar.h"
#include "monitor/ui/deleteprefixdialog.h"
#include "monitor/ui/emptytableview.h"
#include "monitor/ui/exportdialog.h"
#include "monitor/ui/format.h"
#include "monitor/ui/importdialog.h"
#include "monitor/ui/inspectorpanel.h"
#include "monitor/ui/keyspanel.h"
#include "monitor/ui/mainwindow.h"
#include "monitor/ui/newkeydialog.h"
#include "monitor/ui/profilesdialog.h"
#include "monitor/ui/tokendialog.h"
#include "monitor/ui/walpanel.h"

#include <QApplication>
#include <QClipboard>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>

namespace memorykv {

namespace {

constexpr int kMaxCopiedRows = 100'000; ///< more would stop the window, and whoever pastes them

} // namespace

void MainWindow::connectActions()
{
    const auto on
        = [this](QAction *action, auto slot) { connect(action, &QAction::triggered, this, slot); };
    on(m_actions.connectTo, [this] { m_bar->focusAddress(); });
    on(m_actions.profiles, [this] { openProfiles(); });
    on(m_actions.disconnect, [this] { m_workspace.disconnectFromServer(); });
    on(m_actions.retry, [this] { m_workspace.retryNow(); });
    on(m_actions.exportKeys, [this] { openExport(true); });
    on(m_actions.exportLog, [this] { openExport(false); });
    on(m_actions.importKeys, [this] { openImport(); });
    on(m_actions.saveValue, [this] { m_inspector->saveToFile(); });
    on(m_actions.quit, [this] { close(); });
    on(m_actions.undoDelete, [this] {
        m_noticeUndo->hide();
        m_remover.undo();
    });
    on(m_actions.copy, [this] { copyAs(int(CopyFormat::Text)); });
    on(m_actions.copyCsv, [this] { copyAs(int(CopyFormat::Csv)); });
    on(m_actions.copyJson, [this] { copyAs(int(CopyFormat::Json)); });
    on(m_actions.copyCurl, [this] { copyAs(int(CopyFormat::Curl)); });
    on(m_actions.newKey, [this] { newKey(); });
    on(m_actions.edit, [this] { m_inspector->edit(); });
    on(m_actions.save, [this] { m_inspector->save(); });
    on(m_actions.expiry, [this] { m_inspector->changeTtl(); });
    on(m_actions.remove, [this] { removeChosen(); });
    on(m_actions.removePrefix, [this] { removePrefix(); });
    on(m_actions.filter, [this] { m_wal->focusFilter(); });
    on(m_actions.prefix, [this] { m_keys->focusPrefix(); });
    on(m_actions.refresh, [this] {
        m_keys->refresh();
        m_link.reload();
    });
    on(m_actions.hold, [this](bool hold) { m_wal->setHolding(hold); });
    on(m_actions.follow, [this] { m_wal->setHolding(false); });
    on(m_actions.clearLog, [this] {
        m_wal->setHolding(false);
        m_workspace.wal().clear();
    });
    on(m_actions.resetLayout, [this] { resetLayout(); });
    on(m_actions.shortcuts, [this] { showShortcuts(); });
    on(m_actions.about, [this] { showAbout(); });
}

void MainWindow::afterDraft(const std::function<void()> &go)
{
    if (!m_inspector->hasUnsavedChanges())
        return go();
    auto *box = new QMessageBox(QMessageBox::Question, tr("Unsaved changes"),
                                tr("The changes to \u201c%1\u201d are not saved.")
                                    .arg(displayText(m_workspace.inspector().key(), 60)),
                                QMessageBox::NoButton, this);
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton *discard = box->addButton(tr("&Discard them"), QMessageBox::DestructiveRole);
    QPushButton *stay = box->addButton(tr("&Go on editing"), QMessageBox::RejectRole);
    box->setDefaultButton(stay);
    box->setEscapeButton(stay);
    connect(discard, &QPushButton::clicked, this, go);
    box->open();
}

void MainWindow::inspect(const QByteArray &key)
{
    if (key == m_workspace.inspector().key() && m_inspector->hasUnsavedChanges())
        return;
    afterDraft([this, key] { m_link.open(key); });
}

void MainWindow::connectToText(const QString &text)
{
    const auto address = addressFromText(text);
    if (!address.ok()) {
        say(Tone::Bad, tr("No address: %1").arg(QString::fromUtf8(address.error().detail)));
        m_bar->focusAddress();
        return;
    }
    const QList<ConnectionProfile> profiles = m_workspace.profiles().profiles();
    for (const ConnectionProfile &profile : profiles) {
        if (profile.address == address.value())
            return connectWith(profile);
    }
    connectWith(ConnectionProfile::create(address.value()));
}

void MainWindow::connectWith(const ConnectionProfile &profile)
{
    afterDraft([this, profile] {
        m_noticeBar->hide();
        m_workspace.connectTo(profile);
        m_wal->view()->setFocus();
    });
}

void MainWindow::askToken(const QString &why)
{
    if (m_tokenDialog || !m_workspace.profile())
        return;
    auto *dialog = new TokenDialog(m_workspace.profile()->name, why, this);
    m_tokenDialog = dialog;
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        m_workspace.connectWithToken(dialog->token(), dialog->keep());
        fillChoices();
    });
    dialog->open();
}

void MainWindow::askCertificate(const CertificateQuestion &question)
{
    if (m_certificateDialog)
        return;
    auto *dialog = new CertificateDialog(question, this);
    m_certificateDialog = dialog;
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, sha256 = question.sha256] {
        m_workspace.acceptCertificate(sha256, dialog->keep());
        fillChoices();
    });
    dialog->open();
}

void MainWindow::openProfiles()
{
    auto *dialog = new ProfilesDialog(m_workspace.profiles(), m_workspace.tokens(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ProfilesDialog::profilesChanged, this, &MainWindow::fillChoices);
    connect(dialog, &ProfilesDialog::connectRequested, this, &MainWindow::connectWith);
    // A server that is connected to without a profile is most likely what is to become one.
    const auto &current = m_workspace.profile();
    if (current && m_workspace.profiles().profile(current->id))
        dialog->choose(current->id);
    else if (current)
        dialog->addFor(current->address);
    dialog->open();
}

void MainWindow::openExport(bool keys)
{
    auto *dialog = new ExportDialog(
        m_workspace, keys ? ExportDialog::What::Keys : ExportDialog::What::Events, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setPrefix(m_keys->prefix());
    dialog->open();
}

void MainWindow::openImport()
{
    auto *dialog = new ImportDialog(m_workspace, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::newKey()
{
    auto *dialog = new NewKeyDialog(m_keys->prefix(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        afterDraft([this, key = dialog->key(), type = dialog->type()] {
            m_inspector->beginNew(key, type);
        });
    });
    dialog->open();
}

void MainWindow::removeChosen()
{
    QByteArrayList keys;
    if (keysHaveFocus())
        keys = m_keys->selectedKeys();
    else if (m_workspace.inspector().state() == InspectorModel::State::Shown)
        keys.append(m_workspace.inspector().key());
    if (keys.size() == 1)
        return m_remover.remove(keys);
    if (keys.isEmpty())
        return;
    auto *box = new QMessageBox(QMessageBox::Question, tr("Delete keys"),
                                tr("Delete these %1 keys?").arg(numberText(qint64(keys.size()))),
                                QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("It can be undone, one key after the other, while this window is open."));
    QPushButton *yes = box->addButton(tr("&Delete"), QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(QMessageBox::Cancel));
    connect(yes, &QPushButton::clicked, this, [this, keys] { m_remover.remove(keys); });
    box->open();
}

void MainWindow::removePrefix()
{
    const QByteArray prefix = m_keys->prefix();
    auto *dialog = new DeletePrefixDialog(prefix, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, prefix] { m_remover.removePrefix(prefix); });
    m_workspace.rest().count(prefix, dialog, [dialog](const Outcome<quint64> &count) {
        if (count.ok())
            dialog->setCount(count.value());
        else
            dialog->setCountUnknown(count.error().text);
    });
    dialog->open();
}

void MainWindow::copyAs(int format)
{
    const auto as = static_cast<CopyFormat>(format);
    const Endpoint &endpoint = m_workspace.rest().endpoint();
    const InspectorModel &inspector = m_workspace.inspector();
    const bool events = m_wal->isAncestorOf(QApplication::focusWidget());
    const int rows = keysHaveFocus() ? m_keys->view()->selectedCount()
                     : events        ? m_wal->view()->selectedCount()
                                     : 0;
    QString text;
    if (rows > kMaxCopiedRows)
        return say(Tone::Bad, tr("%1 rows are too many to copy. Export them from the File menu.")
                                  .arg(numberText(qint64(rows))));
    if (keysHaveFocus())
        text = copyKeys(m_keys->selectedKeys(), as, endpoint);
    else if (events)
        text = copyEvents(m_wal->selectedEvents(), as, endpoint);
    else if (inspector.state() == InspectorModel::State::Shown && !inspector.value().whole)
        return say(Tone::Bad, tr("Only the beginning of the value is here. Load all of it first."));
    else if (inspector.state() == InspectorModel::State::Shown)
        text = copyValue(inspector.value(), as, endpoint);
    if (!text.isEmpty())
        QApplication::clipboard()->setText(text);
}

void MainWindow::setAppearance(Appearance appearance)
{
    applyAppearance(appearance);
    m_workspace.settings().setValue(QStringLiteral("window/appearance"),
                                    appearanceName(appearance));
    onConnection();
}

void MainWindow::showShortcuts()
{
    QString rows;
    for (const QAction *action : m_actions.withShortcuts()) {
        const QString name = action->iconText();
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        rows += QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(keys.toHtmlEscaped(), name.toHtmlEscaped());
    }
    auto *box
        = new QMessageBox(QMessageBox::NoIcon, tr("Shortcuts"),
                          QStringLiteral("<table>%1</table>").arg(rows), QMessageBox::Close, this);
    box->setTextFormat(Qt::RichText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, tr("About MemoryKV Monitor"),
                                tr("MemoryKV Monitor %1").arg(QStringLiteral(MEMORYKV_VERSION)),
                                QMessageBox::Close, this);
    box->setInformativeText(
        tr("A window on a running MemoryKV server.\nQt %1. Licence: GPL-3.0-only.")
            .arg(QLatin1String(qVersion())));
    box->setIconPixmap(QApplication::windowIcon().pixmap(64, 64));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

} // namespace memorykv
