// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/waldelegate.h"

#include "monitor/models/walmodel.h"
#include "monitor/ui/theme.h"

#include <QTableView>

namespace memorykv {

void WalDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const Op op = static_cast<Op>(index.data(WalModel::OpRole).toInt());
    const QPalette palette = option->palette;
    const auto paint = [option](const QColor &color) {
        option->palette.setColor(QPalette::Text, dimmedWith(option->widget, color));
    };
    if (op == Op::Gap) {
        option->backgroundBrush = toneGround(Tone::Warning, palette);
        paint(opColor(op, palette));
        // A history that begins has no seqs to name.
        if (index.column() == WalModel::SeqColumn
            && index.data(WalModel::SeqRole).toULongLong() == 0)
            option->text.clear();
    }
    const auto *table = qobject_cast<const QTableView *>(option->widget);
    // A gap has no key: its words take that column too.
    if (op == Op::Gap && index.column() == WalModel::ValueColumn && table != nullptr)
        option->rect.setLeft(table->columnViewportPosition(WalModel::KeyColumn));
    switch (index.column()) {
    case WalModel::SeqColumn:
    case WalModel::SizeColumn:
    case WalModel::TimeColumn:
        paint(secondaryText(palette));
        break;
    case WalModel::OpColumn:
        paint(opColor(op, palette));
        break;
    case WalModel::KeyColumn:
        option->textElideMode = Qt::ElideMiddle;
        break;
    default:
        break;
    }
}

} // namespace memorykv
