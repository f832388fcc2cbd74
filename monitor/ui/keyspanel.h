// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/workspace.h"

#include <QByteArrayList>
#include <QTimer>
#include <QWidget>

class QLabel;
class QMenu;

namespace memorykv {

class EmptyTableView;
class FilterField;
class MessageStrip;

/// The keys of the store, by prefix. Rows come page by page as one scrolls; the row under the
/// keyboard is what the inspector is to show.
class KeysPanel : public QWidget
{
    Q_OBJECT

public:
    explicit KeysPanel(Workspace &workspace, QWidget *parent = nullptr);

    QByteArrayList selectedKeys() const;
    /// The prefix as it stands in the field.
    QByteArray prefix() const;
    void setPrefix(const QByteArray &prefix);
    void focusPrefix();
    /// Asks for the first page and the count anew.
    void refresh();

    EmptyTableView *view() const { return m_view; }
    FilterField *prefixField() const { return m_prefix; }
    /// The menu of a key; the window fills it. Owned by the panel.
    QMenu *contextMenu() const { return m_menu; }

Q_SIGNALS:
    /// The user moved to \a key.
    void keyChosen(const QByteArray &key);

private:
    void applyPrefix();
    void askCount();
    void onState();
    void onLoadFailed(const Failure &failure);
    void chooseCurrent();

    Workspace &m_workspace;
    KeysModel &m_model;
    FilterField *m_prefix;
    EmptyTableView *m_view;
    MessageStrip *m_strip;
    QLabel *m_footer;
    QMenu *m_menu;
    QTimer m_fade;
    RestCall m_countCall;
    std::optional<quint64> m_count;
    QString m_failure;
    QByteArray m_chosen;
    bool m_moving = false; ///< rows go, and the current index with them
};

} // namespace memorykv
