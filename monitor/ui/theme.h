// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"

#include <QColor>
#include <QFont>
#include <QPalette>

class QWidget;

namespace memorykv {

/// Where the window's colours come from. Every colour that is drawn is a palette role or computed
/// from palette roles, so that any desktop theme works; these functions are the one place where it
/// is done. GUI thread.

/// The palette of the program: that of the desktop, or one of the program's own two.
enum class Appearance { System, Light, Dark };

/// The word for \a appearance in settings and on the command line: "system", "light", "dark".
QString appearanceName(Appearance appearance);
/// The appearance with that name; System for any other text.
Appearance appearanceFromName(const QString &name);

/// Gives the whole application the palette of \a appearance. All windows repaint.
void applyAppearance(Appearance appearance);

/// Whether \a palette has light text on a dark ground.
bool isDark(const QPalette &palette);

/// The contrast of two colours, 1 to 21 (WCAG 2.1, "contrast ratio").
double contrastRatio(const QColor &one, const QColor &other);

/// \a wanted, made lighter or darker until it has at least \a ratio to \a ground; 4.5 is what
/// WCAG 2.1 level AA asks of text.
QColor readable(const QColor &wanted, const QColor &ground, double ratio = 4.5);

/// A colour between two: \a share of \a other (0 to 1) in \a one.
QColor blend(const QColor &one, const QColor &other, double share);

/// The colour of the word for \a op, with AA contrast on the rows of a table.
QColor opColor(Op op, const QPalette &palette);

/// The colour of the line number \a index of a plot: blue, green, orange, purple, red, teal, and so
/// on anew.
QColor seriesColor(int index, const QPalette &palette);

/// Text of less weight than the rest, still with AA contrast on the window.
QColor secondaryText(const QPalette &palette);

/// What a message means, for its colour.
enum class Tone { Neutral, Good, Busy, Warning, Bad };

/// The colour for \a tone, with AA contrast on the window's ground.
QColor toneColor(Tone tone, const QPalette &palette);

/// The ground for a strip that says something with \a tone.
QColor toneGround(Tone tone, const QPalette &palette);

/// The desktop's font for keys, values and numbers.
QFont monospaceFont();

/// \a font, \a factor times as large, bold or not.
QFont scaledFont(const QFont &font, double factor, bool bold = false);

/// Shows \a widget and what is in it paler, or as usual again: data that is no longer live.
void setDimmed(QWidget *widget, bool dimmed);

/// \a color as it is, or paler where \a widget or what it is in has been dimmed: for colours that
/// are no palette roles.
QColor dimmedWith(const QWidget *widget, const QColor &color);

} // namespace memorykv
