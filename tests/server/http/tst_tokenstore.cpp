// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/tokenstore.h"

#include "server/http/tokenfile.h"

#include <QTest>

using namespace memorykv;

static Grant grantFor(const QByteArray &token, Role role, const QByteArray &prefix = {})
{
    Grant grant;
    grant.role = role;
    grant.prefix = prefix;
    grant.tokenHash = tokenHash(token);
    return grant;
}

class TestTokenStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutTokensNoneIsRequired();
    void findsWhatATokenAllows();
    void replacedTokensNoLongerHold();
    void grantReachesItsPrefix_data();
    void grantReachesItsPrefix();
};

void TestTokenStore::withoutTokensNoneIsRequired()
{
    const TokenStore store;
    QVERIFY(!store.isRequired());
    QVERIFY(store.stillHolds(Grant()));
    QVERIFY(!store.find("anything"));
}

void TestTokenStore::findsWhatATokenAllows()
{
    TokenStore store;
    store.replace({grantFor("a", Role::Read), grantFor("b", Role::Admin, "p/")});
    QVERIFY(store.isRequired());
    QVERIFY(store.find("b") == grantFor("b", Role::Admin, "p/"));
    QVERIFY(store.find("a") == grantFor("a", Role::Read));
    QVERIFY(!store.find("c"));
    QVERIFY(!store.find(""));
    QVERIFY(!store.find("a "));
}

void TestTokenStore::replacedTokensNoLongerHold()
{
    TokenStore store;
    store.replace({grantFor("a", Role::Read), grantFor("b", Role::Read)});
    store.replace({grantFor("b", Role::Write)});
    QVERIFY(!store.find("a"));
    QVERIFY(!store.stillHolds(grantFor("a", Role::Read)));
    QVERIFY(!store.stillHolds(grantFor("b", Role::Read)));
    QVERIFY(store.stillHolds(grantFor("b", Role::Write)));
    QVERIFY(!store.stillHolds(Grant()));
}

void TestTokenStore::grantReachesItsPrefix_data()
{
    QTest::addColumn<QByteArray>("range");
    QTest::addColumn<bool>("touches");
    QTest::addColumn<QByteArray>("narrowed");
    QTest::newRow("all") << QByteArray() << true << QByteArray("ab/");
    QTest::newRow("shorter") << QByteArray("a") << true << QByteArray("ab/");
    QTest::newRow("the same") << QByteArray("ab/") << true << QByteArray("ab/");
    QTest::newRow("longer") << QByteArray("ab/c") << true << QByteArray("ab/c");
    QTest::newRow("beside") << QByteArray("ac") << false << QByteArray();
    QTest::newRow("longer beside") << QByteArray("abc/d") << false << QByteArray();
}

void TestTokenStore::grantReachesItsPrefix()
{
    QFETCH(QByteArray, range);
    QFETCH(bool, touches);
    const Grant grant = grantFor("a", Role::Read, "ab/");
    QCOMPARE(grant.touches(range), touches);
    if (touches)
        QTEST(grant.narrowed(range), "narrowed");
    QVERIFY(Grant().touches(range));
    QCOMPARE(Grant().narrowed(range), range);
}

QTEST_GUILESS_MAIN(TestTokenStore)
#include "tst_tokenstore.moc"
