// SPDX-License-Identifier: GPL-3.0-only
#include "shared/decimal.h"

#include <QTest>

#include <limits>

using namespace memorykv;

class TestDecimal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWholeNumbers_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<quint64>("number");
        QTest::newRow("zero") << QByteArray("0") << quint64(0);
        QTest::newRow("leading zeros") << QByteArray("007") << quint64(7);
        QTest::newRow("beyond a double")
            << QByteArray("9007199254740993") << quint64(9007199254740993);
        QTest::newRow("largest") << QByteArray("18446744073709551615")
                                 << std::numeric_limits<quint64>::max();
    }
    void readsWholeNumbers()
    {
        QFETCH(QByteArray, text);
        QFETCH(quint64, number);
        QCOMPARE(decimalFromText(text), std::optional(number));
    }

    void refusesAllElse_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("one too large") << QByteArray("18446744073709551616");
        QTest::newRow("plus") << QByteArray("+1");
        QTest::newRow("minus") << QByteArray("-1");
        QTest::newRow("space before") << QByteArray(" 1");
        QTest::newRow("space after") << QByteArray("1 ");
        QTest::newRow("hex") << QByteArray("0x1");
        QTest::newRow("fraction") << QByteArray("1.0");
        QTest::newRow("NUL after") << QByteArray("1\0", 2);
    }
    void refusesAllElse()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!decimalFromText(text));
    }

    void appendsToWhatIsThere()
    {
        QByteArray out = "seq=";
        appendDecimal(std::numeric_limits<quint64>::max(), out);
        appendDecimal(0, out);
        QCOMPARE(out, QByteArray("seq=184467440737095516150"));
    }
};

QTEST_APPLESS_MAIN(TestDecimal)
#include "tst_decimal.moc"
