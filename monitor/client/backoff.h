// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/clock.h"

#include <QtGlobal>

namespace memorykv {

/// How long to wait before the next try: 0.5 s, doubled with each try up to 30 s, and of that a
/// random part between half (but at least 0.5 s) and all, so that many clients of one server do not
/// come back at once. One thread at a time.
class Backoff
{
public:
    static constexpr qint64 kFirstMs = 500;
    static constexpr qint64 kMaxMs = 30'000;

    explicit Backoff(RandomFraction random = systemRandomFraction());

    /// Milliseconds until the next try; each call is one more failure.
    qint64 next();
    /// It worked: begin with short waits again.
    void reset() { m_failures = 0; }
    /// How often next() was called since reset().
    int failures() const { return m_failures; }

private:
    RandomFraction m_random;
    int m_failures = 0;
};

} // namespace memorykv
