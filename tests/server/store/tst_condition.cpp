// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/condition.h"

#include <QtTest>

using namespace memorykv;

class TestCondition : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void holds_data();
    void holds();
};

void TestCondition::holds_data()
{
    // A list of revisions; {-1} is `*`, an empty list no field.
    using List = QList<int>;
    QTest::addColumn<List>("ifMatch");
    QTest::addColumn<List>("ifNoneMatch");
    QTest::addColumn<bool>("withoutKey");
    QTest::addColumn<bool>("atRevision5");
    QTest::newRow("none") << List{} << List{} << true << true;
    QTest::newRow("If-Match *") << List{-1} << List{} << false << true;
    QTest::newRow("If-Match this") << List{5} << List{} << false << true;
    QTest::newRow("If-Match another") << List{4} << List{} << false << false;
    QTest::newRow("If-Match one of them") << List{3, 4, 5} << List{} << false << true;
    QTest::newRow("If-None-Match *") << List{} << List{-1} << true << false;
    QTest::newRow("If-None-Match this") << List{} << List{5} << true << false;
    QTest::newRow("If-None-Match another") << List{} << List{4} << true << true;
    QTest::newRow("If-None-Match one of them") << List{} << List{4, 5} << true << false;
    QTest::newRow("both hold") << List{5} << List{4} << false << true;
    QTest::newRow("first fails") << List{4} << List{4} << false << false;
    QTest::newRow("second fails") << List{5} << List{5} << false << false;
    QTest::newRow("never") << List{-1} << List{-1} << false << false;
}

void TestCondition::holds()
{
    QFETCH(QList<int>, ifMatch);
    QFETCH(QList<int>, ifNoneMatch);
    const auto setOf = [](const QList<int> &list) {
        RevisionSet set;
        set.any = list == QList<int>{-1};
        for (const int revision : list) {
            if (revision >= 0)
                set.revisions.append(quint64(revision));
        }
        return set;
    };
    Condition condition;
    condition.hasIfMatch = !ifMatch.isEmpty();
    condition.hasIfNoneMatch = !ifNoneMatch.isEmpty();
    condition.ifMatch = setOf(ifMatch);
    condition.ifNoneMatch = setOf(ifNoneMatch);
    const auto entry = Entry::create({"k", "v", {}, 5, 0});
    QTEST(condition.holds(nullptr), "withoutKey");
    QTEST(condition.holds(entry.data()), "atRevision5");
}

QTEST_GUILESS_MAIN(TestCondition)
#include "tst_condition.moc"
