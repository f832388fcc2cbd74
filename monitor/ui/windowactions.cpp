// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/windowactions.h"

#include <QCoreApplication>
#include <QKeySequence>
#include <QWidget>

namespace memorykv {

namespace {

class ActionText
{
    Q_DECLARE_TR_FUNCTIONS(ActionText)
};

QAction *make(QWidget *owner, const QString &text, const QKeySequence &keys = {})
{
    auto *action = new QAction(text, owner);
    action->setShortcut(keys);
    // Its name without the dots, also while the text says what it would do.
    action->setIconText(action->iconText());
    // The shortcut counts wherever in the window the focus is, also with the menu bar hidden.
    owner->addAction(action);
    return action;
}

} // namespace

WindowActions::WindowActions(QWidget *owner)
    : connectTo(make(owner, ActionText::tr("&Connect\u2026"), QKeySequence::Open))
    , profiles(make(owner, ActionText::tr("&Profiles\u2026")))
    , disconnect(make(owner, ActionText::tr("&Disconnect")))
    , retry(make(owner, ActionText::tr("&Retry now"), QKeySequence(QStringLiteral("Ctrl+R"))))
    , exportKeys(make(owner, ActionText::tr("&Export keys\u2026")))
    , exportLog(make(owner, ActionText::tr("Export &log\u2026")))
    , importKeys(make(owner, ActionText::tr("&Import keys\u2026")))
    , saveValue(make(owner, ActionText::tr("Save &value to a file\u2026")))
    , quit(make(owner, ActionText::tr("&Quit"), QKeySequence(QStringLiteral("Ctrl+Q"))))
    , undoDelete(make(owner, ActionText::tr("&Undo delete"), QKeySequence::Undo))
    , copy(make(owner, ActionText::tr("&Copy as text"), QKeySequence::Copy))
    , copyCsv(make(owner, ActionText::tr("Copy as CS&V")))
    , copyJson(make(owner, ActionText::tr("Copy as &JSON"),
                    QKeySequence(QStringLiteral("Ctrl+Shift+C"))))
    , copyCurl(make(owner, ActionText::tr("Copy as curl comman&d")))
    , newKey(make(owner, ActionText::tr("&New key\u2026"), QKeySequence::New))
    , edit(make(owner, ActionText::tr("&Edit value"), QKeySequence(QStringLiteral("Ctrl+E"))))
    , save(make(owner, ActionText::tr("&Save value"), QKeySequence::Save))
    , expiry(make(owner, ActionText::tr("Change e&xpiry\u2026"),
                  QKeySequence(QStringLiteral("Ctrl+T"))))
    , remove(make(owner, ActionText::tr("De&lete"), QKeySequence::Delete))
    , removePrefix(make(owner, ActionText::tr("Delete by &prefix\u2026"),
                        QKeySequence(QStringLiteral("Shift+Del"))))
    , readOnly(make(owner, ActionText::tr("&Read-only")))
    , filter(make(owner, ActionText::tr("&Filter log"), QKeySequence::Find))
    , prefix(make(owner, ActionText::tr("Keys by &prefix"), QKeySequence(QStringLiteral("Ctrl+L"))))
    , refresh(make(owner, ActionText::tr("&Refresh"), QKeySequence::Refresh))
    , hold(make(owner, ActionText::tr("&Hold log"), QKeySequence(Qt::Key_Space)))
    , follow(make(owner, ActionText::tr("F&ollow log"), QKeySequence(Qt::Key_End)))
    , clearLog(make(owner, ActionText::tr("&Clear log")))
    , resetLayout(make(owner, ActionText::tr("Reset &layout")))
    , shortcuts(make(owner, ActionText::tr("&Shortcuts"), QKeySequence::HelpContents))
    , about(make(owner, ActionText::tr("&About MemoryKV Monitor")))
{
    hold->setCheckable(true);
    readOnly->setCheckable(true);
    // These keys mean other things elsewhere; here they belong to the log.
    for (QAction *action : {hold, follow}) {
        owner->removeAction(action);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    }
    quit->setMenuRole(QAction::QuitRole);
    about->setMenuRole(QAction::AboutRole);
}

QList<QAction *> WindowActions::withShortcuts() const
{
    return {filter, prefix,       refresh,    hold, follow,   newKey,    edit,  save,      expiry,
            remove, removePrefix, undoDelete, copy, copyJson, connectTo, retry, shortcuts, quit};
}

} // namespace memorykv
