// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/entry.h"

#include "shared/limits.h"

#include <QtTest>

using namespace memorykv;

class TestEntry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatItWasGiven_data();
    void keepsWhatItWasGiven();
    void copiesTheBytes();
    void defaultTypeTakesNoRoom();
    void sizes();
    void revisionIsSetOnce();
    void isSharedNotCopied();
    void expiry_data();
    void expiry();
};

void TestEntry::keepsWhatItWasGiven_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("expectedType");
    const QByteArray usual = Entry::kDefaultType.toByteArray();
    QByteArray allBytes;
    for (int i = 0; i < 256; ++i)
        allBytes += char(i);
    QTest::newRow("plain") << QByteArray("k") << QByteArray("v") << QByteArray("text/plain")
                           << QByteArray("text/plain");
    QTest::newRow("empty value") << QByteArray("k") << QByteArray() << QByteArray("a/b")
                                 << QByteArray("a/b");
    QTest::newRow("no type") << QByteArray("k") << QByteArray("v") << QByteArray() << usual;
    QTest::newRow("the default type") << QByteArray("k") << QByteArray("v") << usual << usual;
    QTest::newRow("nearly the default type")
        << QByteArray("k") << QByteArray("v") << usual + "; a=b" << usual + "; a=b";
    QTest::newRow("nothing but a key") << QByteArray("k") << QByteArray() << QByteArray() << usual;
    QTest::newRow("binary") << QByteArray("a\0b", 3) << allBytes << QByteArray() << usual;
    QTest::newRow("longest") << QByteArray(kMaxKeySize, 'k') << QByteArray(5 << 20, 'v')
                             << QByteArray(kMaxTypeSize, 't') << QByteArray(kMaxTypeSize, 't');
}

void TestEntry::keepsWhatItWasGiven()
{
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, type);
    const EntryPtr entry = Entry::create({key, value, type, 9, 1234});
    QCOMPARE(entry->key().toByteArray(), key);
    QCOMPARE(entry->value().toByteArray(), value);
    QTEST(entry->type().toByteArray(), "expectedType");
    QCOMPARE(entry->revision(), 9U);
    QCOMPARE(entry->expiresAtMs(), 1234);
    QCOMPARE(entry->payloadSize(), key.size() + value.size());
}

void TestEntry::copiesTheBytes()
{
    QByteArray key("key");
    QByteArray value("value");
    const EntryPtr entry = Entry::create({key, value, {}, 0, 0});
    key.fill('x');
    value.fill('x');
    QCOMPARE(entry->key(), QByteArrayView("key"));
    QCOMPARE(entry->value(), QByteArrayView("value"));
}

void TestEntry::defaultTypeTakesNoRoom()
{
    const EntryPtr none = Entry::create({"k", "v", {}, 0, 0});
    const EntryPtr same = Entry::create({"k", "v", Entry::kDefaultType, 0, 0});
    QCOMPARE(same->allocatedSize(), none->allocatedSize());
}

void TestEntry::sizes()
{
    const EntryPtr small = Entry::create({"k", "", {}, 0, 0});
    const EntryPtr large = Entry::create({"key", QByteArray(100, 'v'), "a/b", 0, 0});
    QCOMPARE(large->payloadSize(), 103);
    QCOMPARE(large->allocatedSize() - small->allocatedSize(), 2 + 100 + 3);
    QVERIFY(small->allocatedSize() <= 48);
}

void TestEntry::revisionIsSetOnce()
{
    const auto entry = Entry::create({"k", "v", {}, 0, 0});
    entry->setRevision(std::numeric_limits<quint64>::max());
    const EntryPtr shared = entry;
    QCOMPARE(shared->revision(), std::numeric_limits<quint64>::max());
}

void TestEntry::isSharedNotCopied()
{
    const EntryPtr entry = Entry::create({"k", "v", {}, 0, 0});
    EntryPtr other = entry;
    QCOMPARE(static_cast<const void *>(other->value().data()),
             static_cast<const void *>(entry->value().data()));
    QCOMPARE(entry->ref.loadRelaxed(), 2);
    other.reset();
    QCOMPARE(entry->ref.loadRelaxed(), 1);
    QCOMPARE(entry->value(), QByteArrayView("v"));
}

void TestEntry::expiry_data()
{
    QTest::addColumn<qint64>("expiresAt");
    QTest::addColumn<qint64>("now");
    QTest::addColumn<bool>("expired");
    QTest::addColumn<qint64>("secondsLeft");
    const auto row = [](const char *name, qint64 expiresAt, qint64 now, bool expired, qint64 left) {
        QTest::newRow(name) << expiresAt << now << expired << left;
    };
    row("never", 0, 5000, false, 0);
    row("never, however late", 0, std::numeric_limits<qint64>::max(), false, 0);
    row("whole seconds", 7000, 5000, false, 2);
    row("a little over", 7001, 5000, false, 3);
    row("a little under", 6999, 5000, false, 2);
    row("within a second", 5400, 5000, false, 1);
    row("last millisecond", 5001, 5000, false, 1);
    row("now", 5000, 5000, true, 1);
    row("past", 1000, 5000, true, 1);
    row("longest", kMaxTtlSeconds * 1000 + 5000, 5000, false, kMaxTtlSeconds);
}

void TestEntry::expiry()
{
    QFETCH(qint64, expiresAt);
    QFETCH(qint64, now);
    const EntryPtr entry = Entry::create({"k", "v", {}, 1, expiresAt});
    QTEST(entry->isExpiredAt(now), "expired");
    QTEST(entry->secondsLeft(now), "secondsLeft");
}

QTEST_GUILESS_MAIN(TestEntry)
#include "tst_entry.moc"
