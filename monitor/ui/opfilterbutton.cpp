// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/opfilterbutton.h"

#include "monitor/models/walfilter.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>
#include <QWidgetAction>

namespace memorykv {

namespace {

constexpr quint32 kWrites = WalFilter::bit(Op::Insert) | WalFilter::bit(Op::Delete)
                            | WalFilter::bit(Op::DeletePrefix) | WalFilter::bit(Op::DeleteAll)
                            | WalFilter::bit(Op::Expire) | WalFilter::bit(Op::Touch);
/// They speak of the feed itself and are never filtered away.
constexpr quint32 kAlways = WalFilter::bit(Op::Gap) | WalFilter::bit(Op::Synced);

} // namespace

OpFilterButton::OpFilterButton(QWidget *parent)
    : QToolButton(parent)
{
    setPopupMode(QToolButton::InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setFocusPolicy(Qt::TabFocus);
    auto *menu = new QMenu(this);
    auto *list = new QWidget(menu);
    auto *layout = new QVBoxLayout(list);
    layout->setContentsMargins(12, 10, 12, 10);
    for (int index = 0; index < kOpCount; ++index) {
        const Op op = static_cast<Op>(index);
        if ((WalFilter::bit(op) & kAlways) != 0)
            continue;
        auto *box = new QCheckBox(QString::fromUtf8(opName(op)), list);
        m_boxes.insert(op, box);
        layout->addWidget(box);
        connect(box, &QCheckBox::toggled, this, &OpFilterButton::tell);
    }
    auto *presets = new QHBoxLayout;
    auto *all = new QPushButton(tr("All"), list);
    auto *writes = new QPushButton(tr("Writes"), list);
    presets->addWidget(all);
    presets->addWidget(writes);
    layout->addSpacing(4);
    layout->addLayout(presets);
    connect(all, &QPushButton::clicked, this, [this] { setOps(WalFilter::kAllOps); });
    connect(writes, &QPushButton::clicked, this, [this] { setOps(kWrites); });
    auto *action = new QWidgetAction(menu);
    action->setDefaultWidget(list);
    menu->addAction(action);
    setMenu(menu);
    setOps(WalFilter::kAllOps);
}

quint32 OpFilterButton::ops() const
{
    quint32 ops = kAlways;
    for (auto box = m_boxes.begin(); box != m_boxes.end(); ++box) {
        if (box.value()->isChecked())
            ops |= WalFilter::bit(box.key());
    }
    return ops;
}

void OpFilterButton::setOps(quint32 ops)
{
    m_setting = true;
    for (auto box = m_boxes.begin(); box != m_boxes.end(); ++box)
        box.value()->setChecked((ops & WalFilter::bit(box.key())) != 0);
    m_setting = false;
    tell();
}

void OpFilterButton::tell()
{
    if (m_setting)
        return;
    int ticked = 0;
    for (const QCheckBox *box : std::as_const(m_boxes))
        ticked += box->isChecked() ? 1 : 0;
    if (ticked == m_boxes.size())
        setText(tr("All events"));
    else if (ops() == (kWrites | kAlways))
        setText(tr("Writes"));
    else
        setText(tr("%1 of %2 kinds").arg(ticked).arg(m_boxes.size()));
    setAccessibleName(tr("Kinds of events: %1").arg(text()));
    Q_EMIT opsChanged();
}

} // namespace memorykv
