// SPDX-License-Identifier: GPL-3.0-only
// Load for a feed with many consumers; see bench/README.md.
#include "bench/fanout/consumers.h"
#include "bench/fanout/options.h"
#include "bench/fanout/payload.h"
#include "bench/fanout/publisher.h"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

using namespace memorykv::fanout;

namespace {

constexpr std::uint64_t kMilliseconds = 1'000'000;
constexpr std::uint64_t kQuiet = 200 * kMilliseconds; // Nothing for so long: it is all there.
constexpr std::uint64_t kDrainTimeout = 2'000 * kMilliseconds;
constexpr int kSlice = 10; // Milliseconds.

/// Processor time in seconds.
struct Processor
{
    double user = 0;
    double system = 0;
};

/// That of the processes PIDS (proc(5), fields 14 and 15 of /proc/<pid>/stat).
Processor processorOf(const std::vector<int> &pids)
{
    Processor sum;
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    for (const int pid : pids) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        std::string text{std::istreambuf_iterator<char>(file), {}};
        // The name in the second field may hold anything but ends with the last parenthesis.
        std::istringstream fields(text.substr(text.rfind(')') + 1));
        std::string skipped;
        for (int field = 3; field < 14; ++field)
            fields >> skipped;
        double user = 0;
        double system = 0;
        fields >> user >> system;
        sum.user += user / ticks;
        sum.system += system / ticks;
    }
    return sum;
}

double secondsOf(const timeval &time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// That of this program.
Processor ownProcessor()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return {secondsOf(usage.ru_utime), secondsOf(usage.ru_stime)};
}

/// Where a run is at one moment.
struct Moment
{
    std::uint64_t time;
    std::uint64_t published;
    std::uint64_t delivered;
    Processor server;
    Processor load;
};

Moment momentOf(const Options &options, const Publisher &publisher, const Consumers &consumers)
{
    return {now(), publisher.published(), consumers.counts().delivered, processorOf(options.pids),
            ownProcessor()};
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// Reads until there was nothing for a while: the heartbeats of connecting have passed.
void settle(Consumers &consumers)
{
    for (std::uint64_t last = now(); now() - last < kQuiet;) {
        if (consumers.read(kSlice))
            last = now();
    }
}

void readFor(double seconds, Consumers &consumers, Publisher &publisher)
{
    const std::uint64_t end = now() + static_cast<std::uint64_t>(seconds * 1e9);
    while (now() < end && !publisher.isFinished()) {
        consumers.read(kSlice);
        publisher.setDelivered(consumers.deliveredToAll());
    }
}

/// Ends publishing and reads until everything has come, or nothing does any more.
void drain(Consumers &consumers, Publisher &publisher)
{
    publisher.stop();
    while (!publisher.isFinished())
        consumers.read(kSlice);
    publisher.check();
    for (std::uint64_t last = now(); now() - last < kDrainTimeout;) {
        if (consumers.missingOf(publisher.published()) == 0)
            return;
        if (consumers.read(kSlice))
            last = now();
    }
}

void report(const Options &options, const Moment &begin, const Moment &end, Consumers &consumers,
            std::uint64_t published)
{
    const double seconds = static_cast<double>(end.time - begin.time) / 1e9;
    const auto rate = [seconds](std::uint64_t from, std::uint64_t to) {
        return static_cast<double>(to - from) / seconds;
    };
    const Consumers::Counts &counts = consumers.counts();
    std::printf("{\"protocol\":\"%s\",\"consumers\":%zu,\"stalled\":%zu,\"batch\":%zu,"
                "\"value_size\":%zu,\"seconds\":%.3f,\"published\":%llu,\"publish_rate\":%.1f,"
                "\"delivered\":%llu,\"delivered_rate\":%.1f,",
                options.protocolName.c_str(), options.consumers, consumers.stalled(), options.batch,
                options.valueSize, seconds,
                static_cast<unsigned long long>(end.published - begin.published),
                rate(begin.published, end.published),
                static_cast<unsigned long long>(end.delivered - begin.delivered),
                rate(begin.delivered, end.delivered));
    std::printf("\"lost\":%llu,\"reordered\":%llu,\"gaps\":%llu,\"others\":%llu,"
                "\"disconnected\":%llu,",
                static_cast<unsigned long long>(consumers.missingOf(published)),
                static_cast<unsigned long long>(counts.reordered),
                static_cast<unsigned long long>(counts.gaps),
                static_cast<unsigned long long>(counts.others),
                static_cast<unsigned long long>(counts.disconnected));
    std::printf("\"server_user\":%.3f,\"server_system\":%.3f,\"load_user\":%.3f,"
                "\"load_system\":%.3f,",
                end.server.user - begin.server.user, end.server.system - begin.server.system,
                end.load.user - begin.load.user, end.load.system - begin.load.system);
    const Histogram &times = consumers.times();
    std::printf("\"p50\":%.6f,\"p99\":%.6f,\"p999\":%.6f}\n", times.quantile(0.5),
                times.quantile(0.99), times.quantile(0.999));
}

void run(const Options &options)
{
    raiseDescriptorLimit();
    Consumers consumers(options);
    settle(consumers);
    Publisher publisher(options);
    publisher.start();
    readFor(options.warmUp, consumers, publisher);
    consumers.times().clear();
    const Moment begin = momentOf(options, publisher, consumers);
    readFor(options.seconds, consumers, publisher);
    const Moment end = momentOf(options, publisher, consumers);
    const Histogram times = consumers.times();
    drain(consumers, publisher);
    consumers.times() = times;
    report(options, begin, end, consumers, publisher.published());
}

} // namespace

int main(int argc, char **argv)
{
    const Options options = parseOptions(argc, argv);
    try {
        run(options);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "bench-fanout: %s\n", error.what());
        return 1;
    }
    return 0;
}
