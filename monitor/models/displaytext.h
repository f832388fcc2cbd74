// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>
#include <QString>
#include <QtGlobal>

namespace memorykv {

/// \a bytes as one line of text for a cell or a title: bytes that are not UTF-8 become U+FFFD,
/// line ends and tabs arrows, other control characters their pictures (U+2400 and on), and what is
/// over \a maxLength characters an ellipsis. Looks at no more bytes than it needs. Thread-safe.
QString displayText(QByteArrayView bytes, qsizetype maxLength = 1'024);

/// \a text as a tool tip: wrapped where it is long, and as it stands. Left to itself a tool tip
/// takes what looks like HTML for HTML. Thread-safe.
QString toolTipText(const QString &text);

/// A time (ms since 1970 UTC) as hours to milliseconds of the local day.
QString displayTime(qint64 timeMs);

} // namespace memorykv
