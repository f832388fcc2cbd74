// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/routes.h"

#include "shared/limits.h"

#include <QtTest>

using namespace memorykv;

class TestRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pathLeadsToARoute_data();
    void pathLeadsToARoute();
    void pathIsRefused_data();
    void pathIsRefused();
    void reservedKeysAreThoseNoPathReaches();
    void allowNamesTheMethods_data();
    void allowNamesTheMethods();
    void templatesAreDistinct();
};

void TestRoutes::pathLeadsToARoute_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("route");
    QTest::addColumn<QByteArray>("argument");
    const auto row = [](const char *path, Route route, QByteArrayView argument = {}) {
        QTest::newRow(path) << QByteArray(path) << int(route) << argument.toByteArray();
    };
    row("/", Route::Page);
    row("*", Route::Server);
    row("/ping", Route::Ping);
    row("/wal", Route::Wal);
    row("/metrics", Route::Metrics);
    row("/keys", Route::Keys);
    row("/keys/", Route::Keys);
    row("/keys/a", Route::KeysPrefix, "a");
    row("/keys/a/b/", Route::KeysPrefix, "a/b/");
    row("/keys//", Route::KeysPrefix, "/");
    row("/keys/keys", Route::KeysPrefix, "keys");
    row("/-/batch", Route::Batch);
    row("/-/healthy", Route::Healthy);
    row("/-/ready", Route::Ready);
    row("/-/info", Route::Info);
    row("/-/openapi.yaml", Route::OpenApi);
    row("/-/page/page.css", Route::PageFile, "page.css");
    row("/-/page/", Route::PageFile, "");
    row("/-/page/a/b", Route::PageFile, "a/b");
    row("/-/page", Route::Unknown);
    row("/-/", Route::Unknown);
    row("/-/nothing", Route::Unknown);
    row("/-/batch/", Route::Unknown);
    // Reserved names hide in no encoding.
    row("/%6Beys", Route::Keys);
    row("/keys%2Fa", Route::KeysPrefix, "a");
    row("/%70ing", Route::Ping);
    row("/%2D/info", Route::Info);
    row("/-%2Finfo", Route::Info);
    row("/-/p%61ge%2Fpage.css", Route::PageFile, "page.css");
    // Next to reserved names.
    row("/Keys", Route::Key, "Keys");
    row("/keysx", Route::Key, "keysx");
    row("/key", Route::Key, "key");
    row("/ping/", Route::Key, "ping/");
    row("/wal/a", Route::Key, "wal/a");
    row("/-", Route::Key, "-");
    row("/-x", Route::Key, "-x");
    row("//", Route::Key, "/");
    row("//ping", Route::Key, "/ping");
    row("/*", Route::Key, "*");
    row("/a", Route::Key, "a");
    row("/a/b", Route::Key, "a/b");
    row("/a%2Fb", Route::Key, "a/b");
    row("/a/../b", Route::Key, "a/../b");
    row("/.", Route::Key, ".");
    row("/%20", Route::Key, " ");
    row("/a+b", Route::Key, "a+b");
    row("/%2B", Route::Key, "+");
    row("/%3F%23%25", Route::Key, "?#%");
    row("/%00", Route::Key, QByteArrayView("\0", 1));
    row("/%C3%BC", Route::Key, "\xC3\xBC");
    row("/\xC3\xBC", Route::Key, "\xC3\xBC");
    row("/%F4%8F%BF%BF", Route::Key, "\xF4\x8F\xBF\xBF");
    const QByteArray longest(kMaxKeySize, 'k');
    QTest::newRow("longest key") << '/' + longest << int(Route::Key) << longest;
    QTest::newRow("longest key, encoded")
        << '/' + QByteArray("%6B").repeated(kMaxKeySize) << int(Route::Key) << longest;
    QTest::newRow("longest prefix") << "/keys/" + longest << int(Route::KeysPrefix) << longest;
}

void TestRoutes::pathLeadsToARoute()
{
    QFETCH(QByteArray, path);
    const auto match = matchRoute(path);
    QVERIFY(match.ok());
    QTEST(int(match->route), "route");
    QTEST(match->argument, "argument");
}

void TestRoutes::pathIsRefused_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path : {"/%", "/%4", "/%GG", "/a%2", "/% 20", "/%FF", "/\xFF", "/%C3",
                             "/%ED%A0%80", "/%C0%AF", "/%F5%80%80%80", "/keys/%FF", "/keys/%2"})
        QTest::newRow(path) << QByteArray(path);
    QTest::newRow("key too long") << '/' + QByteArray(kMaxKeySize + 1, 'k');
    QTest::newRow("key too long in bytes")
        << '/' + QByteArray("%C3%BC").repeated(kMaxKeySize / 2 + 1);
    QTest::newRow("prefix too long") << "/keys/" + QByteArray(kMaxKeySize + 1, 'k');
}

void TestRoutes::pathIsRefused()
{
    QFETCH(QByteArray, path);
    const auto match = matchRoute(path);
    QVERIFY(!match.ok());
    QCOMPARE(match.error().code, ErrorCode::InvalidArgument);
    QVERIFY(!match.error().detail.isEmpty());
}

void TestRoutes::reservedKeysAreThoseNoPathReaches()
{
    for (const char *key : {"ping", "keys", "keys/", "keys/a", "wal", "metrics", "-/", "-/batch",
                            "-/nothing", "-/page/a"})
        QVERIFY2(isReserved(key), key);
    for (const char *key : {"a", "Keys", "keysx", "ping/", "/ping", "-", "-x", "*", "/"})
        QVERIFY2(!isReserved(key), key);
}

void TestRoutes::allowNamesTheMethods_data()
{
    QTest::addColumn<int>("route");
    QTest::addColumn<QByteArray>("allow");
    const auto row = [](Route route, const char *allow) {
        QTest::newRow(routeTemplate(route).data()) << int(route) << QByteArray(allow);
    };
    row(Route::Key, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    row(Route::Keys, "GET, HEAD, DELETE, OPTIONS");
    row(Route::KeysPrefix, "GET, HEAD, DELETE, OPTIONS");
    row(Route::Batch, "POST, OPTIONS");
    for (const Route route :
         {Route::Wal, Route::Metrics, Route::Ping, Route::Page, Route::Healthy, Route::Ready,
          Route::Info, Route::OpenApi, Route::PageFile, Route::Unknown})
        row(route, "GET, HEAD, OPTIONS");
    row(Route::Server, "GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS");
}

void TestRoutes::allowNamesTheMethods()
{
    QFETCH(int, route);
    QFETCH(QByteArray, allow);
    QCOMPARE(allowField(Route(route)), allow);
    const QList<QByteArray> allowed = allow.split(',');
    for (int i = 0; i < kMethodCount; ++i) {
        const QByteArray name = methodName(Method(i)).toByteArray();
        const bool isNamed = std::any_of(allowed.begin(), allowed.end(),
                                         [&](const auto &one) { return one.trimmed() == name; });
        QCOMPARE(allowsMethod(Route(route), Method(i)), isNamed);
    }
}

void TestRoutes::templatesAreDistinct()
{
    QSet<QByteArray> names;
    for (int i = 0; i < kRouteCount; ++i)
        names.insert(routeTemplate(Route(i)).toByteArray());
    QCOMPARE(names.size(), kRouteCount);
}

QTEST_GUILESS_MAIN(TestRoutes)
#include "tst_routes.moc"
