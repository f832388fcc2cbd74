// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/program.h"

#include "server/app/maintenance.h"
#include "server/app/newtoken.h"
#include "server/app/options.h"
#include "server/app/securityflags.h"
#include "server/app/server.h"
#include "server/app/stopsignals.h"

#include <QCoreApplication>

#include <cstdio>

#include <sys/resource.h>

namespace memorykv {

// Each connection takes a descriptor, and the usual soft limit of 1,024 is about programs that
// still use select(2), which this one does not.
static void raiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void print(std::FILE *file, QByteArrayView text)
{
    std::fwrite(text.data(), 1, size_t(text.size()), file);
    std::fflush(file);
}

static QByteArray urlOf(const Options &options, quint16 port)
{
    const QHostAddress &address = options.address;
    const bool isTls = !options.security.tlsCertificate.isEmpty();
    const QByteArray text = address.toString().toLatin1();
    const bool isV6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isTls ? "https://" : "http://") + (isV6 ? '[' + text + ']' : text) + ':'
           + QByteArray::number(port);
}

static int serve(const Options &options)
{
    installLogging(options.logLevel, options.logFormat);
    if (const auto safe = checkExposure(options); !safe) {
        print(stderr, "memorykv-server: " + safe.error().detail + '\n');
        return 1;
    }
    raiseDescriptorLimit();
    StopSignals signalsToStop;
    Server server(options);
    const auto started = server.start();
    if (!started) {
        print(stderr, "memorykv-server: " + started.error().detail + '\n');
        return 1;
    }
    QObject::connect(&signalsToStop, &StopSignals::stopRequested, &server, &Server::stop);
    QObject::connect(&signalsToStop, &StopSignals::reloadRequested, &server, &Server::reload);
    QObject::connect(&server, &Server::stopped, qApp, &QCoreApplication::quit);
    QObject::connect(&server, &Server::failed, [](const QByteArray &detail) {
        print(stderr, "memorykv-server: " + detail + '\n');
        QCoreApplication::exit(1);
    });
    const QByteArray url = urlOf(options, server.port());
    if (options.metricsPort) {
        print(stderr, "metrics on " + urlOf(options, server.metricsPort()) + "/metrics\n");
    }
    if (!options.storage.dataDir.isEmpty()) {
        print(stderr, "reading " + options.storage.dataDir + "; until that is done " + url
                          + " answers 503\n");
    }
    // Not a log line: programs that start this one wait for it, whatever the log's form.
    QObject::connect(&server, &Server::ready,
                     [url] { print(stderr, "listening on " + url + '\n'); });
    return QCoreApplication::exec();
}

static int printNewToken(const QStringList &arguments)
{
    QList<QByteArray> words;
    for (const QString &argument : arguments)
        words.append(argument.toUtf8());
    const auto token = newToken(words);
    if (!token) {
        print(stderr, "memorykv-server: " + token.error().detail + '\n');
        return 2;
    }
    print(stdout, *token);
    return 0;
}

// --check DIR and --repair DIR.
static int maintain(const QStringList &arguments, Result<QByteArray> (*act)(const QByteArray &))
{
    if (arguments.size() != 3) {
        print(stderr, "memorykv-server: " + arguments[1].toUtf8()
                          + ": give a data directory, and nothing else\n");
        return 2;
    }
    const auto text = act(arguments[2].toUtf8());
    if (!text) {
        print(stderr, "memorykv-server: " + text.error().detail + '\n');
        return 1;
    }
    print(stdout, *text);
    return 0;
}

int runServer(int argc, char *argv[])
{
    // GLib's event loop costs more per turn, and a server without a desktop gains nothing by it.
    qputenv("QT_NO_GLIB", "1");
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == QStringLiteral("--new-token"))
        return printNewToken(arguments.sliced(2));
    if (arguments.value(1) == QStringLiteral("--check"))
        return maintain(arguments, checkDataDirectory);
    if (arguments.value(1) == QStringLiteral("--repair"))
        return maintain(arguments, repairDataDirectory);
    const auto commandLine = parseOptions(arguments, QProcessEnvironment::systemEnvironment());
    if (!commandLine) {
        print(stderr, "memorykv-server: " + commandLine.error().detail
                          + "\nTry 'memorykv-server --help'.\n");
        return 2;
    }
    switch (commandLine->action) {
    case CommandLine::Action::PrintHelp:
        print(stdout, helpText());
        return 0;
    case CommandLine::Action::PrintVersion:
        print(stdout, versionText());
        return 0;
    case CommandLine::Action::Serve:
        break;
    }
    return serve(commandLine->options);
}

} // namespace memorykv
