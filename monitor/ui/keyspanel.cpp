// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/keyspanel.h"

#include "monitor/models/displaytext.h"
#include "monitor/ui/emptytableview.h"
#include "monitor/ui/filterfield.h"
#include "monitor/ui/format.h"
#include "monitor/ui/keysdelegate.h"
#include "monitor/ui/messagestrip.h"

#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

namespace {

constexpr int kFadeMs = 2'000;

} // namespace

KeysPanel::KeysPanel(Workspace &workspace, QWidget *parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_model(workspace.keys())
    , m_prefix(new FilterField(tr("Prefix (Ctrl+L)"), tr("Show only keys that begin with"), this))
    , m_view(new EmptyTableView(this))
    , m_strip(new MessageStrip(this))
    , m_footer(new QLabel(this))
    , m_menu(new QMenu(this))
{
    m_view->setAccessibleName(tr("Keys"));
    // Told before the view is, which makes a neighbour of a row that goes the current one.
    connect(&m_model, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_moving = true; });
    m_view->setModel(&m_model);
    m_view->setItemDelegate(new KeysDelegate(m_view));
    m_view->setColumnCharacters(KeysModel::ChangedColumn, 8);
    m_view->horizontalHeader()->setStretchLastSection(false);
    m_view->horizontalHeader()->setSectionResizeMode(KeysModel::KeyColumn, QHeaderView::Stretch);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_footer->setTextFormat(Qt::PlainText);
    m_footer->setContentsMargins(4, 0, 4, 0);
    QPushButton *again = m_strip->addButton(tr("Refresh"));

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->setSpacing(4);
    layout->addWidget(m_prefix);
    layout->addWidget(m_strip);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_footer);
    setFocusProxy(m_view);

    connect(m_prefix, &FilterField::wanted, this, &KeysPanel::applyPrefix);
    connect(m_prefix, &QLineEdit::returnPressed, m_view, qOverload<>(&QWidget::setFocus));
    connect(again, &QPushButton::clicked, this, &KeysPanel::refresh);
    connect(&m_model, &KeysModel::loadFailed, this, &KeysPanel::onLoadFailed);
    connect(&m_model, &KeysModel::stateChanged, this, &KeysPanel::onState);
    connect(&m_model, &QAbstractItemModel::modelReset, this, [this] {
        m_failure.clear();
        m_count.reset();
        m_chosen.clear();
        onState();
    });
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, [this] {
        // What is loaded to its end counts itself.
        if (!m_count && !m_model.isComplete() && !m_countCall.isRunning())
            askCount();
        onState();
    });
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, [this] {
        m_moving = false;
        onState();
    });
    connect(&workspace, &Workspace::connectionChanged, this, &KeysPanel::onState);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &KeysPanel::chooseCurrent);
    connect(m_view, &EmptyTableView::opened, this,
            [this](const QModelIndex &index) { Q_EMIT keyChosen(m_model.keyAt(index.row())); });
    connect(m_view, &QWidget::customContextMenuRequested, this,
            [this](QPoint point) { m_menu->popup(m_view->viewport()->mapToGlobal(point)); });
    // Marks fade with time.
    m_fade.setInterval(kFadeMs);
    connect(&m_fade, &QTimer::timeout, m_view->viewport(), qOverload<>(&QWidget::update));
    m_fade.start();
    onState();
}

QByteArrayList KeysPanel::selectedKeys() const
{
    QByteArrayList keys;
    for (const int row : m_view->selectedRows())
        keys.append(m_model.keyAt(row));
    return keys;
}

QByteArray KeysPanel::prefix() const
{
    return m_prefix->text().toUtf8();
}

void KeysPanel::setPrefix(const QByteArray &prefix)
{
    m_prefix->setText(QString::fromUtf8(prefix));
    applyPrefix();
}

void KeysPanel::focusPrefix()
{
    m_prefix->setFocus(Qt::ShortcutFocusReason);
    m_prefix->selectAll();
}

void KeysPanel::applyPrefix()
{
    if (prefix() != m_model.prefix())
        m_model.setPrefix(prefix());
}

void KeysPanel::refresh()
{
    m_failure.clear();
    m_count.reset();
    m_model.refresh();
    onState();
}

void KeysPanel::askCount()
{
    m_countCall.abort();
    if (!m_workspace.serverInfo())
        return;
    m_countCall
        = m_workspace.rest().count(m_model.prefix(), this, [this](const Outcome<quint64> &count) {
              if (count.ok())
                  m_count = count.value();
              onState();
          });
}

void KeysPanel::chooseCurrent()
{
    const QModelIndex current = m_view->currentIndex();
    // Rows that come and go move the current index without the user choosing anything.
    if (!current.isValid() || m_moving)
        return;
    const QByteArray key = m_model.keyAt(current.row());
    if (key == m_chosen)
        return;
    m_chosen = key;
    if (m_view->hasFocus())
        Q_EMIT keyChosen(key);
}

void KeysPanel::onLoadFailed(const Failure &failure)
{
    m_failure = failure.text;
    onState();
}

void KeysPanel::onState()
{
    if (!m_failure.isEmpty() && m_workspace.isLive())
        m_strip->say(Tone::Bad, tr("The keys could not be loaded: %1").arg(m_failure));
    else if (m_model.isStale() && m_workspace.isLive())
        m_strip->say(Tone::Warning, tr("Much has changed; this list may lack keys."));
    else
        m_strip->clear();

    const int rows = m_model.rowCount();
    if (!m_workspace.serverInfo())
        m_view->setEmptyText(tr("The keys of the store appear here once there is a connection."));
    else if (m_model.isLoading())
        m_view->setEmptyText(tr("Loading\u2026"));
    else if (m_model.prefix().isEmpty())
        m_view->setEmptyText(tr("The store is empty.\n\nCtrl+N makes the first key."));
    else
        m_view->setEmptyText(
            tr("No key begins with\n\u201c%1\u201d").arg(displayText(m_model.prefix(), 60)));

    QString footer;
    if (m_model.isComplete())
        footer = rows == 1 ? tr("1 key") : tr("%1 keys").arg(numberText(qint64(rows)));
    else if (m_count && *m_count >= quint64(rows))
        footer = tr("%1 keys, %2 loaded").arg(numberText(*m_count), numberText(qint64(rows)));
    else if (rows > 0)
        footer = tr("%1 keys loaded, more to come").arg(numberText(qint64(rows)));
    if (m_model.isLoading() && rows > 0)
        footer += tr(" \u2013 loading\u2026");
    m_footer->setText(footer);
}

} // namespace memorykv
