// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/feedtest.h"

#include <QTest>

namespace memorykv::test {

QByteArray FeedTest::position(quint64 atSeq)
{
    return QByteArray::number(epoch()) + ':' + QByteArray::number(atSeq);
}

void FeedTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
    m_client = std::make_unique<HttpClient>(m_server.port());
}

void FeedTest::init()
{
    QCOMPARE(m_client->del("/keys").status, 200);
}

void FeedTest::cleanupTestCase()
{
    QCOMPARE(m_server.stopFault(), QByteArray());
}

quint64 FeedTest::info(QLatin1StringView member)
{
    return m_client->get("/-/info").json()[member].toVariant().toULongLong();
}

} // namespace memorykv::test
