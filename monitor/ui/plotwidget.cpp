// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/plotwidget.h"

#include "monitor/ui/theme.h"

#include <QDateTime>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>

#include <algorithm>
#include <array>
#include <cmath>

namespace memorykv {

namespace {

constexpr int kMargin = 8;
constexpr int kPreferredHeight = 150;
constexpr int kPreferredWidth = 360;

/// The step between labels of the time axis, so that they are at least \a minimumMs apart.
qint64 timeStep(double minimumMs)
{
    static constexpr std::array<qint64, 15> kSeconds{1,   2,   5,   10,   15,   30,   60,   120,
                                                     300, 600, 900, 1800, 3600, 7200, 21600};
    for (const qint64 seconds : kSeconds) {
        if (double(seconds * 1000) >= minimumMs)
            return seconds * 1000;
    }
    return qint64{86400} * 1000;
}

/// The value at \a timeMs: that of the nearest point that is not a gap and not further away than
/// \a reachMs.
std::optional<PlotPoint> pointNear(const QList<PlotPoint> &points, qint64 timeMs, qint64 reachMs)
{
    const auto before = [](const PlotPoint &point, qint64 time) { return point.timeMs < time; };
    auto right = std::lower_bound(points.begin(), points.end(), timeMs, before);
    std::optional<PlotPoint> nearest;
    const auto consider = [&](const PlotPoint &point) {
        const qint64 distance = std::abs(point.timeMs - timeMs);
        if (!std::isnan(point.value) && distance <= reachMs
            && (!nearest || distance < std::abs(nearest->timeMs - timeMs)))
            nearest = point;
    };
    if (right != points.end())
        consider(*right);
    if (right != points.begin())
        consider(*(right - 1));
    return nearest;
}

} // namespace

/// Where things are, for one painting.
struct PlotWidget::Frame
{
    QRectF area; ///< of the lines
    qint64 fromMs;
    double spanMs;
    double step; ///< the value from one line of the grid to the next
    int steps;   ///< from zero to the upper edge

    double x(qint64 timeMs) const
    {
        return area.left() + double(timeMs - fromMs) / spanMs * area.width();
    }
    double y(double value) const { return area.bottom() - value / (step * steps) * area.height(); }
};

double roundStep(double largest, int count)
{
    const double rough = largest / count;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough * 0.999)
            return factor * power;
    }
    return 10 * power;
}

PlotWidget::PlotWidget(const QString &title, ValueText valueText, QWidget *parent)
    : QWidget(parent)
    , m_title(title)
    , m_valueText(std::move(valueText))
{
    setAccessibleName(title);
    setFocusPolicy(Qt::TabFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PlotWidget::setSeries(QList<PlotSeries> series, qint64 fromMs, qint64 toMs)
{
    m_series = std::move(series);
    m_fromMs = fromMs;
    m_toMs = std::max(toMs, fromMs + 1);
    describe();
    update();
}

QColor PlotWidget::lineColor(qsizetype index) const
{
    const int own = m_series[index].color;
    return dimmedWith(this, seriesColor(own < 0 ? int(index) : own, palette()));
}

void PlotWidget::setEmptyText(const QString &text)
{
    m_emptyText = text;
    update();
}

/// What a screen reader says: the newest value of each line.
void PlotWidget::describe()
{
    QStringList parts;
    for (const PlotSeries &series : m_series) {
        if (!series.points.isEmpty() && !std::isnan(series.points.constLast().value))
            parts += tr("%1: %2").arg(series.name, m_valueText(series.points.constLast().value));
    }
    setAccessibleDescription(parts.join(QStringLiteral(", ")));
}

QSize PlotWidget::sizeHint() const
{
    return {kPreferredWidth, kPreferredHeight};
}

QSize PlotWidget::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 24, fontMetrics().height() * 5};
}

bool PlotWidget::isEmpty() const
{
    const auto isGap = [](const PlotPoint &point) { return std::isnan(point.value); };
    return std::all_of(m_series.begin(), m_series.end(), [&isGap](const PlotSeries &series) {
        return std::all_of(series.points.begin(), series.points.end(), isGap);
    });
}

