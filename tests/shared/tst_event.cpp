// SPDX-License-Identifier: GPL-3.0-only
#include "shared/event.h"

#include <QTest>

using namespace memorykv;

class TestEvent : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOpHasItsName_data()
    {
        QTest::addColumn<Op>("op");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("mutation");
        QTest::newRow("insert") << Op::Insert << QByteArray("insert") << true;
        QTest::newRow("delete") << Op::Delete << QByteArray("delete") << true;
        QTest::newRow("delete_prefix") << Op::DeletePrefix << QByteArray("delete_prefix") << true;
        QTest::newRow("delete_all") << Op::DeleteAll << QByteArray("delete_all") << true;
        QTest::newRow("expire") << Op::Expire << QByteArray("expire") << true;
        QTest::newRow("touch") << Op::Touch << QByteArray("touch") << true;
        QTest::newRow("read") << Op::Read << QByteArray("read") << false;
        QTest::newRow("list") << Op::List << QByteArray("list") << false;
        QTest::newRow("list_prefix") << Op::ListPrefix << QByteArray("list_prefix") << false;
        QTest::newRow("heartbeat") << Op::Heartbeat << QByteArray("heartbeat") << false;
        QTest::newRow("gap") << Op::Gap << QByteArray("gap") << false;
        QTest::newRow("synced") << Op::Synced << QByteArray("synced") << false;
    }
    void everyOpHasItsName()
    {
        QFETCH(Op, op);
        QFETCH(QByteArray, name);
        QFETCH(bool, mutation);
        QCOMPARE(opName(op).toByteArray(), name);
        QVERIFY(opFromName(name) == op);
        QCOMPARE(isMutation(op), mutation);
    }

    void otherNamesAreNoOp_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("upper case") << QByteArray("Insert");
        QTest::newRow("start of a name") << QByteArray("delete_");
        QTest::newRow("name and more") << QByteArray("insert ");
        QTest::newRow("NUL after") << QByteArray("insert\0", 7);
        QTest::newRow("unknown") << QByteArray("put");
    }
    void otherNamesAreNoOp()
    {
        QFETCH(QByteArray, name);
        QVERIFY(!opFromName(name));
    }
};

QTEST_APPLESS_MAIN(TestEvent)
#include "tst_event.moc"
