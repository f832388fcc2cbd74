// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/failure.h"
#include "monitor/client/resttypes.h"
#include "monitor/models/valuekind.h"
#include "shared/event.h"

#include <QByteArray>
#include <QList>
#include <QObject>

#include <optional>

namespace memorykv {

/// The key under view: its value as far as it is loaded, what the feed tells of it meanwhile, the
/// expiry, and the state of an edit. No item model: a state with one signal. Lives on the GUI
/// thread and talks to no network; whoever owns it asks the server and tells it the answers.
class InspectorModel : public QObject
{
    Q_OBJECT

public:
    enum class State {
        Nothing, ///< no key is chosen
        Loading,
        Shown,
        Missing,  ///< there is no such key, or no longer
        Failed,   ///< failureText() says why
        Editing,  ///< draft() is being changed
        Saving,   ///< the draft is on its way
        Conflict, ///< the server's value is another one meanwhile: theirs(), and draft()
    };

    explicit InspectorModel(QObject *parent = nullptr);

    State state() const { return m_state; }
    const QByteArray &key() const { return m_key; }
    /// The value that is shown, or that the edit began with.
    const StoredValue &value() const { return m_value; }
    ValueKind kind() const { return m_kind; }
    QString failureText() const { return m_failureText; }
    /// The feed told of another value, or a removal, since value() was loaded.
    bool isOutdated() const { return m_outdated; }

    /// Shows \a key: Loading. Drops an edit.
    void open(const QByteArray &key);
    void close();
    /// Answers to the loading of \a key; those for another key are left alone.
    void valueArrived(const StoredValue &value);
    void loadFailed(const QByteArray &key, const Failure &failure);

    /// The key's expiry: whole seconds from \a nowMs on, 0 for none.
    void setTtl(qint64 ttlSeconds, qint64 nowMs);
    /// Seconds left at \a nowMs, rounded up; nothing when the key does not expire.
    std::optional<qint64> ttlLeft(qint64 nowMs) const;

    /// What the feed brought: notes what concerns the key. \a nowMs is this machine's clock.
    /// Returns whether a key that was missing, be it only for a moment, is there again.
    bool applyEvents(const QList<Event> &events, qint64 nowMs);

    /// Begins to edit value(), which has to be whole. False when it cannot be edited now.
    bool beginEdit();
    /// Begins a key that is not there yet.
    void beginNew(const QByteArray &key, const QByteArray &type);
    void setDraft(const QByteArray &bytes, const QByteArray &type);
    const QByteArray &draft() const { return m_draft; }
    const QByteArray &draftType() const { return m_draftType; }
    bool isDirty() const;
    /// Gives up the edit: Shown, or Missing for a key that was new.
    void discard();

    /// What to send to save the draft: with If-Match of the revision that was edited, or
    /// If-None-Match: * for a new key. \a nowMs: an expiry goes on as it is. The state is Saving.
    PutRequest save(qint64 nowMs);
    void saved(const Written &written);
    /// Saving failed otherwise than by Conflict: back to Editing.
    void saveFailed(const Failure &failure);
    /// Saving failed by Conflict: \a theirs is the value there now; none when the key is gone.
    void conflictFound(const std::optional<StoredValue> &theirs);
    const std::optional<StoredValue> &theirs() const { return m_theirs; }
    /// Conflict: drop the draft and show theirs.
    void takeTheirs();
    /// Conflict: go on editing, on top of theirs: the next save() has its revision for a condition.
    void keepMine();

Q_SIGNALS:
    void changed();

private:
    void setState(State state);
    void forget();
    void show(const StoredValue &value);
    void applyEvent(const Event &event, qint64 nowMs);
    bool isEditing() const;

    State m_state = State::Nothing;
    QByteArray m_key;
    StoredValue m_value;
    ValueKind m_kind = ValueKind::Empty;
    QString m_failureText;
    bool m_outdated = false;
    bool m_isNew = false;
    std::optional<qint64> m_expiresAtMs;
    QByteArray m_draft;
    QByteArray m_draftType;
    Condition m_condition;
    std::optional<StoredValue> m_theirs;
};

} // namespace memorykv
