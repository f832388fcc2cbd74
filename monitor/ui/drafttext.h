// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>

class QTextDocument;

namespace memorykv {

/// A value as text that can be edited and turned back into bytes, so that what was not touched
/// comes back byte for byte.
struct DraftText
{
    static constexpr qsizetype kMaxBytes = 1 << 20;
    static constexpr qsizetype kLongestLine = 20'000; ///< UTF-16 units

    QString text;      ///< lines end with LF
    bool crlf = false; ///< all lines of the value end with CRLF

    /// Nothing when a text editor would change it or stop the window: it is not UTF-8, mixes line
    /// ends, holds characters that editors take for line ends or nothing, is larger than kMaxBytes
    /// or has a line longer than kLongestLine.
    static std::optional<DraftText> fromBytes(QByteArrayView bytes);

    /// The bytes of what \a document holds, with CRLF where \a crlf is true.
    static QByteArray toBytes(const QTextDocument &document, bool crlf);
};

} // namespace memorykv
