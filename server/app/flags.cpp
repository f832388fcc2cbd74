// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/flags.h"

#include "server/app/flagvalues.h"
#include "server/app/securityflags.h"
#include "server/app/storageflags.h"

#include <QThread>

#include <algorithm>
#include <array>

namespace memorykv {

namespace {

using namespace std::chrono_literals;

constexpr qint64 kKiB = 1 << 10;
constexpr qint64 kGiB = 1 << 30;
constexpr qint64 kMostMemory = 1024 * kGiB;
constexpr qint64 kMostConnections = 1'000'000;

/// Puts \a parsed into \a member, or passes its error on, which names \a word if there is one that
/// could stand in place of the value.
template <typename From, typename To>
Result<Done> store(const Result<From> &parsed, To &member, QByteArrayView word = {})
{
    if (!parsed)
        return word.isEmpty() ? parsed.error() : orWord(parsed.error(), word);
    member = static_cast<To>(*parsed);
    return Done{};
}

Result<Done> applyAddress(QByteArrayView value, Options &options)
{
    return store(addressFromText(value), options.address);
}

Result<Done> applyPort(QByteArrayView value, Options &options)
{
    return store(portFromText(value), options.port);
}

Result<Done> applyMetricsPort(QByteArrayView value, Options &options)
{
    if (value == "off") {
        options.metricsPort.reset();
        return Done{};
    }
    return store(portFromText(value), options.metricsPort, "off");
}

Result<Done> applyThreads(QByteArrayView value, Options &options)
{
    if (value == "cores") {
        options.threads = defaultThreads();
        return Done{};
    }
    return store(numberFromText(value, 1, kMaxThreads), options.threads, "cores");
}

Result<Done> applyMaxConnections(QByteArrayView value, Options &options)
{
    return store(numberFromText(value, 1, kMostConnections), options.maxConnections);
}

Result<Done> applyMaxMemory(QByteArrayView value, Options &options)
{
    if (value == "off") {
        options.maxMemory = 0;
        return Done{};
    }
    return store(sizeFromText(value, 1, kMostMemory), options.maxMemory, "off");
}

template <qint64 Options::*Member, qint64 Least, qint64 Most>
Result<Done> applySize(QByteArrayView value, Options &options)
{
    return store(sizeFromText(value, Least, Most), options.*Member);
}

Result<Done> applyHeartbeat(QByteArrayView value, Options &options)
{
    return store(durationFromText(value, 1s, 24h), options.heartbeat);
}

Result<Done> applyCorsOrigin(QByteArrayView value, Options &options)
{
    if (value == "off") {
        options.corsOrigins.clear();
        return Done{};
    }
    const auto origins = originsFromText(value);
    if (!origins)
        return origins.error();
    options.corsOrigins += *origins;
    return Done{};
}

Result<Done> applyLogLevel(QByteArrayView value, Options &options)
{
    static constexpr std::array<std::pair<QByteArrayView, LogLevel>, 4> kLevels = {{
        {"debug", LogLevel::Debug},
        {"info", LogLevel::Info},
        {"warning", LogLevel::Warning},
        {"error", LogLevel::Error},
    }};
    for (const auto &[name, level] : kLevels) {
        if (value == name) {
            options.logLevel = level;
            return Done{};
        }
    }
    return badValue(value, "is not a level; give debug, info, warning or error");
}

Result<Done> applyLogFormat(QByteArrayView value, Options &options)
{
    if (value != "text" && value != "json")
        return badValue(value, "is not a format; give text or json");
    options.logFormat = value == "text" ? LogFormat::Text : LogFormat::Json;
    return Done{};
}

// One row makes a flag: it is parsed, read from the environment and shown by --help.
constexpr std::array kFlags = {
    Flag{"address", "ADDRESS", "IP address to listen on, or localhost", "127.0.0.1", "Network", "",
         applyAddress},
    Flag{"port", "PORT", "port to listen on, 0 picks a free one", "8080", "Network", "PORT",
         applyPort},
    Flag{"metrics-port", "PORT", "port for /metrics alone; off: the main port", "off", "Network",
         "METRICS_PORT", applyMetricsPort},
    Flag{"max-connections", "N", "connections at one time; more get 503", "1024", "Network", "",
         applyMaxConnections},
    Flag{"max-per-address", "N", "connections from one address; off: no limit", "64", "Network", "",
         applyMaxPerAddress},
    Flag{"max-rate", "N", "requests a second from one address; more get 429", "off", "Network", "",
         applyMaxRate},
    Flag{"cors-origin", "ORIGIN", "pages of these origins may call; * for any", "off", "Network",
         "", applyCorsOrigin},
    Flag{"threads", "N", "worker threads, 1 to 256; cores: one each", "cores", "Work and memory",
         "", applyThreads},
    Flag{"max-value", "SIZE", "size of the largest value, up to 1GiB", "5MiB", "Work and memory",
         "", applySize<&Options::maxValueSize, 1, kGiB>},
    Flag{"max-memory", "SIZE", "memory for the data; then writes get 507", "off", "Work and memory",
         "", applyMaxMemory},
    Flag{"max-buffers", "SIZE", "bytes waiting for all clients together", "512MiB",
         "Work and memory", "", applyMaxBuffers},
    Flag{"history", "SIZE", "past changes held for consumers to replay", "32MiB", "Feed", "",
         applySize<&Options::historySize, 0, kMostMemory>},
    Flag{"feed-buffer", "SIZE", "events that may wait for one consumer", "8MiB", "Feed", "",
         applySize<&Options::feedBufferSize, kKiB, kMostMemory>},
    Flag{"heartbeat", "TIME", "from one ping of a consumer to the next", "60s", "Feed", "",
         applyHeartbeat},
    Flag{"data-dir", "DIR", "directory to keep the data in; off: memory alone", "off", "Storage",
         "", applyDataDir},
    Flag{"fsync", "WHEN", "always, interval (1 s) or never", "always", "Storage", "", applyFsync},
    Flag{"restore", "FILE", "fill an empty --data-dir from a snapshot", "off", "Storage", "",
         applyRestore},
    Flag{"segment-size", "SIZE", "size of one file of the log", "16MiB", "Storage", "",
         applySegmentSize},
    Flag{"snapshot-size", "SIZE", "log written before a new snapshot", "64MiB", "Storage", "",
         applySnapshotSize},
    Flag{"token-file", "FILE", "tokens, each with its role; off: none needed", "off", "Security",
         "", applyTokenFile},
    Flag{"tls-cert", "FILE", "certificate and its chain in PEM; off: no TLS", "off", "Security", "",
         applyTlsCertificate},
    Flag{"tls-key", "FILE", "the key of the certificate in PEM", "off", "Security", "",
         applyTlsKey},
    Flag{"host", "NAME", "more names the server goes by; * for any", "own", "Security", "",
         applyHost},
    Flag{"origin", "ORIGIN", "pages of these may open WebSockets, too", "own", "Security", "",
         applyOrigin},
    Flag{"insecure", "", "open to other machines without tokens", "false", "Security", "",
         applyInsecure},
    Flag{"log-level", "LEVEL", "debug, info, warning or error", "info", "Log", "", applyLogLevel},
    Flag{"log-format", "FORMAT", "text or json, one line a message", "text", "Log", "",
         applyLogFormat},
};

} // namespace

int defaultThreads()
{
    return std::clamp(QThread::idealThreadCount(), 1, kMaxThreads);
}

std::span<const Flag> flags()
{
    return kFlags;
}

QByteArray variableName(const Flag &flag)
{
    return "MEMORYKV_" + flag.name.toByteArray().toUpper().replace('-', '_');
}

} // namespace memorykv
