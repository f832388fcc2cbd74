// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>
#include <QtEndian>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>

/// Sorted keys, told apart by few of their bytes: those behind what all of them begin with, as a
/// number in the same order (a poor man's normalized key; Graefe and Larson, B-tree indexes and CPU
/// caches, 2001). The numbers lie side by side, while a look at a key is a wait for memory.
namespace memorykv::keyheads {

/// How many bytes \a a and \a b have in common at the start.
inline qsizetype commonSize(QByteArrayView a, QByteArrayView b)
{
    return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
}

/// The bytes of a key that tell it apart, as a number.
using Head = quint64;

/// The bytes of \a key from \a from on, as many as a Head has: of two keys with the same bytes
/// before, the lower head is that of the lower key. Equal heads say nothing.
inline Head headOf(QByteArrayView key, qsizetype from)
{
    const qsizetype left = key.size() - from;
    if (left >= qsizetype(sizeof(Head)))
        return qFromBigEndian<Head>(key.data() + from);
    char bytes[sizeof(Head)] = {};
    if (left > 0)
        std::memcpy(bytes, key.data() + from, size_t(left));
    return qFromBigEndian<Head>(bytes);
}

/// A piece of memory, for fetch().
using Memory = std::span<const std::byte>;

/// Tells the processor that \a memory is going to be changed. That it belongs to somebody else
/// meanwhile, or to nobody, does no harm, so no lock is needed.
inline void fetch(Memory memory)
{
    constexpr size_t kLineSize = 64;
    for (size_t at = 0; at < memory.size(); at += kLineSize)
        __builtin_prefetch(&memory[at], 1);
}

/// Makes \a heads, those behind all of \a prefix, those behind its first \a size bytes. All of the
/// keys have these bytes in common, so none of them is looked at.
inline void shortenPrefix(std::span<Head> heads, QByteArrayView prefix, qsizetype size)
{
    const auto common = headOf(prefix, size);
    const qsizetype bytes = prefix.size() - size;
    const bool fills = bytes >= qsizetype(sizeof(Head));
    for (Head &head : heads)
        head = fills ? common : Head(common | head >> (8 * bytes));
}

/// The first of the numbers in [\a from, \a to) for which \a isBefore is false; it is true for all
/// before that one.
template <typename IsBefore>
size_t partitionPoint(size_t from, size_t to, IsBefore isBefore)
{
    while (from < to) {
        const size_t middle = std::midpoint(from, to);
        if (isBefore(middle))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/// Which keys a search leaves behind it.
enum class Bound {
    Lower,  ///< those below the key searched for
    Upper,  ///< and that key
    Prefix, ///< and all that begin with it
};

/// Whether \a key is left behind in a search for \a wanted.
inline bool isBefore(QByteArrayView key, QByteArrayView wanted, Bound bound)
{
    switch (bound) {
    case Bound::Lower:
        return key < wanted;
    case Bound::Upper:
        return key <= wanted;
    case Bound::Prefix:
        break;
    }
    return key < wanted || key.startsWith(wanted);
}

/// The place in a sorted row of keys where a search for \a wanted ends. All of them begin with
/// \a prefix, \a heads are their heads behind it, and \a keyAt gives the key at a place.
template <typename KeyAt>
size_t search(std::span<const Head> heads, QByteArrayView prefix, QByteArrayView wanted,
              Bound bound, KeyAt keyAt)
{
    size_t from = 0;
    size_t to = heads.size();
    // What begins with a wanted prefix may have any head that is not lower.
    if (bound != Bound::Prefix && wanted.startsWith(prefix)) {
        const auto head = headOf(wanted, prefix.size());
        const auto lower = std::lower_bound(heads.begin(), heads.end(), head);
        from = size_t(lower - heads.begin());
        to = from;
        while (to < heads.size() && heads[to] == head)
            ++to;
    }
    return partitionPoint(from, to, [&](size_t at) { return isBefore(keyAt(at), wanted, bound); });
}

} // namespace memorykv::keyheads
