// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>
#include <QString>
#include <QtGlobal>

namespace memorykv {

/// \a bytes as one line of text for a cell or a title: bytes that are not UTF-8 become U+FFFD,
/// control characters their pictures (U+2400 and on), and what is over \a maxLength characters an
/// ellipsis. Looks at no more bytes than it needs. Thread-safe.
QString displayText(QByteArrayView bytes, qsizetype maxLength = 1'024);

/// A time (ms since 1970 UTC) as hours to milliseconds of the local day.
QString displayTime(qint64 timeMs);

} // namespace memorykv
