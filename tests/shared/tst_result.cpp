// SPDX-License-Identifier: GPL-3.0-only
#include "shared/result.h"

#include <QSet>
#include <QTest>

using namespace memorykv;

class TestResult : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodeHasATitleOfItsOwn()
    {
        QSet<QByteArray> titles;
        const int count = static_cast<int>(ErrorCode::Internal) + 1;
        for (int code = 0; code < count; ++code) {
            const QByteArray title = errorTitle(static_cast<ErrorCode>(code)).toByteArray();
            QVERIFY(!title.isEmpty());
            titles.insert(title);
        }
        QCOMPARE(titles.size(), count);
    }

    void holdsTheValueOrTheError()
    {
        Result<QByteArray> good = QByteArray("value");
        QVERIFY(good.ok());
        QCOMPARE(*good, QByteArray("value"));
        QCOMPARE(good->size(), 5);
        QCOMPARE(std::move(good).value(), QByteArray("value"));

        const Result<QByteArray> bad = Error{ErrorCode::NotFound, "no such key"};
        QVERIFY(!bad);
        QVERIFY(bad.error().code == ErrorCode::NotFound);
        QCOMPARE(bad.error().detail, QByteArray("no such key"));
    }
};

QTEST_APPLESS_MAIN(TestResult)
#include "tst_result.moc"
