// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/displaytext.h"

#include <QDateTime>

namespace memorykv {

namespace {

constexpr char16_t kPictures = 0x2400;
constexpr char16_t kPictureOfDelete = 0x2421;
constexpr char16_t kLineEnd = 0x21b5; // a downwards arrow with its tip to the left
constexpr char16_t kTab = 0x21e5;     // an arrow to a bar
constexpr char16_t kEllipsis = 0x2026;

QChar shown(QChar character)
{
    const char16_t code = character.unicode();
    // Those that text is full of, with signs that more fonts have than the pictures.
    if (code == u'\n')
        return QChar(kLineEnd);
    if (code == u'\t')
        return QChar(kTab);
    if (code < 0x20)
        return QChar(static_cast<char16_t>(kPictures + code));
    // C1 controls have no pictures.
    if (code >= 0x80 && code < 0xa0)
        return QChar(QChar::ReplacementCharacter);
    return code == 0x7f ? QChar(kPictureOfDelete) : character;
}

} // namespace

QString displayText(QByteArrayView bytes, qsizetype maxLength)
{
    // No character takes more than four bytes.
    const qsizetype enough = 4 * (maxLength + 1);
    QString text = QString::fromUtf8(bytes.first(qMin(bytes.size(), enough)));
    if (text.size() > maxLength) {
        text.truncate(maxLength - 1);
        if (!text.isEmpty() && text.back().isHighSurrogate())
            text.chop(1);
        text += QChar(kEllipsis);
    }
    for (QChar &character : text)
        character = shown(character);
    return text;
}

QString toolTipText(const QString &text)
{
    return text.isEmpty() ? text : QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped());
}

QString displayTime(qint64 timeMs)
{
    return QDateTime::fromMSecsSinceEpoch(timeMs).toString(QStringLiteral("HH:mm:ss.zzz"));
}

} // namespace memorykv
