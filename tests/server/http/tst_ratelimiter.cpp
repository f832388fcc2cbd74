// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/ratelimiter.h"

#include <QTest>

using namespace memorykv;
using namespace std::chrono_literals;

class TestRateLimiter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSecondsWorthAtOnceThenAtTheRate();
    void eachOriginHasItsOwn();
    void waitingWinsNoMoreThanASecondsWorth();
    void quietOriginsAreForgottenForNewOnes();
    void originsOfAddresses_data();
    void originsOfAddresses();
};

void TestRateLimiter::aSecondsWorthAtOnceThenAtTheRate()
{
    RateLimiter limiter(10);
    const RateLimiter::Time start{};
    for (int i = 0; i < 10; ++i)
        QVERIFY(limiter.take("a", start));
    QVERIFY(!limiter.take("a", start));
    QVERIFY(!limiter.take("a", start + 99ms));
    QVERIFY(limiter.take("a", start + 101ms));
    QVERIFY(!limiter.take("a", start + 101ms));
}

void TestRateLimiter::eachOriginHasItsOwn()
{
    RateLimiter limiter(1);
    const RateLimiter::Time start{};
    QVERIFY(limiter.take("a", start));
    QVERIFY(!limiter.take("a", start));
    QVERIFY(limiter.take("b", start));
}

void TestRateLimiter::waitingWinsNoMoreThanASecondsWorth()
{
    RateLimiter limiter(2);
    const RateLimiter::Time start{};
    QVERIFY(limiter.take("a", start));
    const auto later = start + 1h;
    QVERIFY(limiter.take("a", later));
    QVERIFY(limiter.take("a", later));
    QVERIFY(!limiter.take("a", later));
}

void TestRateLimiter::quietOriginsAreForgottenForNewOnes()
{
    RateLimiter limiter(1);
    const RateLimiter::Time start{};
    for (int i = 0; i < RateLimiter::kMaxOrigins; ++i)
        QVERIFY(limiter.take(QByteArray::number(i), start));
    QVERIFY(!limiter.take("new", start));
    QVERIFY(limiter.take("new", start + 1s));
}

void TestRateLimiter::originsOfAddresses_data()
{
    QTest::addColumn<QString>("left");
    QTest::addColumn<QString>("right");
    QTest::addColumn<bool>("same");
    const auto row = [](const char *left, const char *right, bool same) {
        QTest::addRow("%s %s", left, right)
            << QString::fromLatin1(left) << QString::fromLatin1(right) << same;
    };
    row("192.0.2.1", "192.0.2.1", true);
    row("192.0.2.1", "192.0.2.2", false);
    row("192.0.2.1", "::ffff:192.0.2.1", true);
    row("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", true);
    row("2001:db8:1:2::1", "2001:db8:1:3::1", false);
}

void TestRateLimiter::originsOfAddresses()
{
    QFETCH(QString, left);
    QFETCH(QString, right);
    QTEST(originOf(QHostAddress(left)) == originOf(QHostAddress(right)), "same");
}

QTEST_GUILESS_MAIN(TestRateLimiter)
#include "tst_ratelimiter.moc"
