// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/storemodel.h"

#include "server/store/keyvaluestore.h"

#include <limits>

namespace memorykv::test {

static bool isExpired(const StoreModel::Stored &stored, qint64 nowMs)
{
    return stored.expiresAtMs != 0 && stored.expiresAtMs <= nowMs;
}

StoreModel::StoreModel()
{
    endGroup();
}

void StoreModel::put(const QByteArray &key, const QByteArray &value, const QByteArray &type,
                     qint64 expiresAtMs)
{
    ++m_seq;
    m_state.insert(key, {value, type, m_seq, expiresAtMs});
}

void StoreModel::remove(const QByteArray &key)
{
    m_seq += quint64(m_state.remove(key));
}

void StoreModel::touch(const QByteArray &key, qint64 expiresAtMs)
{
    const auto at = m_state.find(key);
    if (at == m_state.end())
        return;
    ++m_seq;
    at->expiresAtMs = expiresAtMs;
}

void StoreModel::removePrefix(const QByteArray &prefix)
{
    const auto removed
        = m_state.removeIf([&](const auto &item) { return item.key().startsWith(prefix); });
    m_seq += removed > 0 ? 1 : 0;
}

void StoreModel::expire(qint64 nowMs)
{
    m_seq += quint64(
        m_state.removeIf([nowMs](const auto &item) { return isExpired(item.value(), nowMs); }));
}

void StoreModel::dropExpired(const QByteArray &key, qint64 nowMs)
{
    const auto at = m_state.constFind(key);
    if (at == m_state.constEnd() || !isExpired(*at, nowMs))
        return;
    remove(key);
    endGroup();
}

void StoreModel::endGroup()
{
    m_states[m_seq] = m_state;
}

bool StoreModel::apply(const Record &record)
{
    if (record.seq != m_seq + 1)
        return false;
    switch (record.op) {
    case Op::Insert:
        put(record.entry->key().toByteArray(), record.entry->value().toByteArray(),
            record.entry->type().toByteArray(), record.entry->expiresAtMs());
        break;
    case Op::Touch:
        touch(record.entry->key().toByteArray(), record.entry->expiresAtMs());
        break;
    case Op::DeletePrefix:
    case Op::DeleteAll:
        removePrefix(record.key);
        break;
    default:
        remove(record.key);
        break;
    }
    endGroup();
    return m_seq == record.seq;
}

std::optional<StoreModel::State> StoreModel::shownAt(quint64 seq, qint64 nowMs) const
{
    const auto found = m_states.find(seq);
    if (found == m_states.end())
        return std::nullopt;
    State shown = found->second;
    shown.removeIf([nowMs](const auto &item) { return isExpired(item.value(), nowMs); });
    return shown;
}

void StoreModel::rewind(quint64 seq)
{
    m_states.erase(m_states.upper_bound(seq), m_states.end());
    m_state = m_states.at(seq);
    m_seq = seq;
}

StoreModel::State stateOf(KeyValueStore &store)
{
    StoreModel::State state;
    const auto listing = store.list({}, {}, std::numeric_limits<size_t>::max());
    for (const EntryPtr &entry : listing.entries) {
        state.insert(entry->key().toByteArray(),
                     {entry->value().toByteArray(), entry->type().toByteArray(), entry->revision(),
                      entry->expiresAtMs()});
    }
    return state;
}

static QByteArray told(const StoreModel::Stored &stored)
{
    return QByteArray::number(stored.value.size()) + " bytes of " + stored.type + ", revision "
           + QByteArray::number(stored.revision) + ", expiry "
           + QByteArray::number(stored.expiresAtMs);
}

QByteArray difference(const StoreModel::State &is, const StoreModel::State &expected)
{
    for (auto it = expected.begin(); it != expected.end(); ++it) {
        if (!is.contains(it.key()))
            return it.key() + " is missing";
        if (is.value(it.key()) != *it)
            return it.key() + " has " + told(is.value(it.key())) + " instead of " + told(*it);
    }
    for (auto it = is.begin(); it != is.end(); ++it) {
        if (!expected.contains(it.key()))
            return it.key() + " must not be there";
    }
    return {};
}

} // namespace memorykv::test
