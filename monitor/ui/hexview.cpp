// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/hexview.h"

#include "monitor/ui/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace memorykv {

namespace {

constexpr int kPadding = 6;

bool isPrintable(char byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

} // namespace

HexView::HexView(QWidget *parent)
    : QAbstractScrollArea(parent)
{
    setFont(monospaceFont());
    setAccessibleName(tr("Value in hexadecimal"));
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
    viewport()->setCursor(Qt::IBeamCursor);
    arrange();
}

void HexView::setBytes(const QByteArray &bytes)
{
    m_bytes = bytes;
    m_anchor = -1;
    m_caret = 0;
    arrange();
    verticalScrollBar()->setValue(0);
    horizontalScrollBar()->setValue(0);
    viewport()->update();
}

QByteArray HexView::selectedBytes() const
{
    if (m_anchor < 0 || m_bytes.isEmpty())
        return {};
    const auto [first, last] = std::minmax({m_anchor, m_caret});
    return m_bytes.mid(first, last - first + 1);
}

qsizetype HexView::rowCount() const
{
    return (m_bytes.size() + m_perRow - 1) / m_perRow;
}

int HexView::rowsInSight() const
{
    return std::max(1, viewport()->height() / m_line);
}

/// The left edge of a byte in the hexadecimal part, with a wider space in the middle of a row.
int HexView::hexX(int column) const
{
    const int afterOffset = kPadding + (m_digits + 2) * m_cell;
    return afterOffset + column * 3 * m_cell + (column >= m_perRow / 2 ? m_cell : 0);
}

int HexView::asciiX(int column) const
{
    return hexX(m_perRow) + m_cell + column * m_cell;
}

void HexView::arrange()
{
    const QFontMetrics metrics = fontMetrics();
    m_cell = metrics.horizontalAdvance(QLatin1Char('0'));
    m_line = metrics.height() + 2;
    m_perRow = 16;
    const auto whole = [this] { return asciiX(m_perRow) + kPadding; };
    if (whole() > viewport()->width())
        m_perRow = 8;
    horizontalScrollBar()->setRange(0, std::max(0, whole() - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(m_cell);
    verticalScrollBar()->setRange(0, int(std::max<qsizetype>(0, rowCount() - rowsInSight())));
    verticalScrollBar()->setPageStep(rowsInSight());
}

void HexView::resizeEvent(QResizeEvent *)
{
    arrange();
}

void HexView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        arrange();
}

void HexView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    painter.translate(-horizontalScrollBar()->value(), 0);
    const qsizetype first = verticalScrollBar()->value();
    const qsizetype end = std::min(rowCount(), first + rowsInSight() + 1);
    for (qsizetype row = first; row < end; ++row)
        paintRow(painter, row, int(row - first) * m_line);
}

void HexView::paintRow(QPainter &painter, qsizetype row, int top) const
{
    static constexpr char kDigits[] = "0123456789abcdef";
    const QColor text = palette().color(QPalette::Text);
    const QColor pale = blend(text, palette().color(QPalette::Base), 0.4);
    const int base = top + fontMetrics().ascent() + 1;
    const qsizetype start = row * m_perRow;
    painter.setPen(pale);
    painter.drawText(kPadding, base,
                     QStringLiteral("%1").arg(start, m_digits, 16, QLatin1Char('0')));
    const qsizetype from = m_anchor < 0 ? m_caret : std::min(m_anchor, m_caret);
    const qsizetype to = m_anchor < 0 ? m_caret : std::max(m_anchor, m_caret);
    const bool marked = m_anchor >= 0 || hasFocus();
    for (int column = 0; column < m_perRow && start + column < m_bytes.size(); ++column) {
        const qsizetype offset = start + column;
        const char byte = m_bytes[offset];
        const bool selected = marked && offset >= from && offset <= to;
        if (selected) {
            const QColor ground = palette().color(QPalette::Highlight);
            painter.fillRect(hexX(column) - 1, top, 2 * m_cell + 2, m_line, ground);
            painter.fillRect(asciiX(column), top, m_cell, m_line, ground);
        }
        painter.setPen(selected    ? palette().color(QPalette::HighlightedText)
                       : byte == 0 ? pale
                                   : text);
        const auto code = static_cast<unsigned char>(byte);
        const QChar pair[] = {QLatin1Char(kDigits[code >> 4]), QLatin1Char(kDigits[code & 15])};
        painter.drawText(hexX(column), base, QString(pair, 2));
        if (!selected && !isPrintable(byte))
            painter.setPen(pale);
        painter.drawText(asciiX(column), base, QChar(QLatin1Char(isPrintable(byte) ? byte : '.')));
    }
}

qsizetype HexView::offsetAt(QPoint point) const
{
    const int x = point.x() + horizontalScrollBar()->value();
    const qsizetype row = verticalScrollBar()->value() + std::max(0, point.y()) / m_line;
    int column = 0;
    if (x >= asciiX(0)) {
        column = (x - asciiX(0)) / m_cell;
    } else {
        while (column + 1 < m_perRow && x >= hexX(column + 1) - m_cell / 2)
            ++column;
    }
    const qsizetype offset = row * m_perRow + std::min(column, m_perRow - 1);
    return std::clamp<qsizetype>(offset, 0, std::max<qsizetype>(0, m_bytes.size() - 1));
}

void HexView::moveCaret(qsizetype to, bool select)
{
    to = std::clamp<qsizetype>(to, 0, std::max<qsizetype>(0, m_bytes.size() - 1));
    if (!select)
        m_anchor = -1;
    else if (m_anchor < 0)
        m_anchor = m_caret;
    m_caret = to;
    const int row = int(m_caret / m_perRow);
    QScrollBar *bar = verticalScrollBar();
    if (row < bar->value())
        bar->setValue(row);
    else if (row >= bar->value() + rowsInSight())
        bar->setValue(row - rowsInSight() + 1);
    viewport()->update();
}

/// Takes copying and selecting before the window's shortcuts do.
bool HexView::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->matches(QKeySequence::Copy) || key->matches(QKeySequence::SelectAll)) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

