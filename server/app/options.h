// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/logging.h"
#include "server/app/securityoptions.h"
#include "server/app/storageoptions.h"
#include "shared/limits.h"
#include "shared/result.h"

#include <QHostAddress>
#include <QList>
#include <QProcessEnvironment>
#include <QStringList>

#include <chrono>
#include <optional>

namespace memorykv {

/// One worker thread for each core, at most kMaxThreads.
int defaultThreads();
inline constexpr int kMaxThreads = 256;

/// How the server is to run. A member here and a row in flags.cpp make a flag.
struct Options
{
    QHostAddress address{QHostAddress::LocalHost};
    quint16 port = 8080;                ///< 0: the system picks one
    std::optional<quint16> metricsPort; ///< none: /metrics is on the main port; 0 picks one
    int threads = defaultThreads();     ///< worker threads, 1 to kMaxThreads
    int maxConnections = 1024;
    qint64 maxValueSize = kDefaultMaxValueSize; ///< bytes
    qint64 maxMemory = 0;                       ///< bytes, 0 for no limit
    qint64 historySize = 32 << 20;              ///< bytes of mutations held for replay, 0 for none
    qint64 feedBufferSize = 8 << 20;            ///< bytes that may wait for one subscriber
    std::chrono::seconds heartbeat{60};
    QList<QByteArray> corsOrigins; ///< "*" or origins as browsers send them; empty: CORS is off
    SecurityOptions security;
    StorageOptions storage;
    LogLevel logLevel = LogLevel::Info;
    LogFormat logFormat = LogFormat::Text;

    friend bool operator==(const Options &, const Options &) = default;
};

/// What the command line asks for.
struct CommandLine
{
    enum class Action { Serve, PrintHelp, PrintVersion };

    Action action = Action::Serve;
    Options options; ///< for Serve
};

/// Reads \a arguments (as QCoreApplication::arguments(): the first is the program) and, for flags
/// that are not among them, \a environment.
///
/// "--flag value" and "--flag=value" mean the same. Of a flag given twice the last counts, so that
/// one can be added to a line a script wrote; --cors-origin adds up. A flag hides its environment
/// variable, which then may hold anything; an empty variable is none. --help or --version anywhere
/// win over all else.
///
/// InvalidArgument has a detail to print, "<flag or variable>: <what is wrong and what would be
/// right>". Unlike other errors it quotes the value: who reads it is who gave it. No side effects.
Result<CommandLine> parseOptions(const QStringList &arguments,
                                 const QProcessEnvironment &environment);

/// The text of --help, made from the table of flags; lines of at most 80 characters.
QByteArray helpText();

/// The text of --version, one line.
QByteArray versionText();

} // namespace memorykv
