// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QStyle>
#include <QStyleFactory>
#include <QWidget>

#include <algorithm>
#include <array>
#include <cmath>

namespace memorykv {

namespace {

QPalette lightPalette()
{
    QPalette palette;
    const QColor text(0x1f, 0x24, 0x2a);
    const QColor pale(0x80, 0x86, 0x8d);
    palette.setColor(QPalette::Window, QColor(0xf3, 0xf4, 0xf6));
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, QColor(0xff, 0xff, 0xff));
    palette.setColor(QPalette::AlternateBase, QColor(0xf7, 0xf8, 0xfa));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, QColor(0x6b, 0x71, 0x79));
    palette.setColor(QPalette::Button, QColor(0xf3, 0xf4, 0xf6));
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(0xff, 0xff, 0xff));
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, QColor(0x1f, 0x62, 0xb4));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(0x1f, 0x62, 0xb4));
    palette.setColor(QPalette::LinkVisited, QColor(0x6b, 0x3f, 0xa0));
    palette.setColor(QPalette::Light, QColor(0xff, 0xff, 0xff));
    palette.setColor(QPalette::Midlight, QColor(0xe6, 0xe8, 0xeb));
    palette.setColor(QPalette::Mid, QColor(0xc4, 0xc8, 0xce));
    palette.setColor(QPalette::Dark, QColor(0x9a, 0xa0, 0xa8));
    palette.setColor(QPalette::Shadow, QColor(0x6b, 0x71, 0x79));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, pale);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(0xc4, 0xc8, 0xce));
    return palette;
}

QPalette darkPalette()
{
    QPalette palette;
    const QColor text(0xe4, 0xe7, 0xeb);
    const QColor pale(0x7d, 0x84, 0x8d);
    palette.setColor(QPalette::Window, QColor(0x25, 0x28, 0x2d));
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, QColor(0x1b, 0x1d, 0x21));
    palette.setColor(QPalette::AlternateBase, QColor(0x20, 0x23, 0x27));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, QColor(0x96, 0x9d, 0xa6));
    palette.setColor(QPalette::Button, QColor(0x30, 0x34, 0x3a));
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(0x30, 0x34, 0x3a));
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, QColor(0x2f, 0x6f, 0xc0));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(0x7f, 0xb4, 0xf5));
    palette.setColor(QPalette::LinkVisited, QColor(0xc3, 0xa2, 0xf0));
    palette.setColor(QPalette::Light, QColor(0x45, 0x4a, 0x52));
    palette.setColor(QPalette::Midlight, QColor(0x38, 0x3c, 0x43));
    palette.setColor(QPalette::Mid, QColor(0x4a, 0x50, 0x58));
    palette.setColor(QPalette::Dark, QColor(0x15, 0x17, 0x1a));
    palette.setColor(QPalette::Shadow, QColor(0x0c, 0x0d, 0x0f));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, pale);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(0x4a, 0x50, 0x58));
    return palette;
}

constexpr char kDimmed[] = "memorykv_dimmed";
constexpr double kDimShare = 0.38;

/// A channel of sRGB as light (WCAG 2.1, "relative luminance").
double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor &color)
{
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
           + 0.0722 * linear(color.blueF());
}

/// A colour of the wheel as it looks well on the ground of \a palette.
QColor hue(int degrees, const QPalette &palette)
{
    return isDark(palette) ? QColor::fromHsl(degrees, 170, 175) : QColor::fromHsl(degrees, 180, 95);
}

} // namespace

QString appearanceName(Appearance appearance)
{
    switch (appearance) {
    case Appearance::Light:
        return QStringLiteral("light");
    case Appearance::Dark:
        return QStringLiteral("dark");
    case Appearance::System:
        break;
    }
    return QStringLiteral("system");
}

Appearance appearanceFromName(const QString &name)
{
    for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
        if (name == appearanceName(appearance))
            return appearance;
    }
    return Appearance::System;
}

void applyAppearance(Appearance appearance)
{
    static const QString s_desktopStyle = QApplication::style()->objectName();
    const bool own = appearance != Appearance::System;
    // The styles of some desktops paint with colours of their own; Fusion asks the palette.
    const QString style = own ? QStringLiteral("fusion") : s_desktopStyle;
    if (QApplication::style()->objectName() != style)
        QApplication::setStyle(QStyleFactory::create(style));
    if (own)
        QApplication::setPalette(appearance == Appearance::Dark ? darkPalette() : lightPalette());
    else
        QApplication::setPalette(QPalette());
}

bool isDark(const QPalette &palette)
{
    return luminance(palette.color(QPalette::Window))
           < luminance(palette.color(QPalette::WindowText));
}

