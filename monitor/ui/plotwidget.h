// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QList>
#include <QString>
#include <QWidget>
#include <QtGlobal>

#include <functional>
#include <optional>

namespace memorykv {

/// One measured point of a plot. A value that is NaN is a gap: the line ends before it and begins
/// anew after it.
struct PlotPoint
{
    qint64 timeMs = 0; ///< milliseconds since 1970-01-01 UTC, ascending within a series
    double value = 0;
};

struct PlotSeries
{
    QString name;
    QList<PlotPoint> points;
    int color = -1; ///< for seriesColor(); negative: its place among the series
};

/// Lines over time with axes, a legend and a cursor that tells the values, painted with QPainter in
/// the colours of the palette. Moving the mouse over it, or Left and Right while it has the focus,
/// moves the cursor; Escape takes it away.
class PlotWidget : public QWidget
{
    Q_OBJECT

public:
    /// Makes the text of a value, for the axis and the cursor.
    using ValueText = std::function<QString(double)>;

    explicit PlotWidget(const QString &title, ValueText valueText, QWidget *parent = nullptr);

    /// Shows \a series from \a fromMs to \a toMs. What lies outside is not drawn.
    void setSeries(QList<PlotSeries> series, qint64 fromMs, qint64 toMs);

    /// What stands in the middle while no series has a point.
    void setEmptyText(const QString &text);

    /// The time the cursor stands at, if there is one.
    std::optional<qint64> cursorTime() const { return m_cursorMs; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    struct Frame;
    Frame frame() const;
    void paintAxes(QPainter &painter, const Frame &frame) const;
    void paintLines(QPainter &painter, const Frame &frame) const;
    void paintLegend(QPainter &painter, const Frame &frame) const;
    void paintCursor(QPainter &painter, const Frame &frame) const;
    void moveCursor(int steps);
    QColor lineColor(qsizetype index) const;
    bool isEmpty() const;
    double largest() const;
    void describe();

    QString m_title;
    QString m_emptyText;
    ValueText m_valueText;
    QList<PlotSeries> m_series;
    qint64 m_fromMs = 0;
    qint64 m_toMs = 0;
    std::optional<qint64> m_cursorMs;
};

/// The round step (1, 2 or 5 times a power of ten) that divides 0 to \a largest into at most
/// \a count parts. \a largest and \a count are above 0.
double roundStep(double largest, int count);

} // namespace memorykv
