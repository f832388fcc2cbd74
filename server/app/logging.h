// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QString>
#include <QtGlobal>

namespace memorykv {

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogFormat { Text, Json };

/// From now on every message of the process becomes one line on standard error. Of the categories
/// memorykv.* those of \a level and above are shown, of all others, as Qt's own, warnings and above
/// at most. The environment variable QT_LOGGING_RULES, read by Qt, can turn on more. Called on the
/// main thread before other threads are there; logging itself is thread-safe, and a line is written
/// whole.
void installLogging(LogLevel level, LogFormat format);

/// The line for a message, with its line feed. Text is
/// "2026-11-23T18:52:44.123Z info  memorykv.server message", JSON an object of the strings time,
/// level, category and message. The level is debug, info, warning, error or fatal. In text, control
/// characters and line separators are escaped: nothing in a message starts a new line or reaches a
/// terminal as a command. Thread-safe.
QByteArray logLine(LogFormat format, qint64 timeMs, QtMsgType type, QByteArrayView category,
                   const QString &message);

/// \a text as UTF-8 with control characters and line separators as \n, \r, \t or \uXXXX.
QByteArray printable(const QString &text);

} // namespace memorykv
