// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QAbstractScrollArea>
#include <QByteArray>

namespace memorykv {

/// Bytes as offset, hexadecimal and ASCII, sixteen to a row, or eight where it is narrow. Only the
/// rows in sight are made, so any size shows at once. The caret moves with the arrow keys, Page Up
/// and Down, Home and End; with Shift, or by dragging, bytes are selected. Ctrl+A selects all,
/// Ctrl+C copies the selection in hexadecimal.
class HexView : public QAbstractScrollArea
{
    Q_OBJECT

public:
    explicit HexView(QWidget *parent = nullptr);

    void setBytes(const QByteArray &bytes);
    const QByteArray &bytes() const { return m_bytes; }

    /// The selected bytes; empty when none are.
    QByteArray selectedBytes() const;

    /// The offset of the byte the caret is on.
    qsizetype caret() const { return m_caret; }

    int bytesPerRow() const { return m_perRow; }

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void arrange();
    void moveCaret(qsizetype to, bool select);
    void copyHex() const;
    void copyAscii() const;
    void selectAll();
    void paintRow(QPainter &painter, qsizetype row, int top) const;
    qsizetype offsetAt(QPoint point) const;
    qsizetype rowCount() const;
    int rowsInSight() const;
    int hexX(int column) const;
    int asciiX(int column) const;

    QByteArray m_bytes;
    qsizetype m_caret = 0;
    qsizetype m_anchor = -1; ///< where the selection began, or -1
    int m_perRow = 16;
    int m_cell = 8;   ///< width of a character
    int m_line = 16;  ///< height of a row
    int m_digits = 8; ///< of an offset
};

} // namespace memorykv
