// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/walpanel.h"

#include "monitor/ui/emptytableview.h"
#include "monitor/ui/filterfield.h"
#include "monitor/ui/format.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/opfilterbutton.h"
#include "monitor/ui/waldelegate.h"

#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace memorykv {

namespace {

constexpr int kRoomyCharacters = 78; ///< a width with room for all columns

bool isWalking(int key)
{
    return key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp
           || key == Qt::Key_PageDown || key == Qt::Key_Home;
}

} // namespace

WalPanel::WalPanel(Workspace &workspace, QWidget *parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_model(workspace.wal())
    , m_contains(new FilterField(tr("Key contains (Ctrl+F)"),
                                 tr("Show only events of keys that contain"), this))
    , m_prefix(new FilterField(tr("Prefix"), tr("Show only events of keys that begin with"), this))
    , m_ops(new OpFilterButton(this))
    , m_hold(new QToolButton(this))
    , m_strip(new MessageStrip(this))
    , m_view(new EmptyTableView(this))
    , m_footer(new QLabel(this))
    , m_menu(new QMenu(this))
{
    for (FilterField *field : {m_contains, m_prefix}) {
        connect(field, &FilterField::wanted, this, &WalPanel::applyFilter);
        connect(field, &QLineEdit::returnPressed, m_view, qOverload<>(&QWidget::setFocus));
    }
    m_hold->setText(tr("Hold"));
    m_hold->setCheckable(true);
    m_hold->setFocusPolicy(Qt::TabFocus);
    m_hold->setToolTip(tr("Keeps the rows where they are while more events come (Space)"));
    QPushButton *follow = m_strip->addButton(tr("Follow (End)"));

    m_view->setAccessibleName(tr("Live log"));
    m_view->setModel(&m_model);
    m_view->setItemDelegate(new WalDelegate(m_view));
    m_view->setColumnCharacters(WalModel::SeqColumn, 8);
    m_view->setColumnCharacters(WalModel::TimeColumn, 12);
    m_view->setColumnCharacters(WalModel::OpColumn, 13);
    m_view->setColumnCharacters(WalModel::SizeColumn, 7);
    m_view->horizontalHeader()->setMinimumSectionSize(40);
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    m_view->horizontalHeader()->setStretchLastSection(false);
    m_view->horizontalHeader()->setSectionResizeMode(WalModel::ValueColumn, QHeaderView::Stretch);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_footer->setContentsMargins(4, 0, 4, 0);

    auto *filters = new QHBoxLayout;
    filters->setSpacing(4);
    filters->addWidget(m_contains, 3);
    filters->addWidget(m_prefix, 2);
    filters->addWidget(m_ops);
    filters->addWidget(m_hold);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->setSpacing(4);
    layout->addLayout(filters);
    layout->addWidget(m_strip);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_footer);
    setFocusProxy(m_view);

    connect(m_ops, &OpFilterButton::opsChanged, this, &WalPanel::applyFilter);
    connect(m_hold, &QToolButton::toggled, this, &WalPanel::setHolding);
    connect(follow, &QPushButton::clicked, this, [this] {
        setHolding(false);
        m_view->setFocus();
    });
    connect(&m_model, &WalModel::holdChanged, this, &WalPanel::onHold);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &WalPanel::onRowsInserted);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &WalPanel::onRowsInserted);
    connect(&m_model, &WalModel::aboutToEvict, this, &WalPanel::onAboutToEvict);
    connect(&m_model, &WalModel::evicted, this, &WalPanel::onEvicted);
    connect(&workspace, &Workspace::connectionChanged, this, &WalPanel::onState);
    connect(m_view->horizontalHeader(), &QHeaderView::sectionResized, this, [this](int column) {
        if (column == WalModel::KeyColumn && !m_arranging)
            m_keyWidthChosen = true;
    });
    connect(m_view->verticalScrollBar(), &QScrollBar::valueChanged, this, &WalPanel::onScrolled);
    connect(m_view, &EmptyTableView::rowPressed, this, [this] { setHolding(true); });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &WalPanel::chooseCurrent);
    connect(m_view, &EmptyTableView::opened, this, &WalPanel::chooseCurrent);
    connect(m_view, &QWidget::customContextMenuRequested, this,
            [this](QPoint point) { m_menu->popup(m_view->viewport()->mapToGlobal(point)); });
    onState();
}

