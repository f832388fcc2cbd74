// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/keyremover.h"

#include "monitor/models/displaytext.h"
#include "monitor/ui/format.h"

#include <QDateTime>

namespace memorykv {

namespace {

QString quoted(const QByteArray &key)
{
    return QStringLiteral("\u201c%1\u201d").arg(displayText(key, 60));
}

} // namespace

KeyRemover::KeyRemover(Workspace &workspace, QObject *parent)
    : QObject(parent)
    , m_workspace(workspace)
{ }

void KeyRemover::remove(const QByteArrayList &keys)
{
    m_waiting += keys;
    if (!m_busy && !m_waiting.isEmpty()) {
        m_busy = true;
        m_removed = 0;
        next();
    }
}

void KeyRemover::next()
{
    if (m_waiting.isEmpty())
        return finish();
    const QByteArray key = m_waiting.takeFirst();
    const InspectorModel &inspector = m_workspace.inspector();
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    if (inspector.state() == InspectorModel::State::Shown && inspector.key() == key)
        return removeNow(key, inspector.value().revision, inspector.ttlLeft(now).value_or(0));
    m_workspace.rest().entry(key, this, [this, key](const Outcome<KeyEntry> &entry) {
        if (entry.ok())
            return removeNow(key, entry->revision, entry->ttlSeconds);
        Q_EMIT failed(entry.error().kind == FailureKind::NotFound
                          ? tr("%1 is not there any more.").arg(quoted(key))
                          : tr("%1 was not deleted: %2").arg(quoted(key), entry.error().text));
        next();
    });
}

void KeyRemover::removeNow(const QByteArray &key, quint64 revision, qint64 ttlSeconds)
{
    const auto answered = [this, key, ttlSeconds](const Outcome<Removed> &removed) {
        if (removed.ok()) {
            m_workspace.deletes().push(key, removed.value(), ttlSeconds);
            m_lastRemoved = key;
            ++m_removed;
        } else if (removed.error().kind == FailureKind::Conflict) {
            Q_EMIT failed(tr("%1 was changed meanwhile and has not been deleted. "
                             "Look at it and delete it again.")
                              .arg(quoted(key)));
        } else if (removed.error().kind == FailureKind::NotFound) {
            Q_EMIT failed(tr("%1 is not there any more.").arg(quoted(key)));
        } else {
            Q_EMIT failed(tr("%1 was not deleted: %2").arg(quoted(key), removed.error().text));
        }
        next();
    };
    m_workspace.rest().remove(key, Condition::revisionIs(revision), this, answered);
}

void KeyRemover::finish()
{
    m_busy = false;
    if (m_removed == 1)
        Q_EMIT done(tr("Deleted %1").arg(quoted(m_lastRemoved)), true);
    else if (m_removed > 1)
        Q_EMIT done(tr("Deleted %1 keys").arg(numberText(qint64(m_removed))), true);
}

void KeyRemover::undo()
{
    const auto request = m_workspace.deletes().restore();
    if (!request)
        return;
    m_workspace.rest().put(*request, this, [this, request](const Outcome<Written> &written) {
        if (written.ok()) {
            Q_EMIT done(tr("%1 is back").arg(quoted(request->key)), false);
            return;
        }
        if (written.error().kind == FailureKind::Conflict) {
            Q_EMIT failed(tr("%1 was written again meanwhile; what was deleted did not replace it.")
                              .arg(quoted(request->key)));
            return;
        }
        m_workspace.deletes().giveBack(*request);
        Q_EMIT failed(
            tr("%1 could not be brought back: %2").arg(quoted(request->key), written.error().text));
    });
}

void KeyRemover::removePrefix(const QByteArray &prefix)
{
    m_workspace.rest().removePrefix(prefix, this, [this, prefix](const Outcome<Done> &removed) {
        if (!removed.ok())
            Q_EMIT failed(tr("Nothing was deleted: %1").arg(removed.error().text));
        else if (prefix.isEmpty())
            Q_EMIT done(tr("Deleted all keys"), false);
        else
            Q_EMIT done(tr("Deleted all keys that begin with %1").arg(quoted(prefix)), false);
    });
}

} // namespace memorykv
