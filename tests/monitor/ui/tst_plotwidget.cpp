// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/plotwidget.h"

#include "monitor/ui/theme.h"

#include <QApplication>
#include <QTest>

#include <limits>

using namespace memorykv;

namespace {

constexpr qint64 kStart = 1'700'000'000'000;

PlotWidget *makePlot(QWidget *parent = nullptr)
{
    auto *plot = new PlotWidget(
        QStringLiteral("Plot"), [](double value) { return QString::number(value); }, parent);
    plot->resize(600, 300);
    return plot;
}

/// How many pixels of \a image between two columns are coloured, and so belong to a line: all else
/// in the plot is grey.
int linePixels(const QImage &image, int fromX, int toX)
{
    int count = 0;
    for (int y = 26; y < image.height() - 30; ++y) {
        for (int x = fromX; x < toX; ++x)
            count += image.pixelColor(x, y).hslSaturation() > 60 ? 1 : 0;
    }
    return count;
}

} // namespace

class TestPlotWidget : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyAppearance(Appearance::Light); }

    void stepsAreRound_data()
    {
        QTest::addColumn<double>("largest");
        QTest::addColumn<int>("count");
        QTest::addColumn<double>("step");
        QTest::newRow("one") << 1.0 << 5 << 0.2;
        QTest::newRow("ten") << 10.0 << 5 << 2.0;
        QTest::newRow("odd") << 347.0 << 4 << 100.0;
        QTest::newRow("small") << 0.00043 << 4 << 0.0002;
        QTest::newRow("large") << 98'000.0 << 5 << 20'000.0;
    }
    void stepsAreRound()
    {
        QFETCH(double, largest);
        QFETCH(int, count);
        QFETCH(double, step);
        QVERIFY(qFuzzyCompare(roundStep(largest, count), step));
        QVERIFY(roundStep(largest, count) * count >= largest * 0.99);
    }

    void aGapBreaksTheLine()
    {
        const std::unique_ptr<PlotWidget> plot(makePlot());
        PlotSeries series{QStringLiteral("a"), {}};
        for (int second = 0; second <= 60; ++second) {
            const bool away = second > 20 && second < 40;
            const double value = away ? std::numeric_limits<double>::quiet_NaN() : 5.0;
            series.points.append({kStart + second * 1000, value});
        }
        plot->setSeries({series}, kStart, kStart + 60'000);
        const QImage image = plot->grab().toImage();
        // The area of the lines is all but the axis at the left.
        QVERIFY(linePixels(image, 60, 200) > 50);
        QCOMPARE(linePixels(image, 260, 380), 0);
        QVERIFY(linePixels(image, 440, 580) > 50);
    }

    void wordsStandWhereThereIsNothing()
    {
        const std::unique_ptr<PlotWidget> plot(makePlot());
        plot->setEmptyText(QStringLiteral("Nothing here"));
        const QImage nothing = plot->grab().toImage();
        plot->setEmptyText({});
        QVERIFY(plot->grab().toImage() != nothing);
    }

    void theCursorFollowsTheMouseAndTheKeys()
    {
        const std::unique_ptr<PlotWidget> plot(makePlot());
        plot->setSeries({{QStringLiteral("a"), {{kStart, 1}, {kStart + 60'000, 2}}}}, kStart,
                        kStart + 60'000);
        plot->show();
        QVERIFY(!plot->cursorTime());
        QTest::mouseMove(plot.get(), {300, 150});
        QTRY_VERIFY(plot->cursorTime());
        QVERIFY(*plot->cursorTime() > kStart && *plot->cursorTime() < kStart + 60'000);
        plot->setFocus();
        const qint64 before = *plot->cursorTime();
        QTest::keyClick(plot.get(), Qt::Key_Left);
        QVERIFY(*plot->cursorTime() < before);
        QTest::keyClick(plot.get(), Qt::Key_Right);
        QCOMPARE(*plot->cursorTime(), before);
        QTest::keyClick(plot.get(), Qt::Key_Escape);
        QVERIFY(!plot->cursorTime());
    }

    void theNewestValuesAreReadOut()
    {
        const std::unique_ptr<PlotWidget> plot(makePlot());
        plot->setSeries({{QStringLiteral("get"), {{kStart, 1}, {kStart + 1000, 42}}}}, kStart,
                        kStart + 1000);
        QCOMPARE(plot->accessibleName(), QStringLiteral("Plot"));
        QCOMPARE(plot->accessibleDescription(), QStringLiteral("get: 42"));
    }
};

QTEST_MAIN(TestPlotWidget)
#include "tst_plotwidget.moc"