double contrastRatio(const QColor &one, const QColor &other)
{
    const auto [dark, light] = std::minmax({luminance(one), luminance(other)});
    return (light + 0.05) / (dark + 0.05);
}

QColor readable(const QColor &wanted, const QColor &ground, double ratio)
{
    QColor color = wanted.toHsl();
    const bool lighter = luminance(ground) < 0.18;
    while (contrastRatio(color, ground) < ratio) {
        const int lightness = color.lightness() + (lighter ? 4 : -4);
        if (lightness < 0 || lightness > 255)
            return lighter ? Qt::white : Qt::black;
        color.setHsl(color.hslHue(), color.hslSaturation(), lightness);
    }
    return color.toRgb();
}

QColor blend(const QColor &one, const QColor &other, double share)
{
    const auto mix = [share](float a, float b) {
        return static_cast<float>(double(a) * (1 - share) + double(b) * share);
    };
    return QColor::fromRgbF(mix(one.redF(), other.redF()), mix(one.greenF(), other.greenF()),
                            mix(one.blueF(), other.blueF()));
}

QColor opColor(Op op, const QPalette &palette)
{
    const QColor ground = palette.color(QPalette::AlternateBase);
    switch (op) {
    case Op::Insert:
        return readable(hue(140, palette), ground);
    case Op::Touch:
        return readable(hue(185, palette), ground);
    case Op::Delete:
    case Op::DeletePrefix:
    case Op::DeleteAll:
        return readable(hue(2, palette), ground);
    case Op::Expire:
        return readable(hue(32, palette), ground);
    case Op::Read:
    case Op::List:
    case Op::ListPrefix:
        return readable(hue(212, palette), ground);
    case Op::Gap:
        return readable(hue(300, palette), ground);
    case Op::Heartbeat:
    case Op::Synced:
        break;
    }
    return secondaryText(palette);
}

QColor seriesColor(int index, const QPalette &palette)
{
    static constexpr std::array kHues{212, 140, 28, 285, 350, 185};
    const int degrees = kHues[static_cast<std::size_t>(index) % kHues.size()];
    return readable(hue(degrees, palette), palette.color(QPalette::Base), 3);
}

QColor secondaryText(const QPalette &palette)
{
    const QColor ground = palette.color(QPalette::Window);
    return readable(blend(palette.color(QPalette::WindowText), ground, 0.4), ground);
}

QColor toneColor(Tone tone, const QPalette &palette)
{
    const QColor ground = toneGround(tone, palette);
    switch (tone) {
    case Tone::Good:
        return readable(hue(140, palette), ground);
    case Tone::Busy:
        return readable(hue(212, palette), ground);
    case Tone::Warning:
        return readable(hue(32, palette), ground);
    case Tone::Bad:
        return readable(hue(2, palette), ground);
    case Tone::Neutral:
        break;
    }
    return secondaryText(palette);
}

QColor toneGround(Tone tone, const QPalette &palette)
{
    const QColor window = palette.color(QPalette::Window);
    static constexpr double kShare = 0.13;
    switch (tone) {
    case Tone::Good:
        return blend(window, hue(140, palette), kShare);
    case Tone::Busy:
        return blend(window, hue(212, palette), kShare);
    case Tone::Warning:
        return blend(window, hue(40, palette), kShare);
    case Tone::Bad:
        return blend(window, hue(2, palette), kShare);
    case Tone::Neutral:
        break;
    }
    return window;
}

QFont monospaceFont()
{
    return QFontDatabase::systemFont(QFontDatabase::FixedFont);
}

QFont scaledFont(const QFont &font, double factor, bool bold)
{
    QFont scaled = font;
    if (font.pointSizeF() > 0)
        scaled.setPointSizeF(font.pointSizeF() * factor);
    else
        scaled.setPixelSize(qRound(font.pixelSize() * factor));
    scaled.setBold(bold);
    return scaled;
}

void setDimmed(QWidget *widget, bool dimmed)
{
    widget->setProperty(kDimmed, dimmed);
    if (!dimmed) {
        widget->setPalette(QPalette());
        return;
    }
    const QPalette usual = QApplication::palette(widget);
    QPalette palette;
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(role, blend(usual.color(role), usual.color(QPalette::Base), kDimShare));
    widget->setPalette(palette);
}

QColor dimmedWith(const QWidget *widget, const QColor &color)
{
    for (const QWidget *at = widget; at != nullptr; at = at->parentWidget()) {
        if (at->property(kDimmed).toBool())
            return blend(color, QApplication::palette().color(QPalette::Base), kDimShare);
    }
    return color;
}

} // namespace memorykv
