// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/foldedtextview.h"

#include "monitor/ui/theme.h"

#include <QMimeData>
#include <QTextBlock>
#include <QTextDocument>
#include <QTimer>

#include <algorithm>

namespace memorykv {

namespace {

/// The state of a block that a fold, and no line end, separates from the one before it.
constexpr int kAfterFold = 1;

} // namespace

FoldedTextView::FoldedTextView(QWidget *parent)
    : QPlainTextEdit(parent)
    , m_more(new QTimer(this))
{
    setReadOnly(true);
    setFont(monospaceFont());
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setTabStopDistance(4.0 * fontMetrics().horizontalAdvance(QLatin1Char(' ')));
    setAccessibleName(tr("Value as text"));
    m_more->setInterval(0);
    connect(m_more, &QTimer::timeout, this, &FoldedTextView::showPiece);
}

void FoldedTextView::showText(const QString &text)
{
    m_more->stop();
    clear();
    m_text = text;
    m_shown = 0;
    m_lineLength = 0;
    m_folded = false;
    showPiece();
    moveCursor(QTextCursor::Start);
}

void FoldedTextView::showPiece()
{
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    const qsizetype end = std::min<qsizetype>(m_text.size(), m_shown + kPiece);
    while (m_shown < end) {
        const qsizetype lineEnd = m_text.indexOf(QLatin1Char('\n'), m_shown);
        qsizetype stop = std::min(end, m_shown + kLongestLine - m_lineLength);
        if (lineEnd >= 0 && lineEnd < stop) {
            cursor.insertText(m_text.mid(m_shown, lineEnd - m_shown));
            cursor.insertBlock();
            cursor.block().setUserState(-1);
            m_shown = lineEnd + 1;
            m_lineLength = 0;
            continue;
        }
        // Not between the halves of a character outside the basic plane.
        if (stop < m_text.size() && m_text[stop].isLowSurrogate())
            ++stop;
        cursor.insertText(m_text.mid(m_shown, stop - m_shown));
        m_lineLength += int(stop - m_shown);
        m_shown = stop;
        const bool lineGoesOn = m_shown < m_text.size() && m_text[m_shown] != QLatin1Char('\n');
        if (m_lineLength >= kLongestLine && lineGoesOn) {
            cursor.insertBlock();
            cursor.block().setUserState(kAfterFold);
            m_lineLength = 0;
            m_folded = true;
        }
    }
    cursor.endEditBlock();
    if (m_shown < m_text.size())
        return m_more->start();
    m_more->stop();
    Q_EMIT completed();
}

QMimeData *FoldedTextView::createMimeDataFromSelection() const
{
    const QTextCursor cursor = textCursor();
    const int from = cursor.selectionStart();
    const int to = cursor.selectionEnd();
    QString text;
    for (QTextBlock block = document()->findBlock(from); block.isValid() && block.position() <= to;
         block = block.next()) {
        if (block.position() > from && block.userState() != kAfterFold)
            text += QLatin1Char('\n');
        const int first = std::max(0, from - block.position());
        text += block.text().mid(first, to - block.position() - first);
    }
    auto *mime = new QMimeData;
    mime->setText(text);
    return mime;
}

} // namespace memorykv
