// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/conflictview.h"

#include "monitor/client/hexformat.h"
#include "monitor/models/displaytext.h"
#include "monitor/ui/foldedtextview.h"
#include "monitor/ui/format.h"
#include "monitor/ui/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QTextBlock>
#include <QVBoxLayout>

namespace memorykv {

namespace {

/// As much of a version as is compared; the whole of it is in the editor.
constexpr qsizetype kShownBytes = qsizetype{256} * 1024;

/// \a bytes to look at: as text where they are text, as lines of hex where they are not.
QString readableText(const QByteArray &bytes)
{
    const QByteArray part = bytes.first(std::min(bytes.size(), kShownBytes));
    if (bytes.isValidUtf8())
        return QString::fromUtf8(part);
    return hexLines(part, 0, hexLineCount(part.size()));
}

/// Puts a ground under the lines of \a view that lie between the first and the last line in which
/// the two differ.
void markDifference(FoldedTextView *view, const FoldedTextView *other, Tone tone)
{
    const QTextDocument *mine = view->document();
    const QTextDocument *theirs = other->document();
    int head = 0;
    while (head < mine->blockCount() && head < theirs->blockCount()
           && mine->findBlockByNumber(head).text() == theirs->findBlockByNumber(head).text())
        ++head;
    int tail = 0;
    while (tail < mine->blockCount() - head && tail < theirs->blockCount() - head
           && mine->findBlockByNumber(mine->blockCount() - 1 - tail).text()
                  == theirs->findBlockByNumber(theirs->blockCount() - 1 - tail).text())
        ++tail;
    QList<QTextEdit::ExtraSelection> marks;
    for (int line = head; line < mine->blockCount() - tail; ++line) {
        QTextEdit::ExtraSelection mark;
        mark.format.setBackground(toneGround(tone, view->palette()));
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        mark.cursor = QTextCursor(mine->findBlockByNumber(line));
        marks.append(mark);
    }
    view->setExtraSelections(marks);
}

} // namespace

ConflictView::ConflictView(QWidget *parent)
    : QWidget(parent)
    , m_words(new QLabel(this))
    , m_mineTitle(new QLabel(this))
    , m_theirsTitle(new QLabel(this))
    , m_mine(new FoldedTextView(this))
    , m_theirs(new FoldedTextView(this))
    , m_keep(new QPushButton(tr("Go on with &mine"), this))
    , m_take(new QPushButton(tr("Take the &server's"), this))
{
    m_words->setWordWrap(true);
    for (QLabel *title : {m_mineTitle, m_theirsTitle}) {
        title->setFont(scaledFont(font(), 1, true));
        title->setWordWrap(true);
        title->setTextFormat(Qt::PlainText);
    }
    m_mine->setAccessibleName(tr("Your version"));
    m_theirs->setAccessibleName(tr("The server's version"));
    m_keep->setToolTip(
        tr("Opens your version again; saving it then replaces the server's version"));
    m_take->setToolTip(tr("Drops your version"));

    auto *versions = new QGridLayout;
    versions->setSpacing(4);
    versions->addWidget(m_mineTitle, 0, 0);
    versions->addWidget(m_mine, 1, 0);
    versions->addWidget(m_keep, 2, 0);
    versions->addWidget(m_theirsTitle, 3, 0);
    versions->addWidget(m_theirs, 4, 0);
    versions->addWidget(m_take, 5, 0);
    versions->setRowStretch(1, 1);
    versions->setRowStretch(4, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_words);
    layout->addLayout(versions, 1);

    setFocusProxy(m_keep);
    connect(m_keep, &QPushButton::clicked, this, &ConflictView::keepMineRequested);
    connect(m_take, &QPushButton::clicked, this, &ConflictView::takeTheirsRequested);
}

void ConflictView::setVersions(const QByteArray &mine, const QByteArray &mineType,
                               const std::optional<StoredValue> &theirs)
{
    const auto facts = [](const QByteArray &bytes, const QByteArray &type) {
        return tr("%1, %2").arg(displayText(type, 60), bytesText(double(bytes.size())));
    };
    m_mineTitle->setText(tr("Yours: %1").arg(facts(mine, mineType)));
    m_mine->showText(readableText(mine));
    if (theirs) {
        m_words->setText(
            tr("Somebody else changed this key while you did. Nothing was overwritten."));
        m_theirsTitle->setText(
            tr("On the server, revision %1: %2")
                .arg(numberText(theirs->revision), facts(theirs->bytes, theirs->type)));
        m_theirs->showText(readableText(theirs->bytes));
        m_take->setText(tr("Take the &server's"));
    } else {
        m_words->setText(tr("Somebody else deleted this key while you changed it."));
        m_theirsTitle->setText(tr("On the server: deleted"));
        m_theirs->showText({});
        m_take->setText(tr("&Leave it deleted"));
    }
    markDifference(m_mine, m_theirs, Tone::Good);
    markDifference(m_theirs, m_mine, Tone::Bad);
}

} // namespace memorykv
