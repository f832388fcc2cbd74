// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/endpoint.h"
#include "monitor/client/profilestore.h"

#include <QFile>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace memorykv;

class TestConnectionProfile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_fileName = m_folder->filePath(QStringLiteral("settings.ini"));
        open();
    }

    void addressAsItIsTyped_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("address");
        const auto row = [](const char *text, const char *address) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(address);
        };
        row("http://host:1", "http://host:1");
        row("https://host", "https://host");
        row("http://host/", "http://host");
        row("host", "http://host:8080");
        row(" host:81 ", "http://host:81");
        row("127.0.0.1:8080", "http://127.0.0.1:8080");
        row("[::1]:8080", "http://[::1]:8080");
        row("HTTP://Host", "http://host");
    }
    void addressAsItIsTyped()
    {
        QFETCH(QString, text);
        const auto address = addressFromText(text);
        QVERIFY2(address, address ? "" : address.error().detail.constData());
        QTEST(address->toString(), "address");
    }

    void addressThatIsNone_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("fault");
        QTest::newRow("nothing") << QString() << QByteArray("host");
        QTest::newRow("scheme") << QStringLiteral("ftp://host") << QByteArray("http");
        QTest::newRow("no host") << QStringLiteral("http://") << QByteArray("host");
        QTest::newRow("path") << QStringLiteral("http://host/keys") << QByteArray("end after");
        QTest::newRow("query") << QStringLiteral("http://host?x") << QByteArray("end after");
        QTest::newRow("user") << QStringLiteral("http://u:p@host") << QByteArray("user");
        QTest::newRow("port") << QStringLiteral("http://host:99999") << QByteArray("host");
        QTest::newRow("port 0") << QStringLiteral("host:0") << QByteArray("port");
    }
    void addressThatIsNone()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, fault);
        const auto address = addressFromText(text);
        QVERIFY(!address);
        QVERIFY2(address.error().detail.contains(fault), address.error().detail.constData());
    }

    void profilesAreKept()
    {
        ConnectionProfile first = profile("https://one:1");
        first.name = QStringLiteral("One ü/");
        first.colour = QStringLiteral("#ff0000");
        first.readOnly = true;
        first.tokenSource = TokenSource::Keychain;
        first.pinnedSha256 = QByteArray("\0\xff", 2) + QByteArray(30, 'x');
        const ConnectionProfile second = profile("http://two:2");
        QVERIFY(m_store->save(first));
        QVERIFY(m_store->save(second));
        m_store->setLastUsed(second.id);
        open();
        QCOMPARE(m_store->profiles(), QList({first, second}));
        QCOMPARE(m_store->lastUsed(), second.id);

        first.name = QStringLiteral("Other");
        QVERIFY(m_store->save(first));
        m_store->remove(second.id);
        open();
        QCOMPARE(m_store->profiles(), QList({first}));
        QVERIFY(m_store->lastUsed().isEmpty());
        QVERIFY(!m_store->profile(second.id));
    }

    void noTokenIsInTheFile()
    {
        ConnectionProfile one = profile("http://one:1");
        one.tokenSource = TokenSource::Keychain;
        QVERIFY(m_store->save(one));
        QCOMPARE(one.endpoint(" secret\r\n").token, "secret");
        m_settings->sync();
        QFile file(m_fileName);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("secret"));
    }

    void whatMakesNoSenseIsNotSaved()
    {
        ConnectionProfile one = profile("http://one:1");
        one.name.clear();
        QVERIFY(!m_store->save(one));
        one = profile("http://one:1");
        one.id.clear();
        QVERIFY(!m_store->save(one));
        one = profile("http://one:1");
        one.address = QUrl(QStringLiteral("ftp://x"));
        QVERIFY(!m_store->save(one));
        QVERIFY(m_store->profiles().isEmpty());
    }

    void brokenEntriesAreLeftOutAndStay()
    {
        const ConnectionProfile good = profile("http://one:1");
        const ConnectionProfile broken = profile("http://two:2");
        QVERIFY(m_store->save(broken));
        QVERIFY(m_store->save(good));
        m_settings->setValue(QStringLiteral("connections/%1/address").arg(broken.id),
                             QStringLiteral("nonsense://"));
        QCOMPARE(m_store->profiles(), QList({good}));
        QVERIFY(m_settings->contains(QStringLiteral("connections/%1/name").arg(broken.id)));
    }

private:
    void open()
    {
        m_store.reset();
        m_settings = std::make_unique<QSettings>(m_fileName, QSettings::IniFormat);
        m_store = std::make_unique<ProfileStore>(*m_settings);
    }

    static ConnectionProfile profile(const char *address)
    {
        return ConnectionProfile::create(QUrl(QString::fromLatin1(address)));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_fileName;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<ProfileStore> m_store;
};

QTEST_GUILESS_MAIN(TestConnectionProfile)
#include "tst_connectionprofile.moc"
