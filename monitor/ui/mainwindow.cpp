// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/mainwindow.h"

#include "monitor/models/displaytext.h"
#include "monitor/ui/connectionbar.h"
#include "monitor/ui/emptytableview.h"
#include "monitor/ui/format.h"
#include "monitor/ui/inspectorpanel.h"
#include "monitor/ui/keyspanel.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/metricspanel.h"
#include "monitor/ui/statusline.h"
#include "monitor/ui/walpanel.h"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>

namespace memorykv {

namespace {

constexpr int kCountdownMs = 250;
constexpr int kNoticeMs = 10'000;
constexpr int kStateVersion = 1; ///< of the docks; another one is not restored
constexpr QSize kMinimumSize(1024, 700);
constexpr QSize kFirstSize(1360, 860);

QString settingsKey(const char *name)
{
    return QStringLiteral("window/") + QLatin1String(name);
}

/// A key in the text of an action, where "&" would mark a letter.
QString menuText(const QByteArray &key)
{
    return displayText(key, 40).replace(QLatin1Char('&'), QStringLiteral("&&"));
}

} // namespace

MainWindow::MainWindow(Workspace &workspace, QWidget *parent)
    : QMainWindow(parent)
    , m_workspace(workspace)
    , m_link(workspace)
    , m_remover(workspace)
    , m_actions(this)
    , m_bar(new ConnectionBar(this))
    , m_noticeBar(new QToolBar(tr("Messages"), this))
    , m_notice(new MessageStrip(m_noticeBar))
    , m_keys(new KeysPanel(workspace, this))
    , m_wal(new WalPanel(workspace, this))
    , m_inspector(new InspectorPanel(workspace, m_link, this))
    , m_metrics(new MetricsPanel(workspace, this))
    , m_status(new StatusLine(workspace, this))
{
    setWindowTitle(tr("MemoryKV Monitor"));
    setMinimumSize(kMinimumSize);
    resize(kFirstSize);
    addToolBar(Qt::TopToolBarArea, m_bar);
    addToolBarBreak(Qt::TopToolBarArea);
    m_noticeBar->setObjectName(QStringLiteral("noticebar"));
    m_noticeBar->setMovable(false);
    m_noticeBar->setContextMenuPolicy(Qt::PreventContextMenu);
    // A tool bar decides itself whether its widgets are to be seen, but not about what is in them.
    auto *noticeHolder = new QWidget(m_noticeBar);
    auto *noticeLayout = new QHBoxLayout(noticeHolder);
    noticeLayout->setContentsMargins(4, 0, 4, 2);
    noticeLayout->addWidget(m_notice);
    m_noticeBar->addWidget(noticeHolder);
    m_noticeUndo = m_notice->addButton(tr("&Undo"));
    QPushButton *close = m_notice->addButton(tr("Close"));
    addToolBar(Qt::TopToolBarArea, m_noticeBar);
    m_noticeBar->hide();
    m_notice->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    setStatusBar(m_status);
    buildDocks();
    buildMenus();
    buildContextMenus();
    connectActions();
    connectPanels();
    connect(m_noticeUndo, &QPushButton::clicked, m_actions.undoDelete, &QAction::trigger);
    connect(close, &QPushButton::clicked, m_noticeBar, &QWidget::hide);
    m_noticeTimer.setSingleShot(true);
    m_noticeTimer.setInterval(kNoticeMs);
    connect(&m_noticeTimer, &QTimer::timeout, m_noticeBar, &QWidget::hide);
    m_countdown.setInterval(kCountdownMs);
    connect(&m_countdown, &QTimer::timeout, this, &MainWindow::showConnectionWords);
    fillChoices();
    onConnection();

    const QSettings &settings = workspace.settings();
    restoreGeometry(settings.value(settingsKey("geometry")).toByteArray());
    if (!restoreState(settings.value(settingsKey("docks")).toByteArray(), kStateVersion))
        resetLayout();
    m_noticeBar->hide();
    m_wal->view()->setFocus();
}

MainWindow::~MainWindow()
{
    // The focus goes on moving while the parts are taken down.
    disconnect(qApp, nullptr, this, nullptr);
}

void MainWindow::buildDocks()
{
    setDockNestingEnabled(true);
    const auto dock = [this](const QString &title, const char *name, QWidget *panel) {
        auto *widget = new QDockWidget(title, this);
        widget->setObjectName(QLatin1String(name));
        widget->setWidget(panel);
        return widget;
    };
    m_keysDock = dock(tr("Keys"), "keys", m_keys);
    m_walDock = dock(tr("Live log"), "wal", m_wal);
    m_inspectorDock = dock(tr("Inspector"), "inspector", m_inspector);
    m_metricsDock = dock(tr("Metrics"), "metrics", m_metrics);
}

void MainWindow::resetLayout()
{
    const QList<QDockWidget *> docks{m_keysDock, m_walDock, m_inspectorDock, m_metricsDock};
    // A dock that is taken out loses the focus.
    const QPointer<QWidget> focused = focusWidget();
    for (QDockWidget *dock : docks) {
        dock->setFloating(false);
        removeDockWidget(dock);
    }
    addDockWidget(Qt::LeftDockWidgetArea, m_keysDock);
    splitDockWidget(m_keysDock, m_metricsDock, Qt::Vertical);
    splitDockWidget(m_keysDock, m_walDock, Qt::Horizontal);
    splitDockWidget(m_walDock, m_inspectorDock, Qt::Horizontal);
    for (QDockWidget *dock : docks)
        dock->show();
    const int across = width();
    resizeDocks({m_keysDock, m_walDock, m_inspectorDock},
                {across * 22 / 100, across * 50 / 100, across * 28 / 100}, Qt::Horizontal);
    resizeDocks({m_keysDock, m_metricsDock}, {height() * 66 / 100, height() * 24 / 100},
                Qt::Vertical);
    m_bar->show();
    if (focused)
        focused->setFocus();
}

void MainWindow::buildMenus()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addActions(
        {m_actions.connectTo, m_actions.profiles, m_actions.disconnect, m_actions.retry});
    file->addSeparator();
    file->addActions(
        {m_actions.exportKeys, m_actions.exportLog, m_actions.importKeys, m_actions.saveValue});
    file->addSeparator();
    file->addAction(m_actions.quit);

    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    edit->addAction(m_actions.undoDelete);
    edit->addSeparator();
    edit->addActions({m_actions.copy, m_actions.copyCsv, m_actions.copyJson, m_actions.copyCurl});
    edit->addSeparator();
    edit->addActions({m_actions.newKey, m_actions.edit, m_actions.save, m_actions.expiry});
    edit->addSeparator();
    edit->addActions({m_actions.remove, m_actions.removePrefix});
    edit->addSeparator();
    edit->addAction(m_actions.readOnly);

