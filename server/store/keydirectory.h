// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/keyheads.h"

#include <QByteArray>

#include <iterator>
#include <memory>
#include <vector>

namespace memorykv {

/// An inner node of the ordered index: children in order, and between each two of them a key that
/// separates them. A child holds keys that are not below its separator and below the next one's;
/// that of the first child separates nothing, and may be any. Not thread-safe.
template <typename Child>
class KeyDirectory
{
public:
    size_t size() const { return m_children.size(); }
    bool isEmpty() const { return m_children.empty(); }
    Child &at(size_t place) const { return *m_children[place].child; }
    const QByteArray &separator(size_t place) const { return m_children[place].separator; }

    /// Which child a search for \a wanted goes on in; there must be one.
    size_t find(QByteArrayView wanted, keyheads::Bound bound) const
    {
        return keyheads::search(
            std::span(m_heads).subspan(1), m_prefix, wanted,
            // A key that is a separator is in the child behind it.
            bound == keyheads::Bound::Lower ? keyheads::Bound::Upper : bound,
            [this](size_t place) { return QByteArrayView(m_children[place + 1].separator); });
    }

    /// What moves when a child comes or goes.
    keyheads::Memory headMemory() const { return std::as_bytes(std::span(m_heads)); }
    keyheads::Memory childMemory() const { return std::as_bytes(std::span(m_children)); }

    /// Puts \a child, whose keys are not below \a separator, at \a place: 0 for the first child of
    /// all, else behind another one.
    void insert(size_t place, QByteArray separator, std::unique_ptr<Child> child)
    {
        if (m_children.size() < 2) {
            m_prefix = separator;
        } else if (const auto common = keyheads::commonSize(m_prefix, separator);
                   common < m_prefix.size()) {
            keyheads::shortenPrefix(std::span(m_heads), m_prefix, common);
            m_prefix.truncate(common);
        }
        const auto head = keyheads::headOf(separator, m_prefix.size());
        m_heads.insert(m_heads.begin() + std::ptrdiff_t(place), head);
        m_children.insert(m_children.begin() + std::ptrdiff_t(place),
                          {std::move(separator), std::move(child)});
    }

    void remove(size_t place)
    {
        m_heads.erase(m_heads.begin() + std::ptrdiff_t(place));
        m_children.erase(m_children.begin() + std::ptrdiff_t(place));
    }

    void clear()
    {
        m_heads.clear();
        m_children.clear();
    }

    /// Moves the children from \a place on to \a upper, which is empty.
    void split(size_t place, KeyDirectory &upper)
    {
        const auto from = m_children.begin() + std::ptrdiff_t(place);
        upper.m_children.assign(std::make_move_iterator(from),
                                std::make_move_iterator(m_children.end()));
        m_children.erase(from, m_children.end());
        sharpen();
        upper.sharpen();
    }

private:
    struct Item
    {
        QByteArray separator;
        std::unique_ptr<Child> child;
    };

    void sharpen()
    {
        if (m_children.size() > 1) {
            const QByteArray &first = m_children[1].separator;
            m_prefix = first.first(keyheads::commonSize(first, m_children.back().separator));
        }
        makeHeads();
    }

    void makeHeads()
    {
        m_heads.clear();
        for (const Item &item : m_children)
            m_heads.push_back(keyheads::headOf(item.separator, m_prefix.size()));
    }

    QByteArray m_prefix; ///< what all separators but the first begin with, or a part of it
    std::vector<keyheads::Head> m_heads;
    std::vector<Item> m_children;
};

} // namespace memorykv
