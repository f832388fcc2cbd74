// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArrayList>
#include <QProcess>

#include <functional>

namespace memorykv::test {

/// A foreign program that consumes the feed and prints what it gets. Killed with its object.
/// Needs a QCoreApplication; waits run its event loop.
class ConsumerProcess
{
public:
    ConsumerProcess(const QString &program, const QStringList &arguments);
    ~ConsumerProcess();

    ConsumerProcess(const ConsumerProcess &) = delete;
    ConsumerProcess &operator=(const ConsumerProcess &) = delete;

    /// Waits until the output has \a text in it. False when it has not within 60 s.
    bool waitForOutput(const QByteArray &text);

    /// Waits until it has printed the line of JSON {"from","what","data"} with these members. False
    /// when it has not within 60 s.
    bool waitForTold(const QString &from, const QString &what, const QString &data);

    /// The data of all lines of the consumer \a from about \a what, in order.
    QStringList told(const QString &from, const QString &what) const;

    /// Ends its standard input and waits for its end; the exit code, or -1.
    int finish();

    QByteArray output() const { return m_output; }
    /// All it wrote, for the message of a failed test.
    QByteArray everything() const { return m_output + "\n--- errors ---\n" + m_errors; }

private:
    bool waitUntil(const std::function<bool()> &condition);

    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace memorykv::test
