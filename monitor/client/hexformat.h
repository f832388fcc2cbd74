// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QtGlobal>

namespace memorykv {

/// Bytes as lines of hex, made line by line so that a view holds only what it shows. Thread-safe.

inline constexpr int kHexBytesPerLine = 16;

/// How many lines \a size bytes take.
qint64 hexLineCount(qint64 size);

/// Line \a line (from 0) of \a bytes: "00000010  48 65 6c 6c 6f ...  |Hello...|". Always as wide as
/// any other line but for the text at its end. Empty beyond the last line. \a bytes is all there
/// is, and offsets count from its start.
QString hexLine(QByteArrayView bytes, qint64 line);

/// Lines \a first to \a first + \a count, with line ends between them: a window of a view, or what
/// is copied.
QString hexLines(QByteArrayView bytes, qint64 first, qint64 count);

} // namespace memorykv
