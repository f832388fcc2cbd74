// SPDX-License-Identifier: GPL-3.0-only
#include "tests/e2e/consumers/consumerprocess.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <csignal>
#include <sys/prctl.h>

namespace memorykv::test {

using namespace Qt::StringLiterals;

namespace {
constexpr int kWaitMs = 60'000;
}

ConsumerProcess::ConsumerProcess(const QString &program, const QStringList &arguments)
{
    QObject::connect(&m_process, &QProcess::readyReadStandardOutput, &m_process,
                     [this] { m_output += m_process.readAllStandardOutput(); });
    QObject::connect(&m_process, &QProcess::readyReadStandardError, &m_process,
                     [this] { m_errors += m_process.readAllStandardError(); });
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    m_process.start(program, arguments);
}

ConsumerProcess::~ConsumerProcess()
{
    m_process.kill();
    m_process.waitForFinished();
}

bool ConsumerProcess::waitUntil(const std::function<bool()> &condition)
{
    return QTest::qWaitFor(condition, kWaitMs);
}

bool ConsumerProcess::waitForOutput(const QByteArray &text)
{
    return waitUntil([&] { return m_output.contains(text); });
}

bool ConsumerProcess::waitForTold(const QString &from, const QString &what, const QString &data)
{
    return waitUntil([&] { return told(from, what).contains(data); });
}

QStringList ConsumerProcess::told(const QString &from, const QString &what) const
{
    QStringList told;
    const QByteArrayList lines = m_output.split('\n');
    for (const QByteArray &line : lines) {
        const QJsonObject json = QJsonDocument::fromJson(line).object();
        if (json.value("from"_L1).toString() == from && json.value("what"_L1).toString() == what)
            told.append(json.value("data"_L1).toString());
    }
    return told;
}

int ConsumerProcess::finish()
{
    m_process.closeWriteChannel();
    const bool ended = waitUntil([this] { return m_process.state() == QProcess::NotRunning; });
    return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

} // namespace memorykv::test
