// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/messagestrip.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace memorykv {

MessageStrip::MessageStrip(QWidget *parent)
    : QFrame(parent)
    , m_text(new QLabel(this))
    , m_layout(new QHBoxLayout(this))
{
    setAutoFillBackground(true);
    // In a tool bar they would be those of buttons.
    setBackgroundRole(QPalette::Window);
    m_text->setForegroundRole(QPalette::WindowText);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_layout->setContentsMargins(8, 4, 4, 4);
    m_layout->setSpacing(6);
    m_layout->addWidget(m_text, 1);
    hide();
}

void MessageStrip::say(Tone tone, const QString &text)
{
    m_tone = tone;
    m_text->setText(text);
    setAccessibleName(text);
    paint();
    show();
}

void MessageStrip::clear()
{
    m_text->clear();
    hide();
}

QPushButton *MessageStrip::addButton(const QString &text)
{
    auto *button = new QPushButton(text, this);
    m_layout->addWidget(button);
    return button;
}

int MessageStrip::heightFor(int width) const
{
    return m_layout->hasHeightForWidth() ? m_layout->totalHeightForWidth(width)
                                         : m_layout->totalSizeHint().height();
}

QString MessageStrip::text() const
{
    return m_text->text();
}

void MessageStrip::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paint();
}

void MessageStrip::paint()
{
    const QPalette usual = QApplication::palette();
    QPalette palette = this->palette();
    palette.setColor(QPalette::Window, toneGround(m_tone, usual));
    if (palette != this->palette())
        setPalette(palette);
    QPalette text = m_text->palette();
    text.setColor(QPalette::WindowText, m_tone == Tone::Neutral ? usual.color(QPalette::WindowText)
                                                                : toneColor(m_tone, usual));
    m_text->setPalette(text);
}

} // namespace memorykv
