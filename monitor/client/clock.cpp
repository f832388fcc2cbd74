// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/clock.h"

#include <QRandomGenerator>

#include <chrono>

namespace memorykv {

MonotonicClock systemMonotonicClock()
{
    return [] {
        using namespace std::chrono;
        return qint64{duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count()};
    };
}

RandomFraction systemRandomFraction()
{
    return [] { return QRandomGenerator::global()->generateDouble(); };
}

} // namespace memorykv