double PlotWidget::largest() const
{
    double largest = 0;
    for (const PlotSeries &series : m_series) {
        for (const PlotPoint &point : series.points) {
            if (point.timeMs >= m_fromMs && point.value > largest)
                largest = point.value;
        }
    }
    return largest;
}

PlotWidget::Frame PlotWidget::frame() const
{
    const QFontMetrics metrics = fontMetrics();
    const double highest = largest();
    const int lines = std::clamp((height() - 3 * metrics.height()) / (2 * metrics.height()), 1, 5);
    const double step = roundStep(highest > 0 ? highest : 1, lines);
    const int steps = std::max(1, int(std::ceil((highest > 0 ? highest : 1) / step - 1e-9)));
    int labelWidth = 0;
    for (int i = 0; i <= steps; ++i)
        labelWidth = std::max(labelWidth, metrics.horizontalAdvance(m_valueText(step * i)));
    const QRectF area
        = QRectF(rect()).adjusted(kMargin + labelWidth + 6, kMargin + metrics.height() + 8,
                                  -kMargin - 2, -kMargin - metrics.height() - 4);
    return {area, m_fromMs, double(m_toMs - m_fromMs), step, steps};
}

void PlotWidget::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRoundedRect(rect(), 4, 4);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(palette().color(QPalette::Highlight));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
    const Frame place = frame();
    paintLegend(painter, place);
    if (isEmpty()) {
        painter.setPen(secondaryText(palette()));
        painter.drawText(place.area, Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    paintAxes(painter, place);
    paintLines(painter, place);
    paintCursor(painter, place);
}

void PlotWidget::paintAxes(QPainter &painter, const Frame &frame) const
{
    const QFontMetrics metrics = fontMetrics();
    const QColor line
        = blend(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.14);
    const QColor text = secondaryText(palette());
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int i = 0; i <= frame.steps; ++i) {
        const double value = frame.step * i;
        const double y = std::round(frame.y(value));
        painter.setPen(line);
        painter.drawLine(QPointF(frame.area.left(), y), QPointF(frame.area.right(), y));
        painter.setPen(text);
        const QRectF label(0, y - metrics.height() / 2.0, frame.area.left() - 6, metrics.height());
        painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, m_valueText(value));
    }
    const int width = metrics.horizontalAdvance(QStringLiteral("00:00:00"));
    const qint64 step = timeStep(frame.spanMs * width * 1.8 / std::max(1.0, frame.area.width()));
    const QString form = step >= 60'000 ? QStringLiteral("HH:mm") : QStringLiteral("HH:mm:ss");
    for (qint64 time = (m_fromMs / step + 1) * step; time <= m_toMs; time += step) {
        const double x = frame.x(time);
        if (x + width / 2.0 > this->width())
            break;
        const QRectF label(x - width, frame.area.bottom() + 4, 2 * width, metrics.height());
        const QString clock = QDateTime::fromMSecsSinceEpoch(time).toString(form);
        painter.drawText(label, Qt::AlignHCenter | Qt::AlignTop, clock);
    }
    painter.setRenderHint(QPainter::Antialiasing);
}

void PlotWidget::paintLines(QPainter &painter, const Frame &frame) const
{
    painter.save();
    painter.setClipRect(frame.area.adjusted(0, -2, 2, 2));
    QPolygonF line;
    const auto flush = [&painter, &line] {
        if (line.size() == 1)
            painter.drawPoint(line.constFirst());
        else if (!line.isEmpty())
            painter.drawPolyline(line);
        line.clear();
    };
    for (qsizetype index = 0; index < m_series.size(); ++index) {
        QPen pen(lineColor(index), 1.6);
        pen.setCapStyle(Qt::RoundCap);
        pen.setJoinStyle(Qt::BevelJoin);
        painter.setPen(pen);
        for (const PlotPoint &point : m_series[index].points) {
            if (std::isnan(point.value))
                flush();
            else
                line.append({frame.x(point.timeMs), frame.y(point.value)});
        }
        flush();
    }
    painter.restore();
}

