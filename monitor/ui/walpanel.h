// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/workspace.h"

#include <QWidget>

class QLabel;
class QMenu;
class QToolButton;

namespace memorykv {

class EmptyTableView;
class FilterField;
class MessageStrip;
class OpFilterButton;

/// The live write-ahead log. It follows the newest event until it is held: by holding, by scrolling
/// up, or by pressing a row. While it is held the rows in sight stay where they are, and what comes
/// meanwhile is counted.
class WalPanel : public QWidget
{
    Q_OBJECT

public:
    explicit WalPanel(Workspace &workspace, QWidget *parent = nullptr);

    QList<ExportedEvent> selectedEvents() const;
    void focusFilter();
    /// Shows only events of keys that hold \a text.
    void setFilterText(const QString &text);
    void setPrefix(const QByteArray &prefix);
    void setHolding(bool holding);
    bool isHolding() const { return m_model.isHolding(); }

    EmptyTableView *view() const { return m_view; }
    FilterField *filterField() const { return m_contains; }
    QMenu *contextMenu() const { return m_menu; }

Q_SIGNALS:
    /// The user asked to see \a key.
    void keyChosen(const QByteArray &key);
    void holdingChanged(bool holding);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void applyFilter();
    void arrangeColumns();
    void showEndIfFollowing();
    void onState();
    void onHold();
    void onScrolled(int value);
    void onRowsInserted();
    void onAboutToEvict(int rows);
    void onEvicted(int rows);
    void showEnd();
    void markLastInSight();
    void chooseCurrent();

    Workspace &m_workspace;
    WalModel &m_model;
    FilterField *m_contains;
    FilterField *m_prefix;
    OpFilterButton *m_ops;
    QToolButton *m_hold;
    MessageStrip *m_strip;
    EmptyTableView *m_view;
    QLabel *m_footer;
    QMenu *m_menu;
    int m_scrollBefore = 0;
    bool m_keyWidthChosen = false; ///< the user has dragged the column of the keys
    bool m_arranging = false;
    bool m_adjusting = false; ///< the scroll bar moves because of rows, not of the user
};

} // namespace memorykv
