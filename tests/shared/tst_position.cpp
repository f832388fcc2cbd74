// SPDX-License-Identifier: GPL-3.0-only
#include "shared/position.h"

#include <QTest>

using namespace memorykv;

class TestPosition : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writtenAndReadBack_data()
    {
        QTest::addColumn<quint64>("epoch");
        QTest::addColumn<quint64>("seq");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("start") << quint64(0) << quint64(0) << QByteArray("0:0");
        QTest::newRow("usual") << quint64(1764000000123) << quint64(42)
                               << QByteArray("1764000000123:42");
        QTest::newRow("largest") << ~quint64(0) << ~quint64(0)
                                 << QByteArray("18446744073709551615:18446744073709551615");
    }
    void writtenAndReadBack()
    {
        QFETCH(quint64, epoch);
        QFETCH(quint64, seq);
        QFETCH(QByteArray, text);
        const Position position{epoch, seq};
        QCOMPARE(position.toText(), text);
        const auto read = Position::fromText(text);
        QVERIFY(read);
        QVERIFY(*read == position);
    }

    void refusesWhatIsNoPosition_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no colon") << QByteArray("12");
        QTest::newRow("no epoch") << QByteArray(":1");
        QTest::newRow("no seq") << QByteArray("1:");
        QTest::newRow("two colons") << QByteArray("1:2:3");
        QTest::newRow("negative") << QByteArray("1:-2");
        QTest::newRow("spaces") << QByteArray("1: 2");
        QTest::newRow("not decimal") << QByteArray("0x1:2");
        QTest::newRow("over 64 bits") << QByteArray("1:18446744073709551616");
    }
    void refusesWhatIsNoPosition()
    {
        QFETCH(QByteArray, text);
        const auto read = Position::fromText(text);
        QVERIFY(!read);
        QVERIFY(read.error().code == ErrorCode::InvalidArgument);
        QVERIFY(read.error().detail.contains("<epoch>:<seq>"));
    }
};

QTEST_APPLESS_MAIN(TestPosition)
#include "tst_position.moc"
