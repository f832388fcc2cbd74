// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/responses.h"

#include <QTest>

#include <stdexcept>

using namespace memorykv::fanout;

Q_DECLARE_METATYPE(Protocol)

class TestFanoutResponses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsAnswersHoweverTheyAreCut_data();
    void countsAnswersHoweverTheyAreCut();
    void throwsWhenPublishingFailed_data();
    void throwsWhenPublishingFailed();
};

void TestFanoutResponses::countsAnswersHoweverTheyAreCut_data()
{
    QTest::addColumn<Protocol>("protocol");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("HTTP") << Protocol::WebSocketText
                          << QByteArray("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
                                        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\r\n\r\n"
                                        "HTTP/1.1 200 OK\r\nDate: now\r\n\r\n");
    QTest::newRow("Redis") << Protocol::Redis << QByteArray(":100\r\n:0\r\n:1\r\n");
    QTest::newRow("NATS") << Protocol::Nats << QByteArray("PING\r\n+OK\r\nPONG\r\n");
}

void TestFanoutResponses::countsAnswersHoweverTheyAreCut()
{
    QFETCH(Protocol, protocol);
    QFETCH(QByteArray, bytes);
    for (qsizetype step = 1; step <= bytes.size(); ++step) {
        Responses responses(protocol);
        std::uint64_t count = 0;
        for (qsizetype at = 0; at < bytes.size(); at += step)
            count += responses.take(bytes.mid(at, step).toStdString());
        QCOMPARE(count, std::uint64_t(3));
    }
}

void TestFanoutResponses::throwsWhenPublishingFailed_data()
{
    QTest::addColumn<Protocol>("protocol");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("HTTP") << Protocol::WebSocketJson
                          << QByteArray("HTTP/1.1 507 Insufficient Storage\r\n\r\n");
    QTest::newRow("Redis") << Protocol::Redis << QByteArray("-ERR no\r\n");
    QTest::newRow("NATS") << Protocol::Nats << QByteArray("-ERR 'Maximum Payload Violation'\r\n");
}

void TestFanoutResponses::throwsWhenPublishingFailed()
{
    QFETCH(Protocol, protocol);
    QFETCH(QByteArray, bytes);
    Responses responses(protocol);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, responses.take(bytes.toStdString()));
}

QTEST_APPLESS_MAIN(TestFanoutResponses)
#include "tst_fanoutresponses.moc"
