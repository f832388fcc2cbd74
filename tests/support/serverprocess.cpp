// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/serverprocess.h"

#include <QDeadlineTimer>
#include <QDebug>
#include <QFile>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QTcpServer>

#include <sys/prctl.h>

namespace memorykv::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int kStartMs = 60'000;

QString serverPath()
{
    const QString fromEnvironment = qEnvironmentVariable("MEMORYKV_SERVER_PATH");
    return fromEnvironment.isEmpty() ? QStringLiteral(MEMORYKV_SERVER_PATH) : fromEnvironment;
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QProcessEnvironment childEnvironment(const Environment &wanted)
{
    auto environment = QProcessEnvironment::systemEnvironment();
    const QStringList inherited = environment.keys();
    for (const QString &name : inherited) {
        const bool configures
            = name == "PORT"_L1 || name == "METRICS_PORT"_L1
              || (name.startsWith("MEMORYKV_"_L1) && name != "MEMORYKV_THREADS"_L1);
        if (configures)
            environment.remove(name);
    }
    for (auto it = wanted.cbegin(); it != wanted.cend(); ++it)
        environment.insert(it.key(), it.value());
    return environment;
}

} // namespace

ServerProcess::ServerProcess(const QStringList &arguments, const Environment &environment)
    : m_arguments(arguments)
    , m_environment(environment)
{ }

ServerProcess::~ServerProcess()
{
    kill();
}

bool ServerProcess::choosesPort() const
{
    for (const QString &argument : m_arguments) {
        if (argument == "--port"_L1 || argument.startsWith("--port="_L1))
            return true;
    }
    return m_environment.contains(u"PORT"_s) || m_environment.contains(u"MEMORYKV_PORT"_s);
}

void ServerProcess::launch(const QStringList &arguments)
{
    m_port = 0;
    m_process.setProcessEnvironment(childEnvironment(m_environment));
    // Files, not pipes: nobody reads while a test talks to the server, and a full pipe would block
    // it.
    m_process.setStandardErrorFile(m_outputs.filePath(u"stderr"_s));
    m_process.setStandardOutputFile(m_outputs.filePath(u"stdout"_s));
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    m_process.start(serverPath(), arguments);
}

bool ServerProcess::start()
{
    launch(choosesPort() ? m_arguments : QStringList{u"--port"_s, u"0"_s} + m_arguments);
    static const QRegularExpression listening(u"listening on https?://[^\\s\"]*:([0-9]+)\\b"_s);
    const QDeadlineTimer deadline(kStartMs);
    while (!deadline.hasExpired()) {
        const bool ended = m_process.waitForFinished(5) || !isRunning();
        const auto match = listening.match(QString::fromUtf8(standardError()));
        if (match.hasMatch() && !ended) {
            m_port = match.captured(1).toUShort();
            return true;
        }
        if (ended)
            return false;
    }
    return false;
}

std::optional<int> ServerProcess::run()
{
    launch(m_arguments);
    return waitForEnd();
}

void ServerProcess::sendSignal(int signal)
{
    if (isRunning())
        ::kill(static_cast<pid_t>(m_process.processId()), signal);
}

std::optional<int> ServerProcess::stop(int signal)
{
    sendSignal(signal);
    const std::optional<int> code = waitForEnd();
    if (isRunning())
        kill();
    return code;
}

QByteArray ServerProcess::stopFault(int signal)
{
    sendSignal(signal);
    return endFault();
}

QByteArray ServerProcess::endFault()
{
    const std::optional<int> code = waitForEnd();
    kill();
    if (code == 0)
        return {};
    qWarning().noquote() << "the server wrote:\n" << standardError();
    return code ? "exit code " + QByteArray::number(*code) : "no exit by itself"_ba;
}

std::optional<int> ServerProcess::waitForEnd(int milliseconds)
{
    if (isRunning() && !m_process.waitForFinished(milliseconds))
        return std::nullopt;
    if (m_process.error() == QProcess::FailedToStart
        || m_process.exitStatus() != QProcess::NormalExit)
        return std::nullopt;
    return m_process.exitCode();
}

void ServerProcess::kill()
{
    if (!isRunning())
        return;
    m_process.kill();
    m_process.waitForFinished(kStartMs);
}

QByteArray ServerProcess::standardError() const
{
    return contents(m_outputs.filePath(u"stderr"_s));
}

QByteArray ServerProcess::standardOutput() const
{
    return contents(m_outputs.filePath(u"stdout"_s));
}

quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost, 0) ? server.serverPort() : quint16(0);
}

} // namespace memorykv::test
