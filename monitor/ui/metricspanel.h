// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/workspace.h"

#include <QWidget>

class QComboBox;

namespace memorykv {

class PlotWidget;
class Tile;

/// The server's numbers: tiles for now, plots for the last minutes. Where the server was away the
/// lines are broken.
class MetricsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit MetricsPanel(Workspace &workspace, QWidget *parent = nullptr);

    /// Shows the panel's data paler, or not.
    void setStale(bool stale);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void onSeries();
    void onFailed(const QString &text);
    void showEmptyWords();
    void showTiles();
    void showPlots();

    Workspace &m_workspace;
    MetricsSeries &m_series;
    QString m_failure; ///< why there are no metrics; empty when there are
    Tile *m_operations;
    Tile *m_keys;
    Tile *m_bytes;
    Tile *m_p99;
    Tile *m_consumers;
    Tile *m_connections;
    QComboBox *m_span;
    PlotWidget *m_rates;
    PlotWidget *m_latency;
};

} // namespace memorykv