QList<ExportedEvent> WalPanel::selectedEvents() const
{
    QList<ExportedEvent> events;
    for (const int row : m_view->selectedRows())
        events.append(m_model.exportedAt(row));
    return events;
}

void WalPanel::focusFilter()
{
    m_contains->setFocus(Qt::ShortcutFocusReason);
    m_contains->selectAll();
}

void WalPanel::setFilterText(const QString &text)
{
    m_contains->setText(text);
    applyFilter();
}

void WalPanel::setPrefix(const QByteArray &prefix)
{
    m_prefix->setText(QString::fromUtf8(prefix));
    applyFilter();
}

void WalPanel::applyFilter()
{
    const WalFilter filter{m_ops->ops(), m_prefix->text().toUtf8(), m_contains->text().toUtf8()};
    if (filter == m_model.filter())
        return;
    // The row one looks at is to stay in sight if it passes the new filter too.
    const QModelIndex current = m_view->currentIndex();
    const std::optional<quint64> id
        = current.isValid() ? std::optional(m_model.idAt(current.row())) : std::nullopt;
    m_model.setFilter(filter);
    const int row = id && isHolding() ? m_model.rowOfId(*id) : -1;
    if (row >= 0) {
        const QScopedValueRollback adjusting(m_adjusting, true);
        m_view->setCurrentIndex(m_model.index(row, 0));
        m_view->scrollTo(m_model.index(row, 0), QAbstractItemView::PositionAtCenter);
    }
    onState();
}

void WalPanel::setHolding(bool holding)
{
    if (holding && m_model.rowCount() == 0)
        holding = false;
    m_model.setHolding(holding);
    if (holding)
        markLastInSight();
    else
        showEnd();
    onHold();
}

/// So that the arrow keys begin with what is in sight, and not with the first row of all.
void WalPanel::markLastInSight()
{
    const QModelIndex current = m_view->currentIndex();
    if (current.isValid() && m_view->viewport()->rect().intersects(m_view->visualRect(current)))
        return;
    const QScopedValueRollback adjusting(m_adjusting, true);
    m_view->setAutoScroll(false);
    int row = m_view->rowAt(m_view->viewport()->height() - 1);
    row = row < 0 ? m_model.rowCount() - 1 : row;
    m_view->selectionModel()->setCurrentIndex(m_model.index(row, 0), QItemSelectionModel::NoUpdate);
    m_view->setAutoScroll(true);
}

void WalPanel::onHold()
{
    const bool holding = isHolding();
    m_hold->setChecked(holding);
    if (!holding)
        m_strip->clear();
    else if (m_model.newRows() == 0)
        m_strip->say(Tone::Busy, tr("Held. Nothing new so far."));
    else
        m_strip->say(Tone::Busy, tr("Held. %1 new.").arg(numberText(m_model.newRows())));
    Q_EMIT holdingChanged(holding);
}

void WalPanel::onRowsInserted()
{
    if (!isHolding())
        showEnd();
    onState();
}

bool WalPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_view->viewport() && event->type() == QEvent::Resize)
        arrangeColumns();
    // Who begins to walk through the rows wants them to stand still.
    if (watched == m_view && event->type() == QEvent::KeyPress
        && isWalking(static_cast<QKeyEvent *>(event)->key()))
        setHolding(true);
    return QWidget::eventFilter(watched, event);
}

