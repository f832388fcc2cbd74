// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/commandline.h"

#include "monitor/client/endpoint.h"

#include <QCommandLineParser>
#include <QCoreApplication>

namespace memorykv {

namespace {

constexpr int kUsageError = 2;

/// What is said in the user's language.
class CommandLineText
{
    Q_DECLARE_TR_FUNCTIONS(CommandLineText)
};

/// Qt knows the name of the program only once there is an application object.
QString helpText(const QCommandLineParser &parser)
{
    return parser.helpText().replace(QStringLiteral("<executable_name>"),
                                     QStringLiteral("memorykv-monitor"));
}

} // namespace

PrintAndExit PrintAndExit::fault(const QString &what)
{
    return {CommandLineText::tr("memorykv-monitor: %1\nTry memorykv-monitor --help.\n").arg(what),
            kUsageError};
}

std::variant<CommandLine, PrintAndExit> parseCommandLine(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(CommandLineText::tr(
        "Shows the keys, the live write-ahead log and the numbers of a MemoryKV server."));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  CommandLineText::tr("Prints this help and ends."));
    const QCommandLineOption version({QStringLiteral("v"), QStringLiteral("version")},
                                     CommandLineText::tr("Prints the version and ends."));
    const QCommandLineOption profile(QStringLiteral("profile"),
                                     CommandLineText::tr("Connects with the profile <name>."),
                                     QStringLiteral("name"));
    const QCommandLineOption readOnly(
        QStringLiteral("read-only"),
        CommandLineText::tr("Begins with the lock closed: nothing can be changed."));
    const QCommandLineOption appearance(
        QStringLiteral("appearance"),
        CommandLineText::tr("Colours for this run: system, light or dark."),
        QStringLiteral("which"));
    for (const auto &option : {help, version, profile, readOnly, appearance})
        parser.addOption(option);
    parser.addPositionalArgument(
        QStringLiteral("address"),
        CommandLineText::tr("The server, for example http://localhost:8080."),
        QStringLiteral("[address]"));
    if (!parser.parse(arguments))
        return PrintAndExit::fault(parser.errorText());
    if (parser.isSet(help))
        return PrintAndExit{helpText(parser), 0};
    if (parser.isSet(version))
        return PrintAndExit{QStringLiteral("memorykv-monitor " MEMORYKV_VERSION "\n"), 0};

    CommandLine line;
    line.profile = parser.value(profile);
    line.readOnly = parser.isSet(readOnly);
    if (parser.isSet(appearance)) {
        line.appearance = appearanceFromName(parser.value(appearance));
        if (appearanceName(*line.appearance) != parser.value(appearance))
            return PrintAndExit::fault(
                CommandLineText::tr("--appearance is system, light or dark, not '%1'")
                    .arg(parser.value(appearance)));
    }
    const QStringList positional = parser.positionalArguments();
    if (positional.size() > 1)
        return PrintAndExit::fault(CommandLineText::tr("only one address can be given"));
    if (!positional.isEmpty()) {
        line.address = positional.constFirst();
        if (const auto address = addressFromText(line.address); !address.ok())
            return PrintAndExit::fault(QString::fromUtf8(address.error().detail));
    }
    if (!line.address.isEmpty() && !line.profile.isEmpty())
        return PrintAndExit::fault(CommandLineText::tr("give either an address or --profile"));
    return line;
}

} // namespace memorykv
