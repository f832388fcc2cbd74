// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/tile.h"

#include "monitor/ui/theme.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace memorykv {

Tile::Tile(const QString &name, QWidget *parent)
    : QFrame(parent)
    , m_name(new QLabel(name, this))
    , m_value(new QLabel(this))
{
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_value->setFont(scaledFont(font(), 1.45));
    m_value->setForegroundRole(QPalette::Text);
    m_value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_name->setFont(scaledFont(font(), 0.92));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 5, 10, 6);
    layout->setSpacing(0);
    layout->addWidget(m_name);
    layout->addWidget(m_value);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setValue({});
    paintNames();
}

void Tile::setValue(const QString &text)
{
    const QString shown = text.isEmpty() ? QStringLiteral("\u2013") : text;
    if (shown == m_value->text())
        return;
    m_value->setText(shown);
    m_value->setMinimumWidth(std::max(m_value->minimumWidth(), m_value->sizeHint().width()));
    setAccessibleName(tr("%1: %2").arg(m_name->text(), shown));
}

QString Tile::value() const
{
    return m_value->text();
}

void Tile::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintNames();
}

void Tile::paintNames()
{
    QPalette pale = m_name->palette();
    pale.setColor(QPalette::WindowText, secondaryText(palette()));
    if (pale != m_name->palette())
        m_name->setPalette(pale);
}

} // namespace memorykv
