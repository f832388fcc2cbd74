// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QMap>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <csignal>
#include <optional>

namespace memorykv::test {

using Environment = QMap<QString, QString>;

/// The real server program, run for a test. Its path is that of the build's memorykv-server, or the
/// environment variable MEMORYKV_SERVER_PATH.
///
/// The child gets this process's environment without PORT, METRICS_PORT and MEMORYKV_* (but with
/// MEMORYKV_THREADS, by which ctest runs each suite with several thread counts), then the variables
/// given. It never outlives its ServerProcess: the destructor kills it, and the kernel does when
/// the test program dies.
///
/// Needs a QCoreApplication; not thread-safe; all waits are blocking and have a deadline.
class ServerProcess
{
public:
    explicit ServerProcess(const QStringList &arguments = {}, const Environment &environment = {});
    ~ServerProcess();

    ServerProcess(const ServerProcess &) = delete;
    ServerProcess &operator=(const ServerProcess &) = delete;

    /// Starts the program, with `--port 0` unless the arguments or variables choose a port, and
    /// waits for its line "listening on http://ADDRESS:PORT". False when it ended or was silent for
    /// 60 s; standardError() tells more.
    bool start();

    /// Starts the program and waits for its end, for runs that are not to serve. Nothing when it
    /// did not end by itself within 60 s or was ended by a signal.
    std::optional<int> run();

    /// The port of the "listening" line.
    quint16 port() const { return m_port; }

    void sendSignal(int signal);

    /// Sends \a signal and waits for the end. The exit code; nothing when the program did not end
    /// within 60 s (it is killed then) or was ended by a signal.
    std::optional<int> stop(int signal = SIGTERM);

    /// As stop(), for a test to compare with an empty text: why the end was not a clean one (exit
    /// code 0). What the program wrote on standard error goes to the test's log then.
    QByteArray stopFault(int signal = SIGTERM);

    /// The same without a signal of its own, for a program that was told to stop already.
    QByteArray endFault();

    /// Waits for the end without asking for it. As stop().
    std::optional<int> waitForEnd(int milliseconds = 60'000);

    /// Ends the program at once (SIGKILL) and waits for its end.
    void kill();

    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }

    /// What the program wrote so far.
    QByteArray standardError() const;
    QByteArray standardOutput() const;

private:
    void launch(const QStringList &arguments);
    bool choosesPort() const;

    QStringList m_arguments;
    Environment m_environment;
    QTemporaryDir m_outputs;
    QProcess m_process;
    quint16 m_port = 0;
};

/// A TCP port of 127.0.0.1 that was free a moment ago.
quint16 freePort();

} // namespace memorykv::test
