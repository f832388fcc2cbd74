// SPDX-License-Identifier: GPL-3.0-only
#include "tests/monitor/ui/monitorfixture.h"

#include <QFile>
#include <QTest>

namespace memorykv::test {

namespace {

constexpr int kPatienceMs = 30'000;

} // namespace

void MemoryTokenStore::read(const QString &profileId, Read done)
{
    if (broken)
        return done(Error{ErrorCode::Unavailable, "there is no keychain"});
    const auto found = tokens.constFind(profileId);
    done(found == tokens.cend() ? std::optional<QByteArray>() : std::optional(*found));
}

void MemoryTokenStore::write(const QString &profileId, const QByteArray &token, Written done)
{
    if (broken)
        return done(Error{ErrorCode::Unavailable, "there is no keychain"});
    tokens.insert(profileId, token);
    done(Done{});
}

void MemoryTokenStore::remove(const QString &profileId, Written done)
{
    tokens.remove(profileId);
    done(Done{});
}

FeedOptions MonitorFixture::fastOptions()
{
    FeedOptions options;
    options.flushMs = 20;
    // The shortest waits: half a second, then what doubles of it.
    options.random = [] { return 0.0; };
    return options;
}

MonitorFixture::MonitorFixture(const FeedOptions &options, const QByteArray &ini)
    : m_options(options)
{
    if (!ini.isEmpty()) {
        QFile file(settingsPath());
        if (file.open(QIODevice::WriteOnly))
            file.write(ini);
    }
    reopen();
}

MonitorFixture::~MonitorFixture() = default;

void MonitorFixture::reopen()
{
    if (window)
        window->close();
    window.reset();
    workspace.reset();
    settings = std::make_unique<QSettings>(settingsPath(), QSettings::IniFormat);
    workspace = std::make_unique<Workspace>(*settings, tokens, m_options);
    window = std::make_unique<MainWindow>(*workspace);
    window->show();
    if (!QTest::qWaitForWindowActive(window.get()))
        qWarning("the window did not become active");
}

bool MonitorFixture::connectTo(quint16 port)
{
    window->connectToText(localAddress(port));
    return waitFor(FeedState::Live);
}

bool MonitorFixture::waitFor(FeedState state)
{
    return QTest::qWaitFor([&] { return workspace->feed().status().state == state; }, kPatienceMs);
}

QString localAddress(quint16 port)
{
    return QStringLiteral("http://127.0.0.1:%1").arg(port);
}

bool MonitorTest::openWindow()
{
    m_fixture = std::make_unique<MonitorFixture>();
    return m_fixture->connectTo(m_server->port());
}

void MonitorTest::initTestCase()
{
    m_server = std::make_unique<ServerProcess>();
    QVERIFY2(m_server->start(), m_server->standardError().constData());
    m_http = std::make_unique<HttpClient>(m_server->port());
}

void MonitorTest::cleanup()
{
    m_fixture.reset();
}

void MonitorTest::cleanupTestCase()
{
    QCOMPARE(m_server->stopFault(), QByteArray());
}

QPushButton *button(const QWidget *in, const QString &text)
{
    for (QPushButton *found : in->findChildren<QPushButton *>()) {
        if (found->text().remove(QLatin1Char('&')).startsWith(text))
            return found;
    }
    return nullptr;
}

} // namespace memorykv::test
