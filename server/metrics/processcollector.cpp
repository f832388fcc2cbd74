// SPDX-License-Identifier: GPL-3.0-only
#include "server/metrics/processcollector.h"

#include "server/metrics/metricfamily.h"

#include <QFile>
#include <QList>

#include <filesystem>
#include <limits>

#include <sys/resource.h>
#include <unistd.h>

namespace memorykv {

namespace {

// Fields of /proc/<pid>/stat counted from 0 after the name, that is from field 3 of proc(5).
constexpr qsizetype kUserTime = 11;
constexpr qsizetype kSystemTime = 12;
constexpr qsizetype kStartTime = 19;
constexpr qsizetype kVirtualSize = 20;
constexpr qsizetype kResidentPages = 21;

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// The start of a process never changes, and /proc/stat is long on a machine of many cores.
std::optional<double> startTime(const ProcessStat &stat, double ticksPerSecond)
{
    static const std::optional<quint64> boot = parseBootTime(readAll(QStringLiteral("/proc/stat")));
    if (!boot)
        return std::nullopt;
    return static_cast<double>(*boot) + static_cast<double>(stat.startTicks) / ticksPerSecond;
}

std::optional<double> openFds()
{
    std::error_code error;
    std::filesystem::directory_iterator entry("/proc/self/fd", error);
    double count = 0;
    for (const std::filesystem::directory_iterator end; !error && entry != end;
         entry.increment(error))
        ++count;
    if (error || count == 0)
        return std::nullopt;
    return count - 1; // the one that reads the directory
}

std::optional<double> maxFds()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return std::nullopt;
    return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                           : static_cast<double>(limit.rlim_cur);
}

void append(std::vector<prometheus::MetricFamily> &families, const MetricInfo &info,
            prometheus::MetricType type, std::optional<double> value)
{
    if (!value)
        return;
    prometheus::ClientMetric metric;
    metric.counter.value = *value;
    metric.gauge.value = *value;
    families.emplace_back(emptyFamily(info, type)).metric.push_back(std::move(metric));
}

} // namespace

std::optional<ProcessStat> parseProcessStat(QByteArrayView text)
{
    const qsizetype nameEnd = text.lastIndexOf(')');
    if (nameEnd < 0)
        return std::nullopt;
    const QList<QByteArray> fields = text.sliced(nameEnd + 1).toByteArray().simplified().split(' ');
    if (fields.size() <= kResidentPages)
        return std::nullopt;
    bool allOk = true;
    const auto number = [&](qsizetype field) {
        bool ok = false;
        const quint64 value = fields[field].toULongLong(&ok);
        allOk = allOk && ok;
        return value;
    };
    const ProcessStat stat{.cpuTicks = number(kUserTime) + number(kSystemTime),
                           .startTicks = number(kStartTime),
                           .virtualBytes = number(kVirtualSize),
                           .residentPages = number(kResidentPages)};
    return allOk ? std::optional(stat) : std::nullopt;
}

std::optional<quint64> parseBootTime(QByteArrayView text)
{
    constexpr QByteArrayView kLabel = "btime ";
    for (const QByteArray &line : text.toByteArray().split('\n')) {
        if (!line.startsWith(kLabel))
            continue;
        bool ok = false;
        const quint64 seconds = line.sliced(kLabel.size()).trimmed().toULongLong(&ok);
        return ok ? std::optional(seconds) : std::nullopt;
    }
    return std::nullopt;
}

std::vector<prometheus::MetricFamily> collectProcess()
{
    using prometheus::MetricType;
    std::vector<prometheus::MetricFamily> families;
    const auto ticksPerSecond = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto pageSize = static_cast<double>(sysconf(_SC_PAGESIZE));

    if (const auto stat = parseProcessStat(readAll(QStringLiteral("/proc/self/stat")))) {
        append(families, metricnames::kProcessCpu, MetricType::Counter,
               static_cast<double>(stat->cpuTicks) / ticksPerSecond);
        append(families, metricnames::kProcessResidentMemory, MetricType::Gauge,
               static_cast<double>(stat->residentPages) * pageSize);
        append(families, metricnames::kProcessVirtualMemory, MetricType::Gauge,
               static_cast<double>(stat->virtualBytes));
        append(families, metricnames::kProcessStartTime, MetricType::Gauge,
               startTime(*stat, ticksPerSecond));
    }
    append(families, metricnames::kProcessOpenFds, MetricType::Gauge, openFds());
    append(families, metricnames::kProcessMaxFds, MetricType::Gauge, maxFds());
    return families;
}

} // namespace memorykv