    QMenu *view = menuBar()->addMenu(tr("&View"));
    view->addActions({m_actions.filter, m_actions.prefix, m_actions.refresh});
    view->addSeparator();
    view->addActions({m_actions.hold, m_actions.follow, m_actions.clearLog});
    view->addSeparator();
    for (QDockWidget *dock : {m_keysDock, m_walDock, m_inspectorDock, m_metricsDock})
        view->addAction(dock->toggleViewAction());
    view->addAction(m_actions.resetLayout);
    view->addSeparator();
    QMenu *colours = view->addMenu(tr("&Colours"));
    auto *group = new QActionGroup(this);
    const Appearance current
        = appearanceFromName(m_workspace.settings().value(settingsKey("appearance")).toString());
    const QList<std::pair<Appearance, QString>> choices{{Appearance::System, tr("As the &desktop")},
                                                        {Appearance::Light, tr("&Light")},
                                                        {Appearance::Dark, tr("Dar&k")}};
    for (const auto &[appearance, text] : choices) {
        QAction *action = colours->addAction(text);
        action->setCheckable(true);
        action->setChecked(appearance == current);
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, appearance = appearance] { setAppearance(appearance); });
    }

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addActions({m_actions.shortcuts, m_actions.about});
}

void MainWindow::buildContextMenus()
{
    const QList<QAction *> copies{m_actions.copy, m_actions.copyCsv, m_actions.copyJson,
                                  m_actions.copyCurl};
    QMenu *keys = m_keys->contextMenu();
    keys->addActions(copies);
    keys->addSeparator();
    QAction *events = keys->addAction(tr("Show its e&vents in the log"));
    connect(events, &QAction::triggered, this, [this] {
        const QModelIndex current = m_keys->view()->currentIndex();
        if (current.isValid())
            m_wal->setFilterText(QString::fromUtf8(current.data(KeysModel::KeyRole).toByteArray()));
    });
    keys->addSeparator();
    keys->addActions({m_actions.newKey, m_actions.remove, m_actions.removePrefix});
    keys->addSeparator();
    keys->addActions({m_actions.exportKeys, m_actions.refresh});

    QMenu *wal = m_wal->contextMenu();
    wal->addActions(copies);
    wal->addSeparator();
    QAction *only = wal->addAction(tr("Show only this &key"));
    connect(only, &QAction::triggered, this, [this] {
        const QModelIndex current = m_wal->view()->currentIndex();
        if (current.isValid())
            m_wal->setFilterText(QString::fromUtf8(current.data(WalModel::KeyRole).toByteArray()));
    });
    QAction *all = wal->addAction(tr("Show &all events"));
    connect(all, &QAction::triggered, this, [this] {
        m_wal->setFilterText({});
        m_wal->setPrefix({});
    });
    wal->addSeparator();
    wal->addActions({m_actions.hold, m_actions.follow});
    wal->addSeparator();
    wal->addActions({m_actions.exportLog, m_actions.clearLog});
    m_wal->view()->addActions({m_actions.hold, m_actions.follow});
}

