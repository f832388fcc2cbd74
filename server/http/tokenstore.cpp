// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/tokenstore.h"

#include "server/http/tokenfile.h"

#include <algorithm>

namespace memorykv {

// Looks at every byte, wherever the first difference is.
static bool equalsInConstantTime(const QByteArray &left, const QByteArray &right)
{
    if (left.size() != right.size())
        return false;
    unsigned difference = 0;
    for (qsizetype i = 0; i < left.size(); ++i)
        difference |= quint8(left[i]) ^ unsigned(quint8(right[i]));
    return difference == 0;
}

void TokenStore::replace(QList<Grant> grants)
{
    auto table = std::make_shared<const Table>(std::move(grants));
    const std::lock_guard lock(m_mutex);
    m_table.swap(table);
}

std::shared_ptr<const TokenStore::Table> TokenStore::table() const
{
    const std::lock_guard lock(m_mutex);
    return m_table;
}

std::optional<Grant> TokenStore::find(QByteArrayView token) const
{
    const auto grants = table();
    if (!grants || !isTokenText(token))
        return std::nullopt;
    const QByteArray hash = tokenHash(token);
    const Grant *found = nullptr;
    for (const Grant &grant : *grants) {
        if (equalsInConstantTime(grant.tokenHash, hash))
            found = &grant;
    }
    return found ? std::optional(*found) : std::nullopt;
}

bool TokenStore::stillHolds(const Grant &grant) const
{
    const auto grants = table();
    return !grants || std::find(grants->begin(), grants->end(), grant) != grants->end();
}

} // namespace memorykv
