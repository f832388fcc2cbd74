// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/payload.h"

#include <QTest>

using namespace memorykv::fanout;

class TestFanoutPayload : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheValueInEachForm_data();
    void findsTheValueInEachForm();
    void findsNoneInOtherEvents();
    void findsItAgainElsewhere();
};

namespace {

std::string valueOf(std::uint64_t number, std::uint64_t time, std::size_t size)
{
    std::string value;
    appendValue(value, number, time, size);
    return value;
}

} // namespace

void TestFanoutPayload::findsTheValueInEachForm_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<int>("size");
    QTest::newRow("bare") << QByteArray() << QByteArray() << 79;
    QTest::newRow("least size") << QByteArray() << QByteArray() << int(kLeastValueSize);
    QTest::newRow("text") << QByteArray("Insert { key: fanout, value: ") << QByteArray(" }") << 79;
    QTest::newRow("JSON") << QByteArray("{\"op\":\"insert\",\"value\":\"")
                          << QByteArray("\",\"size\":79}") << 79;
}

void TestFanoutPayload::findsTheValueInEachForm()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QFETCH(int, size);
    ValueFinder finder;
    for (const std::uint64_t number : {std::uint64_t(0), std::uint64_t(7), kMostNumber}) {
        const std::string value = valueOf(number, 0x123456789AB + number, std::size_t(size));
        QCOMPARE(value.size(), std::size_t(size));
        const std::string message = before.toStdString() + value + after.toStdString();
        const auto found = finder.find(message);
        QVERIFY(found.has_value());
        QCOMPARE(numberOf(*found), number);
        QCOMPARE(timeOf(*found), 0x123456789AB + number);
    }
}

void TestFanoutPayload::findsNoneInOtherEvents()
{
    ValueFinder finder;
    QVERIFY(finder.find(valueOf(1, 2, 79)).has_value());
    QVERIFY(!finder.find("Heartbeat from 127.0.0.1:36460").has_value());
    QVERIFY(!finder.find("Gap { from: 8, to: 12 }").has_value());
    QVERIFY(!finder.find("Insert { key: @#, value: short }").has_value());
    QVERIFY(!finder.find("").has_value());
}

void TestFanoutPayload::findsItAgainElsewhere()
{
    ValueFinder finder;
    QVERIFY(finder.find(valueOf(1, 2, 79) + " }").has_value());
    const std::string message = valueOf(5, 2, 100) + " and more";
    const auto found = finder.find(message);
    QVERIFY(found.has_value());
    QCOMPARE(numberOf(*found), std::uint64_t(5));
}

QTEST_APPLESS_MAIN(TestFanoutPayload)
#include "tst_fanoutpayload.moc"
