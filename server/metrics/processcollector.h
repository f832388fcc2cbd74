// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayView>

#include <prometheus/metric_family.h>

#include <optional>
#include <vector>

namespace memorykv {

/// What /proc/<pid>/stat tells of a process (proc(5)).
struct ProcessStat
{
    quint64 cpuTicks = 0;      ///< user and system time, in clock ticks
    quint64 startTicks = 0;    ///< start of the process after boot, in clock ticks
    quint64 virtualBytes = 0;  ///< virtual memory size
    quint64 residentPages = 0; ///< resident memory, in pages
};

/// Reads the text of /proc/<pid>/stat, whose second field may hold spaces and parentheses. Nothing
/// when it is cut short or not of that form. Thread-safe.
std::optional<ProcessStat> parseProcessStat(QByteArrayView text);

/// The moment of boot in seconds since 1970-01-01 UTC: the btime line of \a text, which is that of
/// /proc/stat. Nothing when there is none. Thread-safe.
std::optional<quint64> parseBootTime(QByteArrayView text);

/// The process_* families for this process, from /proc/self and getrlimit(2). A family that cannot
/// be read is left out. Thread-safe.
std::vector<prometheus::MetricFamily> collectProcess();

} // namespace memorykv
