// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/inspectorpanel.h"

#include "monitor/models/displaytext.h"
#include "monitor/ui/conflictview.h"
#include "monitor/ui/drafteditor.h"
#include "monitor/ui/format.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/theme.h"
#include "monitor/ui/ttldialog.h"
#include "monitor/ui/valueview.h"

#include <QDateTime>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace memorykv {

namespace {

using State = InspectorModel::State;

constexpr int kSecondMs = 500; ///< twice a second, so that no second of a countdown is skipped

qint64 nowMs()
{
    return QDateTime::currentMSecsSinceEpoch();
}

} // namespace

InspectorPanel::InspectorPanel(Workspace &workspace, InspectorLink &link, QWidget *parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_link(link)
    , m_model(workspace.inspector())
    , m_key(new QLineEdit(this))
    , m_type(new QLabel(this))
    , m_size(new QLabel(this))
    , m_revision(new QLabel(this))
    , m_ttl(new QLabel(this))
    , m_changeTtl(new QPushButton(tr("Chan&ge\u2026"), this))
    , m_strip(new MessageStrip(this))
    , m_stack(new QStackedWidget(this))
    , m_empty(new QLabel(this))
    , m_value(new ValueView(this))
    , m_draft(new DraftEditor(this))
    , m_conflict(new ConflictView(this))
    , m_edit(new QPushButton(tr("Ed&it"), this))
    , m_save(new QPushButton(tr("&Save"), this))
    , m_discard(new QPushButton(tr("Discar&d"), this))
    , m_delete(new QPushButton(tr("De&lete"), this))
{
    build();
    m_second.setInterval(kSecondMs);
    connect(&m_second, &QTimer::timeout, this, &InspectorPanel::showTtl);
    connect(&m_model, &InspectorModel::changed, this, &InspectorPanel::onModel);
    connect(&workspace, &Workspace::connectionChanged, this, &InspectorPanel::showButtons);
    connect(&link, &InspectorLink::ttlKnownChanged, this, &InspectorPanel::showButtons);
    connect(&link, &InspectorLink::progress, m_value, &ValueView::setProgress);
    connect(m_again, &QPushButton::clicked, &link, &InspectorLink::reload);
    connect(m_value, &ValueView::loadAllRequested, &link, &InspectorLink::loadAll);
    connect(m_draft, &DraftEditor::edited, this, &InspectorPanel::onDraft);
    connect(m_draft, &DraftEditor::fileRequested, this, &InspectorPanel::replaceFromFile);
    connect(m_conflict, &ConflictView::keepMineRequested, &m_model, &InspectorModel::keepMine);
    connect(m_conflict, &ConflictView::takeTheirsRequested, &m_model, &InspectorModel::takeTheirs);
    connect(m_changeTtl, &QPushButton::clicked, this, [this] {
        if (m_link.isTtlKnown())
            changeTtl();
        else
            m_link.askTtl();
    });
    connect(m_edit, &QPushButton::clicked, this, &InspectorPanel::edit);
    connect(m_save, &QPushButton::clicked, this, &InspectorPanel::save);
    connect(m_discard, &QPushButton::clicked, this, &InspectorPanel::discard);
    connect(m_delete, &QPushButton::clicked, this, &InspectorPanel::deleteRequested);
    showState();
    onModel();
}

void InspectorPanel::build()
{
    m_key->setReadOnly(true);
    m_key->setFont(scaledFont(monospaceFont(), 1.05, true));
    m_key->setAccessibleName(tr("Key"));
    m_key->setPlaceholderText(tr("No key"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setTextFormat(Qt::PlainText);
    paintEmpty();
    m_type->setTextFormat(Qt::PlainText);
    m_again = m_strip->addButton(tr("Show it"));
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_value);
    m_stack->addWidget(m_draft);
    m_stack->addWidget(m_conflict);

    auto *facts = new QGridLayout;
    facts->setHorizontalSpacing(10);
    facts->setVerticalSpacing(2);
    facts->setContentsMargins(2, 0, 2, 0);
    const QList<std::pair<QString, QLabel *>> rows{{tr("Type"), m_type},
                                                   {tr("Size"), m_size},
                                                   {tr("Revision"), m_revision},
                                                   {tr("Expires"), m_ttl}};
    for (int row = 0; row < rows.size(); ++row) {
        auto *name = new QLabel(rows[row].first, this);
        name->setBuddy(rows[row].second);
        rows[row].second->setAccessibleName(rows[row].first);
        rows[row].second->setTextInteractionFlags(Qt::TextSelectableByMouse);
        facts->addWidget(name, row, 0);
        facts->addWidget(rows[row].second, row, 1);
    }
    facts->addWidget(m_changeTtl, 2, 2, 2, 1, Qt::AlignBottom);
    facts->setColumnStretch(1, 1);

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    for (QPushButton *button : {m_edit, m_save, m_discard})
        buttons->addWidget(button);
    buttons->addStretch();
    buttons->addWidget(m_delete);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->setSpacing(6);
    layout->addWidget(m_key);
    layout->addLayout(facts);
    layout->addWidget(m_strip);
    layout->addWidget(m_stack, 1);
    layout->addLayout(buttons);
}

bool InspectorPanel::isEditing() const
{
    return m_model.state() == State::Editing;
}

bool InspectorPanel::canEdit() const
{
    return m_model.state() == State::Shown && m_workspace.isLive() && !m_workspace.isReadOnly();
}

bool InspectorPanel::canChangeTtl() const
{
    return canEdit() && m_link.isTtlKnown();
}

bool InspectorPanel::hasUnsavedChanges() const
{
    const State state = m_model.state();
    return (state == State::Editing && m_model.isDirty()) || state == State::Saving
           || state == State::Conflict;
}

QString InspectorPanel::emptyText() const
{
    return m_stack->currentWidget() == m_empty ? m_empty->text() : QString();
}

QString InspectorPanel::ttlText() const
{
    return m_ttl->text();
}

void InspectorPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintEmpty();
}

/// Like what stands in an empty table.
void InspectorPanel::paintEmpty()
{
    QPalette pale = m_empty->palette();
    pale.setColor(QPalette::WindowText, secondaryText(palette()));
    if (pale != m_empty->palette())
        m_empty->setPalette(pale);
}

void InspectorPanel::setStale(bool stale)
{
    setDimmed(m_value, stale);
}

void InspectorPanel::beginNew(const QByteArray &key, const QByteArray &type)
{
    m_model.beginNew(key, type);
}

void InspectorPanel::edit()
{
    if (canEdit())
        m_link.edit();
}

void InspectorPanel::save()
{
    if (isEditing() && m_workspace.isLive() && !m_workspace.isReadOnly())
        m_link.save();
}

void InspectorPanel::discard()
{
    if (isEditing())
        m_model.discard();
}

void InspectorPanel::onDraft()
{
    if (isEditing())
        m_model.setDraft(m_draft->bytes(), m_draft->type());
}

void InspectorPanel::onModel()
{
    const State state = m_model.state();
    if (state != m_lastState || state == State::Shown)
        showState();
    m_lastState = state;
    showFacts();
    showStrip();
    showButtons();
}

/// Shows \a page and hands it the focus if the one before had it: hidden widgets lose it to
/// whatever comes next.
void InspectorPanel::showPage(QWidget *page)
{
    const QWidget *focus = window()->focusWidget();
    const bool focused = focus != nullptr && m_stack->isAncestorOf(focus);
    m_stack->setCurrentWidget(page);
    if (focused)
        (page == m_empty ? static_cast<QWidget *>(m_key) : page)->setFocus();
}

void InspectorPanel::showState()
{
    const State state = m_model.state();
    switch (state) {
    case State::Nothing:
        m_empty->setText(tr("Choose a key, or an event,\nto see the value here."));
        break;
    case State::Loading:
        m_empty->setText(tr("Loading\u2026"));
        break;
    case State::Missing:
        m_empty->setText(tr("There is no such key,\nor no longer."));
        break;
    case State::Failed:
        m_empty->setText(tr("The value could not be loaded:\n%1").arg(m_model.failureText()));
        break;
    case State::Shown: {
        const StoredValue &value = m_model.value();
        const bool same = m_lastState == State::Shown && value.key == m_shown.key
                          && value.revision == m_shown.revision && value.whole == m_shown.whole
                          && value.bytes.size() == m_shown.bytes.size();
        if (!same)
            m_value->setValue(value, m_model.kind());
        m_shown = value;
        showPage(m_value);
        return;
    }
    case State::Editing:
        if (m_lastState != State::Saving)
            m_draft->begin(m_model.draft(), m_model.draftType());
        m_draft->setReadOnly(false);
        showPage(m_draft);
        m_draft->setFocus();
        return;
    case State::Saving:
        // Not disabled, as that would take the focus away.
        m_draft->setReadOnly(true);
        return;
    case State::Conflict:
        m_conflict->setVersions(m_model.draft(), m_model.draftType(), m_model.theirs());
        showPage(m_conflict);
        return;
    }
    m_value->clear();
    m_shown = {};
    showPage(m_empty);
}

void InspectorPanel::showFacts()
{
    const State state = m_model.state();
    const QString key = displayText(m_model.key());
    if (m_key->text() != key) {
        m_key->setText(key);
        m_key->setToolTip(toolTipText(key));
        m_key->setCursorPosition(0);
    }
    const bool known = state == State::Shown || state == State::Editing || state == State::Saving
                       || state == State::Conflict;
    const StoredValue &value = m_model.value();
    const QString dash = QStringLiteral("\u2013");
    m_type->setText(known && !value.type.isEmpty() ? displayText(value.type, 100) : dash);
    m_size->setText(known && value.revision > 0 ? bytesText(double(value.totalSize)) : dash);
    m_revision->setText(known && value.revision > 0 ? numberText(value.revision) : dash);
    showTtl();
}

void InspectorPanel::showTtl()
{
    const State state = m_model.state();
    const bool known = state == State::Shown || state == State::Editing || state == State::Saving;
    const auto left = m_model.ttlLeft(nowMs());
    QString text = QStringLiteral("\u2013");
    if (known && left)
        text = *left > 0 ? tr("in %1").arg(countdownText(*left * 1000)) : tr("now");
    else if (known && m_link.isTtlKnown())
        text = tr("never");
    m_ttl->setText(text);
    m_changeTtl->setText(m_link.isTtlKnown() || !known ? tr("Chan&ge\u2026") : tr("Loo&k up"));
    m_changeTtl->setToolTip(m_link.isTtlKnown() ? tr("Changes when the key expires")
                                                : tr("Asks the server when the key expires"));
    m_changeTtl->setVisible(state == State::Shown);
    m_changeTtl->setEnabled(m_link.isTtlKnown() ? canChangeTtl() : m_workspace.isLive());
    if (known && left && isVisible())
        m_second.start();
    else
        m_second.stop();
}

void InspectorPanel::showStrip()
{
    m_again->setVisible(false);
    const State state = m_model.state();
    if (state == State::Shown && m_model.isOutdated()) {
        m_strip->say(Tone::Warning, tr("This key has changed on the server."));
        m_again->setText(tr("Sho&w it"));
        m_again->setVisible(true);
    } else if (state == State::Editing && m_model.isOutdated()) {
        m_strip->say(Tone::Warning, tr("This key has changed on the server meanwhile. "
                                       "Saving will show both versions."));
    } else if (state == State::Failed) {
        m_strip->say(Tone::Bad, tr("Not loaded."));
        m_again->setText(tr("Try agai&n"));
        m_again->setVisible(true);
    } else if (state == State::Saving) {
        m_strip->say(Tone::Busy, tr("Saving\u2026"));
    } else {
        m_strip->clear();
    }
}

void InspectorPanel::showButtons()
{
    const State state = m_model.state();
    const bool editing = state == State::Editing || state == State::Saving;
    const bool writable = m_workspace.isLive() && !m_workspace.isReadOnly();
    m_edit->setVisible(!editing && state != State::Conflict);
    m_edit->setEnabled(canEdit());
    m_edit->setToolTip(m_workspace.isReadOnly() ? tr("The connection is locked: read-only")
                                                : tr("Edit the value (Ctrl+E)"));
    m_save->setVisible(editing);
    m_save->setEnabled(state == State::Editing && writable);
    m_save->setToolTip(tr("Write the value if nobody else has changed it (Ctrl+S)"));
    m_discard->setVisible(editing);
    m_discard->setEnabled(state == State::Editing);
    m_delete->setVisible(!editing && state != State::Conflict);
    m_delete->setEnabled(state == State::Shown && writable);
    showTtl();
    Q_EMIT stateChanged();
}

void InspectorPanel::changeTtl()
{
    if (!canChangeTtl())
        return;
    auto *dialog = new TtlDialog(m_model.key(), m_model.ttlLeft(nowMs()).value_or(0), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_link.setTtl(dialog->seconds()); });
    dialog->open();
}

