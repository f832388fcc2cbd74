// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QString>
#include <QtGlobal>

namespace memorykv {

/// How numbers are written for people, in the user's locale. All functions are
/// thread-safe.

/// A whole number with the locale's group separators: 12,345.
QString numberText(qint64 number);
QString numberText(quint64 number);

/// A rate or other measured number with three significant digits, k and M for thousands and
/// millions: 7.25, 310, 12.4 k. A NaN is a dash.
QString shortNumberText(double number);

/// An amount of bytes with three significant digits: 512 B, 64.0 KiB, 5.00 MiB.
QString bytesText(double bytes);

/// A span with three significant digits: 85 µs, 1.20 ms, 2.50 s.
QString secondsText(double seconds);

/// What is left of a time to live, to the second: 45 s, 3:05, 2:00:00, 3 d 04:00:00.
QString countdownText(qint64 milliseconds);

/// How long ago something was: "now" up to a second, "12 s ago", "3 min ago", "2 h ago".
QString agoText(qint64 milliseconds);

} // namespace memorykv
