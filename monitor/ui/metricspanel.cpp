// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/metricspanel.h"

#include "monitor/ui/format.h"
#include "monitor/ui/plotwidget.h"
#include "monitor/ui/theme.h"
#include "monitor/ui/tile.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace memorykv {

namespace {

constexpr int kMinuteMs = 60'000;
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

QString numberOr(const std::optional<double> &value, QString (*text)(double))
{
    return value ? text(*value) : QString();
}

QString wholeText(double number)
{
    return numberText(static_cast<qint64>(number));
}

/// The line colour of an operation: that of the events it makes in the log where there are any.
int colorOf(const QByteArray &operation)
{
    static const QMap<QByteArray, int> s_colors{
        {"get", 0},    {"put", 1},           {"batch", 2},      {"list", 3}, {"count", 3},
        {"delete", 4}, {"delete_prefix", 4}, {"delete_all", 4}, {"patch", 5}};
    return s_colors.value(operation, 2);
}

/// The points from \a fromMs on as a line, of what \a pick takes out of each.
template <typename Pick>
PlotSeries line(const QString &name, const std::deque<MetricsPoint> &points, qint64 fromMs,
                Pick pick)
{
    PlotSeries series{name, {}, -1};
    const auto before = [](const MetricsPoint &point, qint64 time) { return point.timeMs < time; };
    auto first = std::lower_bound(points.begin(), points.end(), fromMs, before);
    if (first != points.begin())
        --first; // so that the line enters from the left edge
    series.points.reserve(points.end() - first);
    for (auto point = first; point != points.end(); ++point) {
        const std::optional<double> value = point->absent ? std::nullopt : pick(*point);
        series.points.append({point->timeMs, value.value_or(kGap)});
    }
    return series;
}

} // namespace

MetricsPanel::MetricsPanel(Workspace &workspace, QWidget *parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_series(workspace.metrics())
    , m_operations(new Tile(tr("Operations/s"), this))
    , m_keys(new Tile(tr("Keys"), this))
    , m_bytes(new Tile(tr("Stored"), this))
    , m_p99(new Tile(tr("p99 (estimate)"), this))
    , m_consumers(new Tile(tr("Feed consumers"), this))
    , m_connections(new Tile(tr("Connections"), this))
    , m_span(new QComboBox(this))
    , m_rates(new PlotWidget(tr("Operations per second"), shortNumberText, this))
    , m_latency(new PlotWidget(tr("Request time (estimates)"), secondsText, this))
{
    for (const int minutes : {1, 5, 15, 50})
        m_span->addItem(minutes == 1 ? tr("Last minute") : tr("Last %1 min").arg(minutes), minutes);
    m_span->setCurrentIndex(1);
    m_span->setAccessibleName(tr("Time shown"));
    m_p99->setToolTip(tr("99 of 100 requests took at most about this long. Estimated from the "
                         "buckets of the server's histogram."));
    m_latency->setToolTip(tr("Estimated from the buckets of the server's histogram."));
    showEmptyWords();

    auto *tiles = new QHBoxLayout;
    tiles->setSpacing(4);
    for (Tile *tile : {m_operations, m_keys, m_bytes, m_p99, m_consumers, m_connections})
        tiles->addWidget(tile);
    tiles->addWidget(m_span);
    auto *plots = new QHBoxLayout;
    plots->setSpacing(4);
    plots->addWidget(m_rates);
    plots->addWidget(m_latency);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->setSpacing(4);
    layout->addLayout(tiles);
    layout->addLayout(plots, 1);

    connect(&m_series, &MetricsSeries::changed, this, &MetricsPanel::onSeries);
    connect(&workspace, &Workspace::metricsFailed, this, &MetricsPanel::onFailed);
    connect(m_span, &QComboBox::currentIndexChanged, this, &MetricsPanel::showPlots);
}

void MetricsPanel::setStale(bool stale)
{
    setDimmed(this, stale);
}

void MetricsPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    onSeries();
}

void MetricsPanel::onFailed(const QString &text)
{
    m_failure = text;
    showEmptyWords();
}

/// What stands where there are no lines: why there are none.
void MetricsPanel::showEmptyWords()
{
    QString rates = tr("No numbers yet");
    QString latency = rates;
    const auto last = m_series.last();
    if (!m_failure.isEmpty()) {
        rates = latency = tr("The metrics are not to be had:\n%1").arg(m_failure);
    } else if (last && last->operationsPerSecond) {
        rates = tr("No operations in this time");
        latency = tr("No requests in this time");
    }
    m_rates->setEmptyText(rates);
    m_latency->setEmptyText(latency);
}

void MetricsPanel::onSeries()
{
    if (!isVisible())
        return;
    showTiles();
    showEmptyWords();
    showPlots();
}

void MetricsPanel::showTiles()
{
    const auto last = m_series.last();
    const MetricsPoint point = last.value_or(MetricsPoint{});
    // While the server is away the tiles keep what was last known; they are paler then.
    if (point.absent)
        return;
    m_operations->setValue(numberOr(point.operationsPerSecond, shortNumberText));
    m_keys->setValue(numberOr(point.keys, wholeText));
    m_bytes->setValue(numberOr(point.storedBytes, bytesText));
    m_p99->setValue(numberOr(point.p99Seconds, secondsText));
    m_consumers->setValue(numberOr(point.subscribers, wholeText));
    m_connections->setValue(numberOr(point.connections, wholeText));
}

void MetricsPanel::showPlots()
{
    const std::deque<MetricsPoint> &points = m_series.points();
    const qint64 toMs = points.empty() ? 0 : points.back().timeMs;
    const qint64 spanMs = qint64(m_span->currentData().toInt()) * kMinuteMs;
    // A window that was opened just now does not show minutes of nothing.
    const qint64 firstMs = points.empty() ? toMs : points.front().timeMs;
    const qint64 fromMs = std::max(toMs - spanMs, std::min(firstMs, toMs - kMinuteMs));
    QList<PlotSeries> rates;
    const QByteArrayList operations = m_series.operations();
    for (const QByteArray &op : operations) {
        PlotSeries series = line(
            QString::fromUtf8(op), points, fromMs, [&op](const MetricsPoint &point) {
                const auto found = point.operationRates.constFind(op);
                return found == point.operationRates.cend() ? std::nullopt : std::optional(*found);
            });
        const auto happens = [](const PlotPoint &point) { return point.value > 0; };
        series.color = colorOf(op);
        if (std::any_of(series.points.cbegin(), series.points.cend(), happens))
            rates.append(std::move(series));
    }
    m_rates->setSeries(rates, fromMs, toMs);
    if (points.empty())
        return m_latency->setSeries({}, fromMs, toMs);
    m_latency->setSeries({line(tr("p50"), points, fromMs,
                               [](const MetricsPoint &point) { return point.p50Seconds; }),
                          line(tr("p90"), points, fromMs,
                               [](const MetricsPoint &point) { return point.p90Seconds; }),
                          line(tr("p99"), points, fromMs,
                               [](const MetricsPoint &point) { return point.p99Seconds; })},
                         fromMs, toMs);
}

} // namespace memorykv