void InspectorPanel::replaceFromFile()
{
    const QString name = QFileDialog::getOpenFileName(this, tr("Take the value from a file"));
    if (name.isEmpty() || !isEditing())
        return;
    QFile file(name);
    const qint64 limit
        = m_workspace.serverInfo() ? qint64(m_workspace.serverInfo()->maxValueSize) : 0;
    if (!file.open(QIODevice::ReadOnly)) {
        Q_EMIT failed(tr("\u201c%1\u201d cannot be read: %2").arg(name, file.errorString()));
    } else if (limit > 0 && file.size() > limit) {
        Q_EMIT failed(tr("\u201c%1\u201d has %2; the server takes values of at most %3.")
                          .arg(name, bytesText(double(file.size())), bytesText(double(limit))));
    } else {
        m_draft->setFile(file.readAll(), QFileInfo(name).fileName());
    }
}

void InspectorPanel::saveToFile()
{
    if (m_model.state() != State::Shown)
        return;
    if (!m_model.value().whole) {
        Q_EMIT failed(tr("Load all of the value first."));
        return;
    }
    const QByteArray bytes = m_model.value().bytes;
    const QString name = QFileDialog::getSaveFileName(this, tr("Save the value to a file"));
    if (name.isEmpty())
        return;
    QSaveFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        Q_EMIT failed(tr("\u201c%1\u201d cannot be written: %2").arg(name, file.errorString()));
}

} // namespace memorykv