void PlotWidget::paintLegend(QPainter &painter, const Frame &frame) const
{
    const QFontMetrics metrics = fontMetrics();
    const QFont bold = scaledFont(font(), 1, true);
    painter.setFont(bold);
    painter.setPen(palette().color(QPalette::Text));
    const int titleWidth = QFontMetrics(bold).horizontalAdvance(m_title);
    const QRect line(kMargin, kMargin, width() - 2 * kMargin, metrics.height());
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    painter.setFont(font());
    // From the right, so that a narrow plot loses the first names and never the title.
    int right = qRound(frame.area.right());
    for (qsizetype index = m_series.size(); index-- > 0;) {
        const int width = metrics.horizontalAdvance(m_series[index].name);
        const int left = right - width - 16;
        if (left < kMargin + titleWidth + 12)
            break;
        const double middle = line.center().y() + 0.5;
        painter.setPen(QPen(lineColor(index), 3));
        painter.drawLine(QPointF(left, middle), QPointF(left + 10, middle));
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(QRect(left + 15, line.top(), width + 2, line.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, m_series[index].name);
        right = left - 12;
    }
}

void PlotWidget::paintCursor(QPainter &painter, const Frame &frame) const
{
    if (!m_cursorMs || *m_cursorMs < m_fromMs || *m_cursorMs > m_toMs)
        return;
    const double x = frame.x(*m_cursorMs);
    painter.setPen(QPen(secondaryText(palette()), 1, Qt::DashLine));
    painter.drawLine(QPointF(x, frame.area.top()), QPointF(x, frame.area.bottom()));

    const QString clock
        = QDateTime::fromMSecsSinceEpoch(*m_cursorMs).toString(QStringLiteral("HH:mm:ss"));
    QList<std::pair<QString, QColor>> lines{{clock, palette().color(QPalette::ToolTipText)}};
    const qint64 reach = std::max<qint64>(1500, (m_toMs - m_fromMs) / 100);
    for (qsizetype index = 0; index < m_series.size(); ++index) {
        const auto point = pointNear(m_series[index].points, *m_cursorMs, reach);
        const QString value = point ? m_valueText(point->value) : QStringLiteral("\u2013");
        const QColor color = readable(lineColor(index), palette().color(QPalette::ToolTipBase));
        lines.append({tr("%1: %2").arg(m_series[index].name, value), color});
        if (point) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(lineColor(index));
            painter.drawEllipse(QPointF(frame.x(point->timeMs), frame.y(point->value)), 3, 3);
        }
    }
    const QFontMetrics metrics = fontMetrics();
    int width = 0;
    for (const auto &line : lines)
        width = std::max(width, metrics.horizontalAdvance(line.first));
    QRectF box(x + 10, frame.area.top(), width + 16, metrics.height() * double(lines.size()) + 8);
    if (box.right() > this->width() - 2)
        box.moveRight(x - 10);
    if (box.bottom() > height() - 2)
        box.moveBottom(height() - 2);
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(palette().color(QPalette::ToolTipBase));
    painter.drawRoundedRect(box, 3, 3);
    QRectF row(box.left() + 8, box.top() + 4, width + 4, metrics.height());
    for (const auto &[text, color] : lines) {
        painter.setPen(color);
        painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, text);
        row.translate(0, metrics.height());
    }
}

void PlotWidget::mouseMoveEvent(QMouseEvent *event)
{
    const Frame place = frame();
    const double share = (event->position().x() - place.area.left()) / place.area.width();
    if (share < 0 || share > 1)
        m_cursorMs.reset();
    else
        m_cursorMs = m_fromMs + qint64(share * place.spanMs);
    update();
}

void PlotWidget::leaveEvent(QEvent *)
{
    if (!hasFocus())
        m_cursorMs.reset();
    update();
}

void PlotWidget::focusOutEvent(QFocusEvent *event)
{
    m_cursorMs.reset();
    QWidget::focusOutEvent(event);
}

void PlotWidget::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        return moveCursor(-1);
    case Qt::Key_Right:
        return moveCursor(1);
    case Qt::Key_Escape:
        if (m_cursorMs) {
            m_cursorMs.reset();
            return update();
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void PlotWidget::moveCursor(int steps)
{
    static constexpr int kSteps = 60;
    const qint64 step = std::max<qint64>(1, (m_toMs - m_fromMs) / kSteps);
    const qint64 from = m_cursorMs.value_or(m_toMs);
    m_cursorMs = std::clamp(from + steps * step, m_fromMs, m_toMs);
    update();
}

} // namespace memorykv
