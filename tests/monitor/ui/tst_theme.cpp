// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/theme.h"

#include <QApplication>
#include <QLabel>
#include <QTest>

using namespace memorykv;

namespace {

constexpr double kAaText = 4.5;  ///< WCAG 2.1, 1.4.3
constexpr double kAaOther = 3.0; ///< WCAG 2.1, 1.4.11

} // namespace

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contrastRatioIsThatOfWcag()
    {
        QCOMPARE(qRound(contrastRatio(Qt::black, Qt::white)), 21);
        QCOMPARE(contrastRatio(Qt::red, Qt::red), 1.0);
        // An example known from WCAG's own explanations: #777 on white is just too pale.
        QVERIFY(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white) < kAaText);
        QVERIFY(contrastRatio(QColor(0x76, 0x76, 0x76), Qt::white) > kAaText);
    }

    void readableColoursAreReadableOnEveryGround()
    {
        for (int ground = 0; ground <= 255; ground += 5) {
            const QColor on(ground, ground, ground);
            for (int degrees = 0; degrees < 360; degrees += 30) {
                const QColor color = readable(QColor::fromHsl(degrees, 200, 128), on);
                // On some greys nothing reaches the ratio; then it is black or white.
                const double best
                    = qMax(contrastRatio(Qt::black, on), contrastRatio(Qt::white, on));
                QVERIFY(contrastRatio(color, on) >= qMin(kAaText, best) - 1e-9);
            }
        }
    }

    void textHasContrastInBothThemes_data()
    {
        QTest::addColumn<Appearance>("appearance");
        QTest::newRow("light") << Appearance::Light;
        QTest::newRow("dark") << Appearance::Dark;
    }
    void textHasContrastInBothThemes()
    {
        QFETCH(Appearance, appearance);
        applyAppearance(appearance);
        const QPalette palette = QApplication::palette();
        QCOMPARE(isDark(palette), appearance == Appearance::Dark);
        for (const auto role : {QPalette::Base, QPalette::AlternateBase}) {
            const QColor ground = palette.color(role);
            QVERIFY(contrastRatio(palette.color(QPalette::Text), ground) >= kAaText);
            QVERIFY(contrastRatio(palette.color(QPalette::PlaceholderText), ground) >= kAaText);
            QVERIFY(contrastRatio(secondaryText(palette), ground) >= kAaText);
            for (int op = 0; op < kOpCount; ++op) {
                const double ratio = contrastRatio(opColor(static_cast<Op>(op), palette), ground);
                QVERIFY2(ratio >= kAaText,
                         qPrintable(QStringLiteral("op %1: %2").arg(op).arg(ratio)));
            }
            for (int series = 0; series < 6; ++series)
                QVERIFY(contrastRatio(seriesColor(series, palette), ground) >= kAaOther - 0.2);
        }
        for (const Tone tone : {Tone::Neutral, Tone::Good, Tone::Busy, Tone::Warning, Tone::Bad})
            QVERIFY(contrastRatio(toneColor(tone, palette), toneGround(tone, palette)) >= kAaText);
        const QColor gapGround = toneGround(Tone::Warning, palette);
        QVERIFY(contrastRatio(opColor(Op::Gap, palette), gapGround) >= kAaOther);
        QVERIFY(contrastRatio(palette.color(QPalette::HighlightedText),
                              palette.color(QPalette::Highlight))
                >= kAaText);
    }

    void dimmedWidgetsArePalerAndComeBack()
    {
        applyAppearance(Appearance::Light);
        QLabel label;
        const QColor usual = label.palette().color(QPalette::Text);
        setDimmed(&label, true);
        QVERIFY(label.palette().color(QPalette::Text) != usual);
        QVERIFY(dimmedWith(&label, Qt::red) != QColor(Qt::red));
        setDimmed(&label, false);
        QCOMPARE(label.palette().color(QPalette::Text), usual);
        QCOMPARE(dimmedWith(&label, Qt::red), QColor(Qt::red));
    }

    void appearancesHaveNames()
    {
        for (const auto appearance : {Appearance::System, Appearance::Light, Appearance::Dark})
            QCOMPARE(appearanceFromName(appearanceName(appearance)), appearance);
        QCOMPARE(appearanceFromName(QStringLiteral("pink")), Appearance::System);
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
