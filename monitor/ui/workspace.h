// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/connectionprofile.h"
#include "monitor/client/feedclient.h"
#include "monitor/client/metricsclient.h"
#include "monitor/client/profilestore.h"
#include "monitor/client/restclient.h"
#include "monitor/client/tokenstore.h"
#include "monitor/models/deletehistory.h"
#include "monitor/models/inspectormodel.h"
#include "monitor/models/keysmodel.h"
#include "monitor/models/metricsseries.h"
#include "monitor/models/walmodel.h"

#include <QObject>

#include <optional>

class QSettings;

namespace memorykv {

/// One server under view: its clients, its models, and what goes between them. The window shows the
/// models and calls the functions here; nothing of it blocks. GUI thread.
class Workspace : public QObject
{
    Q_OBJECT

public:
    /// \a settings and \a tokens must outlive the workspace.
    Workspace(QSettings &settings, TokenStore &tokens, const FeedOptions &options = {},
              QObject *parent = nullptr);
    ~Workspace() override;

    /// Connects with \a profile, which need not be a saved one. The data of another server goes.
    /// A token is taken from the keychain, or asked for by tokenNeeded().
    void connectTo(const ConnectionProfile &profile);
    /// Connects, now with \a token; \a keep puts it into the keychain and saves the profile.
    void connectWithToken(const QByteArray &token, bool keep);
    /// Connects, now accepting the certificate with this fingerprint; \a keep saves that.
    void acceptCertificate(const QByteArray &sha256, bool keep);
    /// Closes the connection. The data stays, dimmed.
    void disconnectFromServer();
    void retryNow();

    /// The server that is or was connected to; nothing before the first connectTo().
    const std::optional<ConnectionProfile> &profile() const { return m_profile; }
    bool isLive() const { return m_feed.status().state == FeedState::Live; }
    /// What the server said of itself when it was last found.
    const std::optional<ServerInfo> &serverInfo() const { return m_info; }
    /// How many mutations the server is ahead of what has come here; 0 when it is not known.
    quint64 lag() const;

    bool isReadOnly() const { return m_readOnly; }
    /// Locks or unlocks writing. Requests that are on their way are done again where they read.
    void setReadOnly(bool readOnly);

    ProfileStore &profiles() { return m_profiles; }
    TokenStore &tokens() { return m_tokens; }
    QSettings &settings() { return m_settings; }
    FeedClient &feed() { return m_feed; }
    RestClient &rest() { return m_rest; }
    KeysModel &keys() { return m_keys; }
    WalModel &wal() { return m_wal; }
    InspectorModel &inspector() { return m_inspector; }
    MetricsSeries &metrics() { return m_series; }
    DeleteHistory &deletes() { return m_deletes; }

Q_SIGNALS:
    /// Profile, feed status or lock changed.
    void connectionChanged();
    /// A token is needed to go on; \a why says so in a sentence.
    void tokenNeeded(const QString &why);
    void certificateUntrusted(const memorykv::CertificateQuestion &question);
    /// Something outside of any panel went wrong.
    void failed(const QString &text);
    /// The metrics are not to be had; empty when they are again.
    void metricsFailed(const QString &text);
    /// The requests for what is inspected ended without an answer and are to be made again.
    void inspectionInterrupted();
    /// What is inspected has to be loaded again: it came back after it was missing, or the server
    /// began a new history, in which revisions mean other values.
    void inspectionOutdated();

private:
    void open();
    Endpoint endpoint() const;
    void onServerFound(const ServerInfo &info);
    void onEvents(const QList<Event> &batch);
    void onStatus(const FeedStatus &status);
    void onPageWanted(const KeyPageRequest &request);
    void clearData();
    void onNewHistory();

    QSettings &m_settings;
    TokenStore &m_tokens;
    ProfileStore m_profiles;
    KeysModel m_keys;
    WalModel m_wal;
    InspectorModel m_inspector;
    MetricsSeries m_series;
    DeleteHistory m_deletes;
    RestClient m_rest;
    MetricsClient m_metrics;
    FeedClient m_feed;
    std::optional<ConnectionProfile> m_profile;
    std::optional<ServerInfo> m_info;
    QUrl m_dataFrom;     ///< the server the models hold data of
    quint64 m_epoch = 0; ///< of the last event; 0 before the first
    QByteArray m_token;
    bool m_readOnly = false;
    int m_connects = 0; ///< counts connectTo(): an answer of the keychain to an earlier one is void
};

} // namespace memorykv
