// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QElapsedTimer>

#include <chrono>

namespace memorykv {

/// Whether \a bytes in the time since \a since are fewer than \a rate a second, on average, once
/// \a grace is over. Deadlines that each byte puts off do not end a client that sends or takes one
/// byte at a time.
inline bool isSlower(const QElapsedTimer &since, std::chrono::milliseconds grace, qint64 bytes,
                     qint64 rate)
{
    return since.elapsed() > grace.count() + bytes * 1000 / rate;
}

} // namespace memorykv
