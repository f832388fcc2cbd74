// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/theme.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

namespace memorykv {

/// What the command line of memorykv-monitor asks for.
struct CommandLine
{
    QString address;                      ///< the server to connect to, checked; empty for none
    QString profile;                      ///< or the name of a profile
    bool readOnly = false;                ///< begin with the lock closed
    std::optional<Appearance> appearance; ///< for this run
};

/// The program is to print \c text and end with \c exitCode, 0 for --help and --version.
struct PrintAndExit
{
    QString text;
    int exitCode = 0;

    /// What is said, with exit code 2, when the command line asks for something that cannot be.
    static PrintAndExit fault(const QString &what);
};

/// Reads \a arguments, the program's name first. Needs no application
/// object.
std::variant<CommandLine, PrintAndExit> parseCommandLine(const QStringList &arguments);

} // namespace memorykv
