// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace memorykv {

namespace {

/// What is said in the user's language.
class FormatText
{
    Q_DECLARE_TR_FUNCTIONS(FormatText)
};

/// \a number with three significant digits.
QString threeDigits(double number)
{
    const double size = std::abs(number);
    const int decimals = size >= 100 || size == std::floor(size) ? 0 : size >= 10 ? 1 : 2;
    return QLocale().toString(number, 'f', decimals);
}

struct Step
{
    double from;
    const char *unit;
};

/// \a number in the largest unit of \a steps (largest first) that it reaches, else the last one.
QString inUnits(double number, std::initializer_list<Step> steps)
{
    if (!std::isfinite(number))
        return QStringLiteral("\u2013");
    if (number == 0 && (steps.end() - 1)->from < 1)
        return QStringLiteral("0");
    const auto fits = [number](const Step &step) { return std::abs(number) >= step.from * 0.9995; };
    const Step *step = std::find_if(steps.begin(), steps.end(), fits);
    if (step == steps.end())
        step = steps.end() - 1;
    const QString unit = QString::fromUtf8(step->unit);
    const QString digits = threeDigits(number / step->from);
    return unit.isEmpty() ? digits : digits + QChar(QChar::Nbsp) + unit;
}

} // namespace

QString numberText(qint64 number)
{
    return QLocale().toString(number);
}

QString numberText(quint64 number)
{
    return QLocale().toString(number);
}

QString shortNumberText(double number)
{
    // Up to ten thousand the number itself is as short.
    if (std::abs(number) < 1e4)
        return inUnits(number, {{1, ""}});
    return inUnits(number, {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}});
}

QString bytesText(double bytes)
{
    return inUnits(bytes, {{1024.0 * 1024 * 1024 * 1024, "TiB"},
                           {1024.0 * 1024 * 1024, "GiB"},
                           {1024.0 * 1024, "MiB"},
                           {1024, "KiB"},
                           {1, "B"}});
}

QString secondsText(double seconds)
{
    return inUnits(seconds, {{1, "s"}, {1e-3, "ms"}, {1e-6, "\u00b5s"}});
}

QString countdownText(qint64 milliseconds)
{
    // Rounded up, as the server does: what still has a moment to live has one second.
    const qint64 seconds = std::max<qint64>(0, (milliseconds + 999) / 1000);
    if (seconds < 60)
        return FormatText::tr("%1 s").arg(seconds);
    const auto two
        = [](qint64 number) { return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0')); };
    const qint64 minutes = seconds / 60 % 60;
    const qint64 hours = seconds / 3600 % 24;
    const qint64 days = seconds / 86400;
    if (seconds < 3600)
        return QStringLiteral("%1:%2").arg(minutes).arg(two(seconds % 60));
    if (days == 0)
        return QStringLiteral("%1:%2:%3").arg(hours).arg(two(minutes), two(seconds % 60));
    return FormatText::tr("%1 d %2:%3:%4")
        .arg(days)
        .arg(two(hours), two(minutes), two(seconds % 60));
}

QString agoText(qint64 milliseconds)
{
    const qint64 seconds = milliseconds / 1000;
    if (seconds < 1)
        return FormatText::tr("now");
    if (seconds < 100)
        return FormatText::tr("%1 s ago").arg(seconds);
    if (seconds < qint64{100} * 60)
        return FormatText::tr("%1 min ago").arg(seconds / 60);
    return FormatText::tr("%1 h ago").arg(seconds / 3600);
}

} // namespace memorykv
