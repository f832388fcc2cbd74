// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QAction>
#include <QList>

class QMenu;
class QWidget;

namespace memorykv {

/// The actions of the window, with their texts and shortcuts; the window connects them. Owned by
/// the widget they were made for.
struct WindowActions
{
    explicit WindowActions(QWidget *owner);

    QAction *connectTo;
    QAction *profiles;
    QAction *disconnect;
    QAction *retry;
    QAction *exportKeys;
    QAction *exportLog;
    QAction *importKeys;
    QAction *saveValue;
    QAction *quit;

    QAction *undoDelete;
    QAction *copy;
    QAction *copyCsv;
    QAction *copyJson;
    QAction *copyCurl;
    QAction *newKey;
    QAction *edit;
    QAction *save;
    QAction *expiry;
    QAction *remove;
    QAction *removePrefix;
    QAction *readOnly;

    QAction *filter;
    QAction *prefix;
    QAction *refresh;
    QAction *hold;
    QAction *follow;
    QAction *clearLog;
    QAction *resetLayout;

    QAction *shortcuts;
    QAction *about;

    /// Those with a shortcut, in the order of the menus.
    QList<QAction *> withShortcuts() const;
};

} // namespace memorykv
