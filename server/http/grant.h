// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

namespace memorykv {

/// What a token lets its bearer do; each may do what those before it may.
enum class Role : quint8 {
    Read,  ///< get, list, watch
    Write, ///< put, patch and delete a key, batches
    Admin, ///< delete a prefix or all, take snapshots
};

/// The role's name in token files and on the wire: "read".
QByteArrayView roleName(Role role);

/// What the sender of a request may do. The default is that of a server that asks for no tokens.
struct Grant
{
    Role role = Role::Admin;
    QByteArray prefix;    ///< confined to keys that begin with it
    QByteArray tokenHash; ///< SHA-256 of the token, empty when none was needed
    bool known = true;    ///< false: no token was given, where some things are told to anyone

    bool isConfined() const { return !prefix.isEmpty(); }

    /// Whether it reaches \a key.
    bool covers(QByteArrayView key) const { return key.startsWith(prefix); }

    /// Whether it reaches some of the keys that begin with \a range.
    bool touches(QByteArrayView range) const
    {
        return range.startsWith(prefix) || QByteArrayView(prefix).startsWith(range);
    }

    /// What is left of \a range, which it touches: the longer one of the two prefixes.
    QByteArray narrowed(const QByteArray &range) const
    {
        return range.size() < prefix.size() ? prefix : range;
    }

    friend bool operator==(const Grant &, const Grant &) = default;
};

} // namespace memorykv
