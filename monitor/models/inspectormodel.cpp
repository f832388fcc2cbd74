// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/inspectormodel.h"

namespace memorykv {

namespace {

bool concerns(const Event &event, const QByteArray &key)
{
    switch (event.op) {
    case Op::Insert:
    case Op::Delete:
    case Op::Expire:
    case Op::Touch:
        return event.key == key;
    case Op::DeletePrefix:
        return key.startsWith(event.key);
    case Op::DeleteAll:
        return true;
    default:
        return false;
    }
}

} // namespace

InspectorModel::InspectorModel(QObject *parent)
    : QObject(parent)
{ }

void InspectorModel::setState(State state)
{
    m_state = state;
    Q_EMIT changed();
}

void InspectorModel::forget()
{
    m_value = {};
    m_kind = ValueKind::Empty;
    m_failureText.clear();
    m_outdated = false;
    m_isNew = false;
    m_expiresAtMs.reset();
    m_draft.clear();
    m_draftType.clear();
    m_theirs.reset();
}

void InspectorModel::open(const QByteArray &key)
{
    forget();
    m_key = key;
    setState(State::Loading);
}

void InspectorModel::close()
{
    forget();
    m_key.clear();
    setState(State::Nothing);
}

void InspectorModel::show(const StoredValue &value)
{
    m_value = value;
    m_kind = valueKind(value.type, value.bytes, value.whole);
    m_failureText.clear();
    m_outdated = false;
    m_isNew = false;
    m_theirs.reset();
    setState(State::Shown);
}

void InspectorModel::valueArrived(const StoredValue &value)
{
    if (value.key != m_key || isEditing() || m_state == State::Nothing)
        return;
    show(value);
}

void InspectorModel::loadFailed(const QByteArray &key, const Failure &failure)
{
    if (key != m_key || isEditing() || m_state == State::Nothing)
        return;
    m_failureText = failure.text;
    if (failure.kind == FailureKind::NotFound) {
        m_expiresAtMs.reset();
        setState(State::Missing);
    } else {
        setState(State::Failed);
    }
}

void InspectorModel::setTtl(qint64 ttlSeconds, qint64 nowMs)
{
    if (ttlSeconds > 0)
        m_expiresAtMs = nowMs + ttlSeconds * 1000;
    else
        m_expiresAtMs.reset();
    Q_EMIT changed();
}

std::optional<qint64> InspectorModel::ttlLeft(qint64 nowMs) const
{
    if (!m_expiresAtMs)
        return std::nullopt;
    return (qMax(*m_expiresAtMs - nowMs, qint64{0}) + 999) / 1000;
}

bool InspectorModel::applyEvents(const QList<Event> &events, qint64 nowMs)
{
    bool isBack = false;
    if (m_state == State::Nothing)
        return isBack;
    for (const Event &event : events) {
        // What the value that was loaded shows already is no news.
        if (!concerns(event, m_key) || (event.op != Op::Touch && event.seq <= m_value.revision))
            continue;
        applyEvent(event, nowMs);
        if (event.op != Op::Touch)
            isBack = event.op == Op::Insert && m_state == State::Missing;
    }
    return isBack;
}

void InspectorModel::applyEvent(const Event &event, qint64 nowMs)
{
    if (event.op == Op::Touch || event.op == Op::Insert) {
        m_outdated = m_outdated || event.op == Op::Insert;
        setTtl(event.ttlSeconds, nowMs);
        return;
    }
    m_expiresAtMs.reset();
    m_outdated = m_state != State::Missing;
    if (m_state == State::Shown)
        setState(State::Missing);
    else
        Q_EMIT changed();
}

bool InspectorModel::beginEdit()
{
    if (m_state != State::Shown || !m_value.whole)
        return false;
    m_draft = m_value.bytes;
    m_draftType = m_value.type;
    m_condition = Condition::revisionIs(m_value.revision);
    setState(State::Editing);
    return true;
}

void InspectorModel::beginNew(const QByteArray &key, const QByteArray &type)
{
    forget();
    m_key = key;
    m_isNew = true;
    m_draftType = type;
    m_condition = Condition::missing();
    setState(State::Editing);
}

void InspectorModel::setDraft(const QByteArray &bytes, const QByteArray &type)
{
    if (m_state != State::Editing)
        return;
    m_draft = bytes;
    m_draftType = type;
    Q_EMIT changed();
}

bool InspectorModel::isDirty() const
{
    if (!isEditing())
        return false;
    return m_isNew || m_draft != m_value.bytes || m_draftType != m_value.type;
}

bool InspectorModel::isEditing() const
{
    return m_state == State::Editing || m_state == State::Saving || m_state == State::Conflict;
}

void InspectorModel::discard()
{
    if (!isEditing())
        return;
    m_draft.clear();
    m_theirs.reset();
    setState(m_isNew ? State::Missing : State::Shown);
}

PutRequest InspectorModel::save(qint64 nowMs)
{
    setState(State::Saving);
    return {.key = m_key,
            .value = m_draft,
            .type = m_draftType,
            .ttlSeconds = ttlLeft(nowMs).value_or(0),
            .condition = m_condition};
}

void InspectorModel::saved(const Written &written)
{
    if (m_state != State::Saving)
        return;
    show({.key = m_key,
          .bytes = m_draft,
          .type = m_draftType,
          .revision = written.revision,
          .totalSize = m_draft.size(),
          .whole = true});
}

void InspectorModel::saveFailed(const Failure &failure)
{
    if (m_state != State::Saving)
        return;
    m_failureText = failure.text;
    setState(State::Editing);
}

void InspectorModel::conflictFound(const std::optional<StoredValue> &theirs)
{
    if (m_state != State::Saving)
        return;
    m_theirs = theirs;
    setState(State::Conflict);
}

void InspectorModel::takeTheirs()
{
    if (m_state != State::Conflict)
        return;
    m_draft.clear();
    if (m_theirs) {
        show(StoredValue(*m_theirs));
        return;
    }
    m_expiresAtMs.reset();
    setState(State::Missing);
}

void InspectorModel::keepMine()
{
    if (m_state != State::Conflict)
        return;
    m_condition = m_theirs ? Condition::revisionIs(m_theirs->revision) : Condition::missing();
    m_outdated = false;
    setState(State::Editing);
}

} // namespace memorykv
