// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/statusline.h"

#include "monitor/ui/format.h"

#include <QDateTime>
#include <QLabel>

#include <algorithm>

namespace memorykv {

namespace {

constexpr int kTickMs = 1000;

/// A part never gets narrower, so that the line does not twitch with every second.
void setPart(QLabel *part, const QString &text)
{
    part->setText(text);
    part->setMinimumWidth(std::max(part->minimumWidth(), part->sizeHint().width()));
}

} // namespace

StatusLine::StatusLine(Workspace &workspace, QWidget *parent)
    : QStatusBar(parent)
    , m_workspace(workspace)
{
    setSizeGripEnabled(false);
    m_state = addPart(tr("How the feed stands"));
    m_heartbeat = addPart(tr("When a consumer of the feed last answered the server's ping"));
    m_seq = addPart(tr("The last change that has come here"));
    m_lag = addPart(tr("How many changes the server is ahead of this window"));
    m_rate = addPart(tr("Events that come from the feed each second"));
    m_buffered = addPart(tr("Events that wait until the window takes them"));
    m_shed = addPart(
        tr("Events left out since the window could not keep up; each place is a gap in the log"));
    m_second.setInterval(kTickMs);
    connect(&m_second, &QTimer::timeout, this, &StatusLine::tick);
    connect(&workspace, &Workspace::connectionChanged, this,
            [this] { setPart(m_state, feedStateText(m_workspace.feed().status().state)); });
    setPart(m_state, feedStateText(workspace.feed().status().state));
    m_second.start();
    tick();
}

QLabel *StatusLine::addPart(const QString &toolTip)
{
    auto *label = new QLabel(this);
    label->setToolTip(toolTip);
    label->setTextFormat(Qt::PlainText);
    label->setContentsMargins(6, 0, 6, 0);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    addPermanentWidget(label);
    return label;
}

QStringList StatusLine::parts() const
{
    QStringList texts;
    for (const QLabel *label : {m_state, m_heartbeat, m_seq, m_lag, m_rate, m_buffered, m_shed})
        texts += label->text();
    return texts;
}

void StatusLine::tick()
{
    const FeedStats &stats = m_workspace.feed().stats();
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    // Counts begin anew with another server.
    const quint64 came
        = stats.events >= m_eventsBefore ? stats.events - m_eventsBefore : stats.events;
    const double seconds = m_tickedAtMs == 0 ? 1 : double(now - m_tickedAtMs) / 1000;
    m_eventsBefore = stats.events;
    m_tickedAtMs = now;

    const QString dash = QStringLiteral("\u2013");
    setPart(m_heartbeat,
            tr("heartbeat %1")
                .arg(stats.lastHeartbeatMs == 0 ? dash : agoText(now - stats.lastHeartbeatMs)));
    setPart(m_seq, tr("seq %1").arg(stats.position ? numberText(stats.position->seq) : dash));
    setPart(m_lag, tr("lag %1").arg(m_workspace.isLive() ? numberText(m_workspace.lag()) : dash));
    setPart(m_rate,
            tr("%1 events/s").arg(shortNumberText(seconds > 0 ? double(came) / seconds : 0)));
    setPart(m_buffered, tr("buffered %1").arg(numberText(stats.buffered)));
    setPart(m_shed, tr("shed %1").arg(numberText(stats.shed)));
}

} // namespace memorykv
