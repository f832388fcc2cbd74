// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>
#include <QtGlobal>

#include <array>
#include <optional>

namespace memorykv {

/// A time (milliseconds since 1970-01-01 UTC) in the form of RFC 3339, UTC with milliseconds:
/// 2026-11-23T18:52:44.123Z. A time outside the years 0000 to 9999, which that form cannot tell,
/// becomes the nearest it can. Kept on the stack; thread-safe.
class TimeText
{
public:
    explicit TimeText(qint64 timeMs);
    operator QByteArrayView() const { return {m_text.data(), m_text.data() + m_text.size()}; }

private:
    std::array<char, 24> m_text;
};

/// The time in \a text, as TimeText writes it, in milliseconds since 1970-01-01 UTC. The
/// fraction may be missing or have up to nine digits, of which three count. Nothing when the text
/// is anything else or no such moment exists. Thread-safe.
std::optional<qint64> timeFromText(QByteArrayView text);

} // namespace memorykv
