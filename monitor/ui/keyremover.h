// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/workspace.h"

#include <QByteArrayList>
#include <QObject>

namespace memorykv {

/// Deletes keys so that it can be undone, and undoes it. A key goes only if it still has the value
/// that was looked at; what is undone never overwrites. Nothing blocks. GUI thread.
class KeyRemover : public QObject
{
    Q_OBJECT

public:
    explicit KeyRemover(Workspace &workspace, QObject *parent = nullptr);

    /// Deletes \a keys, one after the other. A key that the inspector shows goes only if its value
    /// is still the one shown; another one is looked at first.
    void remove(const QByteArrayList &keys);
    /// Brings back the key deleted last.
    void undo();
    /// Deletes all keys with \a prefix. There is no undo.
    void removePrefix(const QByteArray &prefix);

Q_SIGNALS:
    /// It is done; \a canUndo says whether undo() would take it back.
    void done(const QString &text, bool canUndo);
    void failed(const QString &text);

private:
    void next();
    void removeNow(const QByteArray &key, quint64 revision, qint64 ttlSeconds);
    void finish();

    Workspace &m_workspace;
    QByteArrayList m_waiting;
    QByteArray m_lastRemoved;
    int m_removed = 0;
    bool m_busy = false;
};

} // namespace memorykv
