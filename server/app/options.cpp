// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/options.h"

#include "server/app/flags.h"
#include "server/app/securityflags.h"
#include "server/app/storageflags.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace memorykv {

namespace {

constexpr QByteArrayView kHelp = "--help";
constexpr QByteArrayView kVersion = "--version";
/// What runServer() does in place of serving, when one of these comes first.
constexpr std::array<QByteArrayView, 3> kCommands{"--new-token", "--check", "--repair"};

/// How many letters have to be inserted, removed or replaced to turn \a from into \a to
/// (Levenshtein distance).
std::size_t editDistance(QByteArrayView from, QByteArrayView to)
{
    // One row of the table of distances between the starts of both.
    std::vector<std::size_t> row(static_cast<std::size_t>(to.size()) + 1);
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = i;
    for (const char letter : from) {
        std::size_t diagonal = row[0]++;
        for (std::size_t i = 1; i < row.size(); ++i) {
            const bool same = letter == to[static_cast<qsizetype>(i) - 1];
            const std::size_t replaced = diagonal + (same ? 0 : 1);
            diagonal = row[i];
            row[i] = std::min({replaced, row[i] + 1, row[i - 1] + 1});
        }
    }
    return row.back();
}

/// The known flag \a unknown was probably meant to be, with its dashes, or nothing.
QByteArray nearestFlag(QByteArrayView unknown)
{
    qsizetype dashes = 0;
    while (dashes < unknown.size() && unknown[dashes] == '-')
        ++dashes;
    const QByteArray typed = unknown.sliced(dashes).toByteArray().toLower().replace('_', '-');

    std::vector<QByteArrayView> names = {kHelp.sliced(2), kVersion.sliced(2)};
    for (const QByteArrayView command : kCommands)
        names.push_back(command.sliced(2));
    for (const Flag &flag : flags())
        names.push_back(flag.name);
    QByteArrayView nearest;
    std::size_t least = typed.size() < 4 ? 2 : 3; // this far off is no likeness
    for (const QByteArrayView name : names) {
        // "metrics" for metrics-port is nearer than any number of letters tells.
        const bool isStart = typed.size() >= 3 && name.startsWith(typed);
        const std::size_t distance = isStart ? 1 : editDistance(typed, name);
        if (distance < least) {
            least = distance;
            nearest = name;
        }
    }
    return nearest.isEmpty() ? QByteArray() : "--" + nearest.toByteArray();
}

Error invalid(const QByteArray &what)
{
    return {ErrorCode::InvalidArgument, what};
}

Error unknownArgument(QByteArrayView argument)
{
    const QByteArray shown = printable(QString::fromUtf8(argument));
    if (!argument.startsWith('-'))
        return invalid('\'' + shown + "' is not a flag; there are no other arguments");
    if (std::find(kCommands.begin(), kCommands.end(), argument) != kCommands.end())
        return invalid(shown + ": has to come first, and takes no flags");
    const QByteArray nearest = nearestFlag(argument);
    return invalid(shown + ": no such flag"
                   + (nearest.isEmpty() ? QByteArray() : "; did you mean " + nearest + '?'));
}

/// Applies \a value, which came from \a source (a flag or variable), and tells of it in errors.
Result<Done> apply(const Flag &flag, QByteArrayView value, const QByteArray &source,
                   Options &options)
{
    if (value.isEmpty())
        return invalid(source + ": needs a value, --" + flag.name.toByteArray() + ' '
                       + flag.value.toByteArray() + "; the default is "
                       + flag.defaultValue.toByteArray());
    auto applied = flag.apply(value, options);
    if (!applied)
        return invalid(source + ": " + applied.error().detail);
    return applied;
}

/// Reads the flags of \a arguments and notes in \a given which there were.
Result<Done> applyArguments(const QList<QByteArray> &arguments, Options &options,
                            std::set<const Flag *> &given)
{
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QByteArray &argument = arguments[i];
        const qsizetype equals = argument.indexOf('=');
        const QByteArray name = argument.first(equals < 0 ? argument.size() : equals);
        const auto all = flags();
        const auto flag = std::find_if(all.begin(), all.end(), [&name](const Flag &candidate) {
            return name.startsWith("--") && candidate.name == QByteArrayView(name).sliced(2);
        });
        if (name == kHelp || name == kVersion)
            return invalid(name + ": takes no value");
        if (flag == all.end())
            return unknownArgument(name);

        QByteArray value;
        if (equals >= 0)
            value = argument.sliced(equals + 1);
        else if (flag->value.isEmpty())
            value = "true";
        else if (i + 1 < arguments.size() && !arguments[i + 1].startsWith("--"))
            value = arguments[++i];
        if (auto applied = apply(*flag, value, name, options); !applied)
            return applied;
        given.insert(&*flag);
    }
    return Done{};
}

/// Reads from \a environment the flags that are not in \a given.
Result<Done> applyEnvironment(const QProcessEnvironment &environment,
                              const std::set<const Flag *> &given, Options &options)
{
    for (const Flag &flag : flags()) {
        if (given.contains(&flag))
            continue;
        for (const QByteArray &variable : {variableName(flag), flag.otherName.toByteArray()}) {
            const QByteArray value = environment.value(QString::fromUtf8(variable)).toUtf8();
            if (variable.isEmpty() || value.isEmpty())
                continue;
            if (auto applied = apply(flag, value, variable, options); !applied)
                return applied;
            break;
        }
    }
    return Done{};
}

} // namespace

Result<CommandLine> parseOptions(const QStringList &arguments,
                                 const QProcessEnvironment &environment)
{
    QList<QByteArray> flagsGiven;
    for (const QString &argument : arguments.sliced(std::min<qsizetype>(1, arguments.size())))
        flagsGiven.append(argument.toUtf8());

    CommandLine commandLine;
    for (const QByteArray &argument : flagsGiven) {
        if (argument == kHelp || argument == "-h")
            commandLine.action = CommandLine::Action::PrintHelp;
        else if (argument == kVersion)
            commandLine.action = CommandLine::Action::PrintVersion;
        else
            continue;
        return commandLine;
    }

    Options &options = commandLine.options;
    std::set<const Flag *> given;
    if (const auto applied = applyArguments(flagsGiven, options, given); !applied)
        return applied.error();
    if (const auto applied = applyEnvironment(environment, given, options); !applied)
        return applied.error();
    if (options.metricsPort && options.port != 0 && *options.metricsPort == options.port)
        return invalid("--metrics-port: " + QByteArray::number(options.port)
                       + " is the main port too; give another one, or off to have /metrics there");
    if (const auto checked = checkSecurity(options); !checked)
        return checked.error();
    if (const auto checked = checkStorage(options.storage); !checked)
        return checked.error();
    return commandLine;
}

} // namespace memorykv
