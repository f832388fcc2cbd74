// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/theme.h"

#include <QFrame>
#include <QString>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace memorykv {

/// A line across a panel that says something and offers what can be done about it. Hidden until it
/// has something to say.
class MessageStrip : public QFrame
{
    Q_OBJECT

public:
    explicit MessageStrip(QWidget *parent = nullptr);

    /// Shows \a text on the ground of \a tone.
    void say(Tone tone, const QString &text);
    /// Hides the strip and forgets its text.
    void clear();

    /// Adds a button at the end, owned by the strip; the caller connects it.
    QPushButton *addButton(const QString &text);

    QString text() const;
    /// The height in which all of the text is to be seen in \a width.
    int heightFor(int width) const;

protected:
    void changeEvent(QEvent *event) override;

private:
    void paint();

    Tone m_tone = Tone::Neutral;
    QLabel *m_text;
    QHBoxLayout *m_layout;
};

} // namespace memorykv