void HexView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        return copyHex();
    if (event->matches(QKeySequence::SelectAll))
        return selectAll();
    const bool select = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    const qsizetype page = qsizetype(rowsInSight()) * m_perRow;
    switch (event->key()) {
    case Qt::Key_Left:
        return moveCaret(m_caret - 1, select);
    case Qt::Key_Right:
        return moveCaret(m_caret + 1, select);
    case Qt::Key_Up:
        return moveCaret(m_caret >= m_perRow ? m_caret - m_perRow : m_caret, select);
    case Qt::Key_Down:
        return moveCaret(m_caret + m_perRow, select);
    case Qt::Key_PageUp:
        return moveCaret(m_caret - page, select);
    case Qt::Key_PageDown:
        return moveCaret(m_caret + page, select);
    case Qt::Key_Home:
        return moveCaret(control ? 0 : m_caret - m_caret % m_perRow, select);
    case Qt::Key_End:
        return moveCaret(control ? m_bytes.size() : m_caret - m_caret % m_perRow + m_perRow - 1,
                         select);
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void HexView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        moveCaret(offsetAt(event->pos()), event->modifiers().testFlag(Qt::ShiftModifier));
}

void HexView::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons().testFlag(Qt::LeftButton) && offsetAt(event->pos()) != m_caret)
        moveCaret(offsetAt(event->pos()), true);
}

void HexView::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    QAction *hex = menu.addAction(tr("Copy as hexadecimal"), this, &HexView::copyHex);
    QAction *ascii = menu.addAction(tr("Copy as text"), this, &HexView::copyAscii);
    hex->setEnabled(m_anchor >= 0);
    ascii->setEnabled(m_anchor >= 0);
    menu.addSeparator();
    menu.addAction(tr("Select all"), this, &HexView::selectAll);
    menu.exec(event->globalPos());
}

void HexView::copyHex() const
{
    const QByteArray bytes = selectedBytes();
    if (!bytes.isEmpty())
        QApplication::clipboard()->setText(QString::fromLatin1(bytes.toHex(' ')));
}

void HexView::copyAscii() const
{
    QApplication::clipboard()->setText(QString::fromUtf8(selectedBytes()));
}

void HexView::selectAll()
{
    if (m_bytes.isEmpty())
        return;
    m_anchor = 0;
    m_caret = m_bytes.size() - 1;
    viewport()->update();
}

} // namespace memorykv
