// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <functional>

namespace memorykv {

/// Gives milliseconds that never go back, from any beginning. Tests hand in their own.
using MonotonicClock = std::function<qint64()>;

/// Gives a number from 0 up to, but not including, 1.
using RandomFraction = std::function<double()>;

/// The machine's monotonic clock. Thread-safe.
MonotonicClock systemMonotonicClock();

/// The process's random generator. Thread-safe.
RandomFraction systemRandomFraction();

} // namespace memorykv
