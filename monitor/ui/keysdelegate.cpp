// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/keysdelegate.h"

#include "monitor/models/keysmodel.h"
#include "monitor/ui/theme.h"

#include <QDateTime>
#include <QPainter>

#include <algorithm>

namespace memorykv {

namespace {

Op opOf(KeysModel::Mark mark)
{
    switch (mark) {
    case KeysModel::Mark::Inserted:
        return Op::Insert;
    case KeysModel::Mark::Removed:
        return Op::Delete;
    case KeysModel::Mark::Changed:
    case KeysModel::Mark::None:
        break;
    }
    return Op::Touch;
}

/// How strong a mark is drawn: wholly for some seconds, then weaker, but never gone.
double freshness(qint64 changedAtMs)
{
    static constexpr qint64 kStrongMs = 3'000;
    static constexpr qint64 kFadedMs = 60'000;
    static constexpr double kLeast = 0.25;
    const qint64 age = QDateTime::currentMSecsSinceEpoch() - changedAtMs - kStrongMs;
    return std::clamp(1.0 - double(age) / kFadedMs, kLeast, 1.0);
}

KeysModel::Mark markOf(const QModelIndex &index)
{
    return static_cast<KeysModel::Mark>(index.data(KeysModel::MarkRole).toInt());
}

} // namespace

void KeysDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->textElideMode
        = index.column() == KeysModel::KeyColumn ? Qt::ElideMiddle : Qt::ElideRight;
    const KeysModel::Mark mark = markOf(index);
    if (mark == KeysModel::Mark::Removed) {
        option->font.setStrikeOut(index.column() == KeysModel::KeyColumn);
        option->palette.setColor(QPalette::Text, secondaryText(option->palette));
    }
    if (index.column() == KeysModel::ChangedColumn) {
        // To the second is enough here.
        const qint64 changedAt = index.data(KeysModel::ChangedAtRole).toLongLong();
        option->text
            = changedAt == 0
                  ? QString()
                  : QDateTime::fromMSecsSinceEpoch(changedAt).toString(QStringLiteral("HH:mm:ss"));
        option->palette.setColor(QPalette::Text,
                                 dimmedWith(option->widget, secondaryText(option->palette)));
    }
}

void KeysDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const KeysModel::Mark mark = markOf(index);
    if (mark == KeysModel::Mark::None || index.column() != KeysModel::KeyColumn)
        return;
    const QRect bar(option.rect.left(), option.rect.top() + 1, 3, option.rect.height() - 2);
    const QColor color = opColor(opOf(mark), option.palette);
    const double share = freshness(index.data(KeysModel::ChangedAtRole).toLongLong());
    const QColor ground = option.palette.color(QPalette::Base);
    painter->fillRect(bar, dimmedWith(option.widget, blend(ground, color, share)));
}

} // namespace memorykv
