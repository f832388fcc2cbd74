// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/inspectorlink.h"
#include "monitor/ui/keyremover.h"
#include "monitor/ui/theme.h"
#include "monitor/ui/windowactions.h"
#include "monitor/ui/workspace.h"

#include <QMainWindow>
#include <QPointer>
#include <QTimer>

class QDockWidget;
class QPushButton;

namespace memorykv {

class ConnectionBar;
class InspectorPanel;
class KeysPanel;
class MessageStrip;
class MetricsPanel;
class StatusLine;
class WalPanel;

/// The window: panels in docks, menus, and the questions that have to be asked. It asks in dialogs
/// that leave the rest of the program running. Remembers its place and its docks.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    /// \a workspace must outlive the window.
    explicit MainWindow(Workspace &workspace, QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Connects to what the user typed: an address, or that of a profile. Says so when it is none.
    void connectToText(const QString &text);
    /// Shows \a key in the inspector, after asking if changes would be lost.
    void inspect(const QByteArray &key);
    void resetLayout();

    ConnectionBar *connectionBar() const { return m_bar; }
    KeysPanel *keysPanel() const { return m_keys; }
    WalPanel *walPanel() const { return m_wal; }
    InspectorPanel *inspectorPanel() const { return m_inspector; }
    MetricsPanel *metricsPanel() const { return m_metrics; }
    MessageStrip *notice() const { return m_notice; }
    StatusLine *statusLine() const { return m_status; }
    const WindowActions &actions() const { return m_actions; }

protected:
    void closeEvent(QCloseEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void buildDocks();
    void buildMenus();
    void buildContextMenus();
    void connectActions();
    void connectPanels();
    void fillChoices();

    void onConnection();
    void showConnectionWords();
    void showActions();
    void showRemoveAction(bool writable);
    bool keysHaveFocus() const;
    void setStale(bool stale);
    void fitNotice();
    void say(Tone tone, const QString &text, bool canUndo = false);

    void connectWith(const ConnectionProfile &profile);
    void askToken(const QString &why);
    void askCertificate(const CertificateQuestion &question);
    void openProfiles();
    void openExport(bool keys);
    void openImport();
    void newKey();
    void removeChosen();
    void removePrefix();
    void copyAs(int format);
    void setAppearance(Appearance appearance);
    void showShortcuts();
    void showAbout();
    /// Calls \a go at once, or when the user has agreed to lose the draft in the inspector.
    void afterDraft(const std::function<void()> &go);

    Workspace &m_workspace;
    InspectorLink m_link;
    KeyRemover m_remover;
    WindowActions m_actions;
    ConnectionBar *m_bar;
    QToolBar *m_noticeBar;
    MessageStrip *m_notice;
    QPushButton *m_noticeUndo;
    KeysPanel *m_keys;
    WalPanel *m_wal;
    InspectorPanel *m_inspector;
    MetricsPanel *m_metrics;
    StatusLine *m_status;
    QDockWidget *m_keysDock = nullptr;
    QDockWidget *m_walDock = nullptr;
    QDockWidget *m_inspectorDock = nullptr;
    QDockWidget *m_metricsDock = nullptr;
    QPointer<QDialog> m_tokenDialog;
    QPointer<QDialog> m_certificateDialog;
    QTimer m_countdown;
    QTimer m_noticeTimer;
    bool m_closing = false; ///< the user has agreed to lose the draft
};

} // namespace memorykv