/// Keys and values share what the other columns leave; where that is little, sizes make way.
void WalPanel::arrangeColumns()
{
    const int cell = m_view->fontMetrics().horizontalAdvance(QLatin1Char('0'));
    const int width = m_view->viewport()->width();
    m_view->setColumnHidden(WalModel::SizeColumn, width < kRoomyCharacters * cell);
    int rest = width;
    for (const int column :
         {WalModel::SeqColumn, WalModel::TimeColumn, WalModel::OpColumn, WalModel::SizeColumn})
        rest -= m_view->columnWidth(column);
    if (!m_keyWidthChosen) {
        const QScopedValueRollback arranging(m_arranging, true);
        m_view->setColumnWidth(WalModel::KeyColumn, std::max(12 * cell, rest * 45 / 100));
    }
    // After the view has worked out how far it scrolls now.
    if (!isHolding())
        QMetaObject::invokeMethod(this, &WalPanel::showEndIfFollowing, Qt::QueuedConnection);
}

void WalPanel::showEndIfFollowing()
{
    if (!isHolding())
        showEnd();
}

void WalPanel::showEnd()
{
    const QScopedValueRollback adjusting(m_adjusting, true);
    m_view->scrollToBottom();
}

void WalPanel::onScrolled(int value)
{
    if (!m_adjusting && !isHolding() && value < m_view->verticalScrollBar()->maximum())
        setHolding(true);
}

/// A view whose current row goes scrolls to the row that becomes the current one; so it is moved
/// out of what goes first, and the scroll bar set by hand afterwards.
void WalPanel::onAboutToEvict(int rows)
{
    m_adjusting = true;
    m_scrollBefore = m_view->verticalScrollBar()->value();
    m_view->setAutoScroll(false);
    const QModelIndex current = m_view->currentIndex();
    if (current.isValid() && current.row() < rows)
        m_view->selectionModel()->setCurrentIndex(QModelIndex(), QItemSelectionModel::NoUpdate);
}

void WalPanel::onEvicted(int rows)
{
    if (isHolding())
        m_view->verticalScrollBar()->setValue(std::max(0, m_scrollBefore - rows));
    else
        m_view->scrollToBottom();
    m_view->setAutoScroll(true);
    m_adjusting = false;
}

void WalPanel::chooseCurrent()
{
    const QModelIndex current = m_view->currentIndex();
    if (!current.isValid() || !m_view->hasFocus() || m_adjusting)
        return;
    const WalRow &row = m_model.walRowAt(current.row());
    const bool hasOne = row.op == Op::Insert || row.op == Op::Delete || row.op == Op::Expire
                        || row.op == Op::Touch || row.op == Op::Read;
    if (hasOne)
        Q_EMIT keyChosen(row.key().toByteArray());
}

void WalPanel::onState()
{
    if (m_model.keptRows() > 0)
        m_view->setEmptyText(
            tr("None of the %1 events passes the filter.").arg(numberText(m_model.keptRows())));
    else if (!m_workspace.profile())
        m_view->setEmptyText(tr("Every write and read shows here as it happens.\n\n"
                                "Type the address of a server above and press Return."));
    else if (m_workspace.isLive())
        m_view->setEmptyText(tr("Connected. Nothing has happened yet."));
    else
        m_view->setEmptyText(tr("Every write and read shows here once there is a connection."));

    const auto shown = quint64(m_model.rowCount());
    QString footer;
    if (m_model.keptRows() > 0 && shown != m_model.keptRows())
        footer = tr("%1 of %2 events, %3").arg(numberText(shown), numberText(m_model.keptRows()));
    else if (m_model.keptRows() > 0)
        footer = shown == 1 ? tr("1 event, %1") : tr("%1 events, %2").arg(numberText(shown));
    if (!footer.isEmpty())
        footer = footer.arg(bytesText(double(m_model.keptBytes())));
    m_footer->setText(footer);
}

} // namespace memorykv
