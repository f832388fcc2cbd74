// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/grant.h"

#include <QList>

#include <memory>
#include <mutex>
#include <optional>

namespace memorykv {

/// The tokens the server knows, by their hashes. Thread-safe.
class TokenStore
{
public:
    /// Without tokens: everybody may do everything, until replace().
    TokenStore() = default;

    /// Takes \a grants in place of those before; requests already judged are not judged again.
    void replace(QList<Grant> grants);

    /// Whether requests need a token.
    bool isRequired() const { return table() != nullptr; }

    /// What \a token allows, or nothing when it is unknown. Compares with every token there is, in
    /// a time that does not depend on what they have in common.
    std::optional<Grant> find(QByteArrayView token) const;

    /// Whether the token of \a grant still allows exactly that.
    bool stillHolds(const Grant &grant) const;

private:
    using Table = QList<Grant>;

    std::shared_ptr<const Table> table() const;

    mutable std::mutex m_mutex; ///< guards the pointer alone
    std::shared_ptr<const Table> m_table;
};

} // namespace memorykv