void MainWindow::connectPanels()
{
    connect(m_bar, &ConnectionBar::connectRequested, this,
            [this](const QString &address, const QString &profileId) {
                const auto profile = m_workspace.profiles().profile(profileId);
                if (profile)
                    connectWith(*profile);
                else
                    connectToText(address);
            });
    connect(m_bar, &ConnectionBar::disconnectRequested, &m_workspace,
            &Workspace::disconnectFromServer);
    connect(m_bar, &ConnectionBar::retryRequested, &m_workspace, &Workspace::retryNow);
    connect(m_bar, &ConnectionBar::tokenRequested, this,
            [this] { askToken(tr("The server lets nobody in without a token that it knows.")); });
    connect(m_bar, &ConnectionBar::profilesRequested, this, &MainWindow::openProfiles);
    connect(m_bar, &ConnectionBar::readOnlyChanged, &m_workspace, &Workspace::setReadOnly);
    connect(m_actions.readOnly, &QAction::toggled, &m_workspace, &Workspace::setReadOnly);

    connect(m_keys, &KeysPanel::keyChosen, this, &MainWindow::inspect);
    connect(m_wal, &WalPanel::keyChosen, this, &MainWindow::inspect);
    connect(m_wal, &WalPanel::holdingChanged, m_actions.hold, &QAction::setChecked);
    connect(m_inspector, &InspectorPanel::stateChanged, this, &MainWindow::showActions);
    connect(m_inspector, &InspectorPanel::deleteRequested, this,
            [this] { m_remover.remove({m_workspace.inspector().key()}); });
    connect(m_keys->view()->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &MainWindow::showActions);
    connect(qApp, &QApplication::focusChanged, this, &MainWindow::showActions);

    const auto bad = [this](const QString &text) { say(Tone::Bad, text); };
    const auto good = [this](const QString &text) { say(Tone::Good, text); };
    connect(m_inspector, &InspectorPanel::failed, this, bad);
    connect(&m_link, &InspectorLink::failed, this, bad);
    connect(&m_link, &InspectorLink::done, this, good);
    connect(&m_remover, &KeyRemover::failed, this, bad);
    connect(&m_remover, &KeyRemover::done, this,
            [this](const QString &text, bool canUndo) { say(Tone::Good, text, canUndo); });
    connect(&m_workspace, &Workspace::failed, this, bad);
    connect(&m_workspace, &Workspace::connectionChanged, this, &MainWindow::onConnection);
    connect(&m_workspace, &Workspace::tokenNeeded, this, &MainWindow::askToken);
    connect(&m_workspace, &Workspace::certificateUntrusted, this, &MainWindow::askCertificate);
    connect(&m_workspace.deletes(), &DeleteHistory::changed, this, &MainWindow::showActions);
}

void MainWindow::fillChoices()
{
    QList<ServerChoice> choices;
    const QList<ConnectionProfile> profiles = m_workspace.profiles().profiles();
    for (const ConnectionProfile &profile : profiles) {
        choices.append({profile.id, profile.name, profile.address.toString(),
                        profile.colour.isEmpty() ? QColor() : QColor(profile.colour)});
    }
    m_bar->setChoices(choices);
}

void MainWindow::onConnection()
{
    const auto &profile = m_workspace.profile();
    if (profile) {
        m_bar->setServer(profile->address.toString(),
                         profile->colour.isEmpty() ? QColor() : QColor(profile->colour));
        setWindowTitle(tr("%1 \u2013 MemoryKV Monitor").arg(profile->name));
    }
    m_bar->setReadOnly(m_workspace.isReadOnly());
    m_actions.readOnly->setChecked(m_workspace.isReadOnly());
    const FeedState state = m_workspace.feed().status().state;
    if (state == FeedState::Offline)
        m_countdown.start();
    else
        m_countdown.stop();
    setStale(profile && state != FeedState::Live);
    showConnectionWords();
    showActions();
}

