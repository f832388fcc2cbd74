// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/deletehistory.h"

namespace memorykv {

DeleteHistory::DeleteHistory(QObject *parent)
    : QObject(parent)
{ }

void DeleteHistory::push(const QByteArray &key, const Removed &removed, qint64 ttlSeconds)
{
    giveBack({.key = key,
              .value = removed.value,
              .type = removed.type,
              .ttlSeconds = ttlSeconds,
              .condition = Condition::missing()});
}

QByteArray DeleteHistory::nextKey() const
{
    return m_entries.empty() ? QByteArray() : m_entries.back().key;
}

std::optional<PutRequest> DeleteHistory::restore()
{
    if (m_entries.empty())
        return std::nullopt;
    PutRequest request = std::move(m_entries.back());
    m_entries.pop_back();
    m_bytes -= request.value.size();
    Q_EMIT changed();
    return request;
}

void DeleteHistory::giveBack(const PutRequest &request)
{
    m_bytes += request.value.size();
    m_entries.push_back(request);
    trim();
    Q_EMIT changed();
}

void DeleteHistory::clear()
{
    m_entries.clear();
    m_bytes = 0;
    Q_EMIT changed();
}

void DeleteHistory::trim()
{
    while (m_entries.size() > kMaxCount || (m_bytes > kMaxBytes && m_entries.size() > 1)) {
        m_bytes -= m_entries.front().value.size();
        m_entries.pop_front();
    }
}

} // namespace memorykv
