// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QTableView>

namespace memorykv {

/// A table for very many rows: all of one height that is never asked of the rows, columns of fixed
/// widths, no grid; and words in its middle while it has no rows.
class EmptyTableView : public QTableView
{
    Q_OBJECT

public:
    explicit EmptyTableView(QWidget *parent = nullptr);

    /// What stands there while there are no rows.
    void setEmptyText(const QString &text);
    const QString &emptyText() const { return m_emptyText; }

    /// Gives the column a width of \a characters of its font and some room.
    void setColumnCharacters(int column, int characters);

    /// The rows that are selected, ascending.
    QList<int> selectedRows() const;
    /// How many rows are selected: cheap, whatever their number.
    int selectedCount() const;

Q_SIGNALS:
    /// Return was pressed or a row double-clicked.
    void opened(const QModelIndex &index);
    /// A row was pressed with the mouse.
    void rowPressed();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;

private:
    QString m_emptyText;
};

} // namespace memorykv
