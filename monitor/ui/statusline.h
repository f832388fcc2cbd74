// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/workspace.h"

#include <QStatusBar>
#include <QTimer>

class QLabel;

namespace memorykv {

/// The line at the bottom: how the feed stands and how it goes. Words that say too little by
/// themselves have a tool tip.
class StatusLine : public QStatusBar
{
    Q_OBJECT

public:
    explicit StatusLine(Workspace &workspace, QWidget *parent = nullptr);

    /// The parts as they stand, for reading them out: state, heartbeat, seq, lag, rate, buffered,
    /// shed.
    QStringList parts() const;

private:
    QLabel *addPart(const QString &toolTip);
    void tick();

    Workspace &m_workspace;
    QLabel *m_state;
    QLabel *m_heartbeat;
    QLabel *m_seq;
    QLabel *m_lag;
    QLabel *m_rate;
    QLabel *m_buffered;
    QLabel *m_shed;
    QTimer m_second;
    quint64 m_eventsBefore = 0;
    qint64 m_tickedAtMs = 0;
};

} // namespace memorykv
