// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/emptytableview.h"

#include "monitor/ui/theme.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <numeric>

namespace memorykv {

namespace {

/// The font of ordinary text: words are not set in that of the rows.
QFont wordsFont()
{
    QFont font = QApplication::font();
    // What is not set by name, a painter takes from its widget.
    font.setFamily(font.family());
    font.setPointSizeF(font.pointSizeF());
    return font;
}

} // namespace

EmptyTableView::EmptyTableView(QWidget *parent)
    : QTableView(parent)
{
    setFont(monospaceFont());
    setShowGrid(false);
    setWordWrap(false);
    setAlternatingRowColors(true);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setCornerButtonEnabled(false);
    setTabKeyNavigation(false);
    setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(1);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    connect(this, &QAbstractItemView::doubleClicked, this, &EmptyTableView::opened);
}

void EmptyTableView::setEmptyText(const QString &text)
{
    if (text == m_emptyText)
        return;
    m_emptyText = text;
    setAccessibleDescription(text);
    viewport()->update();
}

void EmptyTableView::setColumnCharacters(int column, int characters)
{
    const int cell = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    horizontalHeader()->setSectionResizeMode(column, QHeaderView::Interactive);
    setColumnWidth(column, characters * cell + 14);
}

QList<int> EmptyTableView::selectedRows() const
{
    // By ranges: asking for each index takes seconds when everything is selected.
    QList<int> rows;
    const QItemSelection selection = selectionModel()->selection();
    for (const QItemSelectionRange &range : selection) {
        for (int row = range.top(); row <= range.bottom(); ++row)
            rows.append(row);
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

int EmptyTableView::selectedCount() const
{
    const QItemSelection selection = selectionModel()->selection();
    return std::accumulate(
        selection.begin(), selection.end(), 0,
        [](int count, const QItemSelectionRange &range) { return count + range.height(); });
}

void EmptyTableView::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (model() == nullptr || model()->rowCount() > 0 || m_emptyText.isEmpty())
        return;
    QPainter painter(viewport());
    painter.setFont(wordsFont());
    painter.setPen(secondaryText(palette()));
    painter.drawText(viewport()->rect().adjusted(16, 16, -16, -16),
                     Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

void EmptyTableView::keyPressEvent(QKeyEvent *event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        && currentIndex().isValid()) {
        Q_EMIT opened(currentIndex());
        return;
    }
    QTableView::keyPressEvent(event);
}

void EmptyTableView::mousePressEvent(QMouseEvent *event)
{
    if (indexAt(event->pos()).isValid())
        Q_EMIT rowPressed();
    QTableView::mousePressEvent(event);
}

} // namespace memorykv
