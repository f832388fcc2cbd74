// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/drafttext.h"

#include <QTextDocument>

#include <algorithm>

namespace memorykv {

std::optional<DraftText> DraftText::fromBytes(QByteArrayView bytes)
{
    if (bytes.size() > kMaxBytes || !bytes.isValidUtf8())
        return std::nullopt;
    DraftText draft;
    draft.text = QString::fromUtf8(bytes);
    const qsizetype returns = draft.text.count(QLatin1Char('\r'));
    if (returns > 0) {
        const QString crlf = QStringLiteral("\r\n");
        if (draft.text.count(crlf) != returns || draft.text.count(QLatin1Char('\n')) != returns)
            return std::nullopt;
        draft.text.replace(crlf, QStringLiteral("\n"));
        draft.crlf = true;
    }
    // What QTextDocument uses to mark its own structure, and what no editor shows.
    const auto isUnsafe = [](QChar character) {
        const char16_t code = character.unicode();
        return code == 0 || code == 0x2028 || code == 0x2029 || (code >= 0xfdd0 && code <= 0xfdef)
               || code == 0xfffc;
    };
    if (std::any_of(draft.text.cbegin(), draft.text.cend(), isUnsafe))
        return std::nullopt;
    qsizetype lineStart = 0;
    while (lineStart < draft.text.size()) {
        qsizetype lineEnd = draft.text.indexOf(QLatin1Char('\n'), lineStart);
        lineEnd = lineEnd < 0 ? draft.text.size() : lineEnd;
        if (lineEnd - lineStart > kLongestLine)
            return std::nullopt;
        lineStart = lineEnd + 1;
    }
    return draft;
}

QByteArray DraftText::toBytes(const QTextDocument &document, bool crlf)
{
    // toPlainText() would turn no-break spaces into spaces.
    QString text = document.toRawText();
    text.replace(QChar::ParagraphSeparator, crlf ? QStringLiteral("\r\n") : QStringLiteral("\n"));
    text.replace(QChar::LineSeparator, crlf ? QStringLiteral("\r\n") : QStringLiteral("\n"));
    return text.toUtf8();
}

} // namespace memorykv