void MainWindow::showConnectionWords()
{
    const FeedStatus &status = m_workspace.feed().status();
    ConnectionView view;
    view.words = m_workspace.feed().statusText();
    view.canConnect = status.state == FeedState::Stopped;
    view.canRetry = m_workspace.profile() && !view.canConnect
                    && status.state != FeedState::Connecting && status.state != FeedState::Live;
    switch (status.state) {
    case FeedState::Live:
        view.tone = Tone::Good;
        if (const auto &info = m_workspace.serverInfo())
            view.words = tr("Live: MemoryKV %1").arg(QString::fromUtf8(info->version));
        if (m_workspace.isReadOnly())
            view.words = tr("%1, read-only").arg(view.words);
        break;
    case FeedState::Connecting:
        view.tone = Tone::Busy;
        break;
    case FeedState::Offline:
        view.tone = Tone::Warning;
        break;
    case FeedState::Stopped:
        view.tone = Tone::Neutral;
        break;
    default:
        view.tone = Tone::Bad;
        view.needsToken = status.state == FeedState::Refused;
        break;
    }
    m_bar->setView(view);
}

void MainWindow::setStale(bool stale)
{
    setDimmed(m_keys->view(), stale);
    setDimmed(m_wal->view(), stale);
    m_inspector->setStale(stale);
    m_metrics->setStale(stale);
}

void MainWindow::showActions()
{
    const bool live = m_workspace.isLive();
    const bool writable = live && !m_workspace.isReadOnly();
    const FeedState state = m_workspace.feed().status().state;
    const InspectorModel &inspector = m_workspace.inspector();
    const bool shown = inspector.state() == InspectorModel::State::Shown;
    m_actions.disconnect->setEnabled(state != FeedState::Stopped);
    m_actions.retry->setEnabled(state != FeedState::Stopped && state != FeedState::Live
                                && state != FeedState::Connecting);
    m_actions.exportKeys->setEnabled(live);
    m_actions.exportLog->setEnabled(m_workspace.profile().has_value());
    m_actions.importKeys->setEnabled(live);
    m_actions.saveValue->setEnabled(shown);
    m_actions.newKey->setEnabled(writable);
    m_actions.edit->setEnabled(m_inspector->canEdit());
    m_actions.save->setEnabled(m_inspector->isEditing() && writable);
    m_actions.expiry->setEnabled(m_inspector->canChangeTtl());
    showRemoveAction(writable);
    m_actions.removePrefix->setEnabled(writable);
    m_actions.refresh->setEnabled(live);
    const DeleteHistory &deletes = m_workspace.deletes();
    m_actions.undoDelete->setEnabled(writable && deletes.canUndo());
    m_actions.undoDelete->setText(deletes.canUndo()
                                      ? tr("&Undo delete of %1").arg(menuText(deletes.nextKey()))
                                      : tr("&Undo delete"));
}

/// What Del takes is not the same everywhere, so that the menu names it.
void MainWindow::showRemoveAction(bool writable)
{
    const int chosen = keysHaveFocus() ? m_keys->view()->selectedCount() : 0;
    const InspectorModel &inspector = m_workspace.inspector();
    const bool shown = !keysHaveFocus() && inspector.state() == InspectorModel::State::Shown;
    QString text = tr("De&lete");
    if (chosen > 1)
        text = tr("De&lete %1 keys\u2026").arg(numberText(qint64(chosen)));
    else if (chosen == 1)
        text = tr("De&lete %1").arg(menuText(m_keys->selectedKeys().constFirst()));
    else if (shown)
        text = tr("De&lete %1").arg(menuText(inspector.key()));
    m_actions.remove->setText(text);
    m_actions.remove->setEnabled(writable && (chosen > 0 || shown));
}

bool MainWindow::keysHaveFocus() const
{
    return m_keys->isAncestorOf(QApplication::focusWidget());
}

void MainWindow::say(Tone tone, const QString &text, bool canUndo)
{
    m_notice->say(tone, text);
    m_noticeUndo->setVisible(canUndo);
    m_noticeBar->show();
    fitNotice();
    // What went wrong stays until it is closed or something else is said.
    if (tone == Tone::Good)
        m_noticeTimer.start();
    else
        m_noticeTimer.stop();
}

/// A tool bar asks nothing for the height that goes with a width; left alone it takes the one of
/// text that is wrapped early.
void MainWindow::fitNotice()
{
    const QMargins around = m_notice->parentWidget()->layout()->contentsMargins();
    m_notice->setFixedHeight(m_notice->heightFor(width() - around.left() - around.right()));
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    fitNotice();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (!m_closing && m_inspector->hasUnsavedChanges()) {
        event->ignore();
        afterDraft([this] {
            m_closing = true;
            close();
        });
        return;
    }
    QSettings &settings = m_workspace.settings();
    settings.setValue(settingsKey("geometry"), saveGeometry());
    settings.setValue(settingsKey("docks"), saveState(kStateVersion));
    QMainWindow::closeEvent(event);
}

} // namespace memorykv
