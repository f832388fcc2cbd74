// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/keychaintokenstore.h"

#include <QTest>

using namespace memorykv;

/// A system without a keychain, as servers are: the session bus leads nowhere.
class TestTokenStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/bus");
        qunsetenv("XDG_CURRENT_DESKTOP");
        qunsetenv("DESKTOP_SESSION");
    }

    void withoutAKeychainEveryCallFailsOnceAndLater()
    {
        KeychainTokenStore store;
        int reads = 0;
        int writes = 0;
        int removals = 0;
        store.read(QStringLiteral("id"), [&](const Result<std::optional<QByteArray>> &token) {
            ++reads;
            QVERIFY(!token);
            QVERIFY(!token.error().detail.isEmpty());
        });
        store.write(QStringLiteral("id"), "secret", [&](const Result<Done> &done) {
            ++writes;
            QVERIFY(!done);
            QVERIFY(!done.error().detail.contains("secret"));
        });
        store.remove(QStringLiteral("id"), [&](const Result<Done> &done) {
            ++removals;
            QVERIFY(!done);
        });
        QCOMPARE(reads + writes + removals, 0);
        QTRY_COMPARE_WITH_TIMEOUT(reads + writes + removals, 3, 30'000);
        QTest::qWait(50);
        QCOMPARE(reads, 1);
        QCOMPARE(writes, 1);
        QCOMPARE(removals, 1);
    }

    void storeThatIsGoneCallsNobody()
    {
        bool called = false;
        {
            KeychainTokenStore store;
            store.read(QStringLiteral("id"), [&](const auto &) { called = true; });
        }
        QTest::qWait(100);
        QVERIFY(!called);
    }
};

QTEST_GUILESS_MAIN(TestTokenStore)
#include "tst_tokenstore.moc"
