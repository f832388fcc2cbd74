// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace memorykv {

/// SIGTERM, SIGINT and SIGHUP as Qt signals. At most one at a time in a process; lives on the main
/// thread. Ignores SIGPIPE, so that writing to a closed socket is an error and not the end.
class StopSignals : public QObject
{
    Q_OBJECT

public:
    explicit StopSignals(QObject *parent = nullptr);
    ~StopSignals() override;

Q_SIGNALS:
    /// The process was asked to stop.
    void stopRequested();
    /// The process was asked to read its files again (SIGHUP).
    void reloadRequested();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace memorykv
