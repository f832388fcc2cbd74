// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/program.h"

#include "monitor/client/keychaintokenstore.h"
#include "monitor/ui/commandline.h"
#include "monitor/ui/connectionbar.h"
#include "monitor/ui/mainwindow.h"

#include <QApplication>
#include <QIcon>
#include <QSettings>

#include <cstdio>

// Outside of the namespace, as the macro demands.
static void initResources()
{
    Q_INIT_RESOURCE(monitor);
}

namespace memorykv {

namespace {

/// Which server to begin with: what the command line says, else the one of the last time.
void connectAtStart(const CommandLine &line, Workspace &workspace, MainWindow &window)
{
    if (!line.address.isEmpty())
        return window.connectToText(line.address);
    const QList<ConnectionProfile> profiles = workspace.profiles().profiles();
    for (const ConnectionProfile &profile : profiles) {
        const bool wanted = line.profile.isEmpty() ? profile.id == workspace.profiles().lastUsed()
                                                   : profile.name == line.profile;
        if (wanted)
            return workspace.connectTo(profile);
    }
    window.connectionBar()->focusAddress();
}

bool hasProfile(const ProfileStore &profiles, const QString &name)
{
    const QList<ConnectionProfile> all = profiles.profiles();
    return std::any_of(all.begin(), all.end(),
                       [&name](const ConnectionProfile &profile) { return profile.name == name; });
}

int print(const PrintAndExit &what)
{
    std::fputs(what.text.toLocal8Bit().constData(), what.exitCode == 0 ? stdout : stderr);
    return what.exitCode;
}

/// The arguments, readable without an application object, so that --help needs no display.
QStringList argumentsOf(int argc, char *argv[])
{
    QStringList arguments;
    for (int index = 0; index < argc; ++index)
        arguments += QString::fromLocal8Bit(argv[index]);
    return arguments;
}

} // namespace

int runMonitor(int argc, char *argv[])
{
    QCoreApplication::setApplicationName(QStringLiteral("memorykv-monitor"));
    QCoreApplication::setOrganizationName(QStringLiteral("MemoryKV"));
    QCoreApplication::setApplicationVersion(QStringLiteral(MEMORYKV_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("MemoryKV Monitor"));
    QGuiApplication::setDesktopFileName(QStringLiteral("memorykv-monitor"));
    const auto parsed = parseCommandLine(argumentsOf(argc, argv));
    if (const auto *text = std::get_if<PrintAndExit>(&parsed))
        return print(*text);
    const CommandLine &line = std::get<CommandLine>(parsed);

    const QApplication application(argc, argv);
    initResources();
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/memorykv/monitor.svg")));
    QSettings settings;
    const QString saved = settings.value(QStringLiteral("window/appearance")).toString();
    applyAppearance(line.appearance.value_or(appearanceFromName(saved)));
    KeychainTokenStore tokens;
    Workspace workspace(settings, tokens);
    if (!line.profile.isEmpty() && !hasProfile(workspace.profiles(), line.profile))
        return print(PrintAndExit::fault(
            QCoreApplication::translate("program", "there is no profile '%1'").arg(line.profile)));
    MainWindow window(workspace);
    window.show();
    connectAtStart(line, workspace, window);
    if (line.readOnly)
        workspace.setReadOnly(true);
    return QApplication::exec();
}

} // namespace memorykv
