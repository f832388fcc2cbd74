// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstring>
#include <initializer_list>

namespace memorykv {

/// Writes \a bytes to \a at, which must have room for them, and returns the place after them.
inline char *writeBytes(QByteArrayView bytes, char *at)
{
    if (!bytes.isEmpty())
        std::memcpy(at, bytes.data(), static_cast<std::size_t>(bytes.size()));
    return at + bytes.size();
}

/// Makes \a out longer by \a count bytes that the caller writes, and returns the first of them.
/// Unlike reserve(), which gives just what it is asked for, this grows in steps that double, so
/// that appending many times costs no more than the bytes.
inline char *extend(QByteArray &out, qsizetype count)
{
    const qsizetype start = out.size();
    out.resize(start + count);
    return out.data() + start;
}

/// Appends \a parts to \a out, growing it once. No part may lie in \a out.
inline void appendAll(std::initializer_list<QByteArrayView> parts, QByteArray &out)
{
    qsizetype total = 0;
    for (const QByteArrayView part : parts)
        total += part.size();
    char *at = extend(out, total);
    for (const QByteArrayView part : parts)
        at = writeBytes(part, at);
}

/// Text put together on the stack, of at most Size bytes; more is a programming error and left out.
template <qsizetype Size>
class FixedText
{
public:
    FixedText() = default;
    explicit FixedText(std::integral auto number) { addNumber(number); }

    void add(QByteArrayView text)
    {
        Q_ASSERT(text.size() <= room());
        m_end = writeBytes(text.first(std::min(text.size(), room())), m_end);
    }
    void addNumber(std::integral auto number)
    {
        m_end = std::to_chars(m_end, m_end + room(), number).ptr;
    }
    operator QByteArrayView() const { return {m_text.data(), m_end}; }

private:
    qsizetype room() const { return m_text.data() + Size - m_end; }

    std::array<char, Size> m_text;
    char *m_end = m_text.data();
    Q_DISABLE_COPY_MOVE(FixedText)
};

} // namespace memorykv
