// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/inspectorlink.h"

#include "monitor/models/displaytext.h"
#include "monitor/ui/format.h"

#include <QDateTime>

namespace memorykv {

namespace {

qint64 nowMs()
{
    return QDateTime::currentMSecsSinceEpoch();
}

} // namespace

InspectorLink::InspectorLink(Workspace &workspace, QObject *parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_model(workspace.inspector())
{
    connect(&workspace, &Workspace::inspectionOutdated, this, &InspectorLink::reload);
    connect(&workspace, &Workspace::inspectionInterrupted, this, [this] {
        if (m_model.state() == InspectorModel::State::Loading)
            load(RestClient::kFirstBytes, false);
        else if (m_model.state() == InspectorModel::State::Saving)
            m_model.saveFailed(
                {FailureKind::ReadOnly, 0, tr("Writing was locked meanwhile"), {}, {}});
    });
}

quint64 InspectorLink::epochNow() const
{
    return m_workspace.serverInfo() ? m_workspace.serverInfo()->position.epoch : 0;
}

void InspectorLink::open(const QByteArray &key)
{
    m_model.open(key);
    load(RestClient::kFirstBytes, false);
}

void InspectorLink::reload()
{
    switch (m_model.state()) {
    case InspectorModel::State::Loading:
    case InspectorModel::State::Shown:
    case InspectorModel::State::Missing:
    case InspectorModel::State::Failed:
        load(m_model.value().whole ? std::max(RestClient::kFirstBytes, m_model.value().totalSize)
                                   : RestClient::kFirstBytes,
             false);
        break;
    default:
        break;
    }
}

void InspectorLink::loadAll()
{
    load(-1, false);
}

void InspectorLink::load(qint64 maxBytes, bool thenEdit)
{
    m_call.abort();
    m_ttlCall.abort();
    setTtlKnown(false);
    const QByteArray key = m_model.key();
    const auto arrived = [this, key, thenEdit](const Outcome<StoredValue> &value) {
        if (!value.ok())
            return m_model.loadFailed(key, value.error());
        m_epoch = epochNow();
        m_model.valueArrived(value.value());
        if (value->totalSize <= kLargeValue)
            askTtl();
        if (thenEdit)
            edit();
    };
    const auto tell = [this](qint64 bytes, qint64 total) { Q_EMIT progress(bytes, total); };
    m_call = m_workspace.rest().get(key, maxBytes, this, arrived, tell);
}

void InspectorLink::askTtl()
{
    m_ttlCall.abort();
    const QByteArray key = m_model.key();
    m_ttlCall = m_workspace.rest().entry(key, this, [this, key](const Outcome<KeyEntry> &entry) {
        if (!entry.ok() || key != m_model.key())
            return;
        m_model.setTtl(entry->ttlSeconds, nowMs());
        setTtlKnown(true);
    });
}

void InspectorLink::setTtlKnown(bool known)
{
    m_ttlKnown = known;
    Q_EMIT ttlKnownChanged();
}

void InspectorLink::edit()
{
    if (m_model.state() != InspectorModel::State::Shown)
        return;
    if (m_model.value().whole)
        m_model.beginEdit();
    else
        load(-1, true);
}

void InspectorLink::save()
{
    if (m_model.state() != InspectorModel::State::Editing)
        return;
    const PutRequest request = m_model.save(nowMs());
    const QByteArray key = request.key;
    // A revision of another history says nothing about the value that is there now.
    if (request.condition.kind == Condition::Kind::Revision && m_epoch != epochNow())
        return fetchTheirs(key);
    m_call = m_workspace.rest().put(request, this, [this, key](const Outcome<Written> &written) {
        if (written.ok()) {
            m_model.saved(written.value());
            Q_EMIT done(tr("Saved \u201c%1\u201d").arg(displayText(key, 60)));
            return askTtl();
        }
        if (written.error().kind == FailureKind::Conflict)
            return fetchTheirs(key);
        m_model.saveFailed(written.error());
        Q_EMIT failed(tr("Not saved: %1").arg(written.error().text));
    });
}

void InspectorLink::fetchTheirs(const QByteArray &key)
{
    m_call = m_workspace.rest().get(key, -1, this, [this](const Outcome<StoredValue> &theirs) {
        m_epoch = epochNow();
        if (theirs.ok())
            return m_model.conflictFound(theirs.value());
        if (theirs.error().kind == FailureKind::NotFound)
            return m_model.conflictFound(std::nullopt);
        m_model.saveFailed(theirs.error());
        Q_EMIT failed(
            tr("Not saved, as the key was changed meanwhile: %1").arg(theirs.error().text));
    });
}

void InspectorLink::setTtl(qint64 seconds)
{
    const QByteArray key = m_model.key();
    const Condition condition = Condition::revisionIs(m_model.value().revision);
    const auto answered = [this, key, seconds](const Outcome<quint64> &revision) {
        if (revision.ok()) {
            if (key == m_model.key()) {
                m_model.setTtl(seconds, nowMs());
                setTtlKnown(true);
            }
            Q_EMIT done(seconds == 0
                            ? tr("\u201c%1\u201d no longer expires").arg(displayText(key, 60))
                            : tr("\u201c%1\u201d expires in %2")
                                  .arg(displayText(key, 60), countdownText(seconds * 1000)));
            return;
        }
        if (revision.error().kind == FailureKind::Conflict) {
            Q_EMIT failed(tr("The expiry was not changed, as the value was changed meanwhile. "
                             "Look at it and try again."));
            return reload();
        }
        Q_EMIT failed(tr("The expiry was not changed: %1").arg(revision.error().text));
    };
    m_workspace.rest().setTtl(key, seconds, condition, this, answered);
}

} // namespace memorykv
