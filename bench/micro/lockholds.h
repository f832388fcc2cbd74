// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "bench/micro/latencies.h"

namespace memorykv {

/// How long the calling thread holds a QReadWriteLock each time, from when it has it until it gives
/// it back, while the object lives; one at a time. The linker leads the calls of the program to
/// QReadWriteLock through here (bench/micro/CMakeLists.txt), so what is measured is the code that
/// the server runs, which knows nothing of it.
class LockHolds
{
public:
    LockHolds();
    ~LockHolds();

    /// Of locks for reading, and for writing.
    Latencies reads;
    Latencies writes;

private:
    Q_DISABLE_COPY_MOVE(LockHolds)
};

} // namespace memorykv
