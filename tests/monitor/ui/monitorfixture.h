// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/tokenstore.h"
#include "monitor/ui/mainwindow.h"
#include "monitor/ui/workspace.h"
#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QHash>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>

#include <memory>

namespace memorykv::test {

/// Keeps tokens in memory. read() and write() call back at once, or fail while \c broken is set.
class MemoryTokenStore : public TokenStore
{
public:
    void read(const QString &profileId, Read done) override;
    void write(const QString &profileId, const QByteArray &token, Written done) override;
    void remove(const QString &profileId, Written done) override;

    QHash<QString, QByteArray> tokens;
    bool broken = false;
};

/// The monitor's window with settings and tokens of its own, shown on whatever platform the test
/// runs with.
class MonitorFixture
{
public:
    /// \a ini, when given, is what the settings file holds at the beginning.
    explicit MonitorFixture(const FeedOptions &options = fastOptions(), const QByteArray &ini = {});
    ~MonitorFixture();

    /// Options with which retries and batches come soon.
    static FeedOptions fastOptions();

    /// Connects to the port of 127.0.0.1, and waits until the feed is live. False after 30 s.
    bool connectTo(quint16 port);
    /// Waits until the feed is in \a state. False after 30 s.
    bool waitFor(FeedState state);

    /// Closes the window and makes it anew, with the same settings.
    void reopen();

    QString settingsPath() const { return m_folder.filePath(QStringLiteral("settings.ini")); }

    MemoryTokenStore tokens;
    std::unique_ptr<QSettings> settings;
    std::unique_ptr<Workspace> workspace;
    std::unique_ptr<MainWindow> window;

private:
    QTemporaryDir m_folder;
    FeedOptions m_options;
};

/// What tests of the connected window begin with: one server for all of them, which has to stop
/// well, and a window for each. Qt Test calls the slots of a base class too.
class MonitorTest : public QObject
{
    Q_OBJECT

protected:
    /// Makes the window and connects it to the server.
    bool openWindow();

    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<HttpClient> m_http;
    std::unique_ptr<MonitorFixture> m_fixture;

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void cleanupTestCase();
};

/// The address of \a port on this machine.
QString localAddress(quint16 port);

/// The button \a in whose text, without its mnemonic, begins with \a text; null when there is none.
QPushButton *button(const QWidget *in, const QString &text);

} // namespace memorykv::test
