// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/walpanel.h"

#include "monitor/ui/emptytableview.h"
#include "monitor/ui/filterfield.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/opfilterbutton.h"
#include "tests/monitor/ui/monitorfixture.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>

using namespace memorykv;
using namespace memorykv::test;

namespace {

constexpr quint64 kEpoch = 7;

QList<Event> inserts(quint64 from, quint64 count)
{
    QList<Event> events;
    for (quint64 seq = from; seq < from + count; ++seq) {
        events.append({.op = Op::Insert,
                       .epoch = kEpoch,
                       .seq = seq,
                       .timeMs = 1'700'000'000'000,
                       .key = (seq % 2 == 0 ? "even/" : "odd/") + QByteArray::number(seq),
                       .value = "v"});
    }
    return events;
}

} // namespace

class TestWalPanel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<MonitorFixture>();
        m_panel = m_fixture->window->walPanel();
        m_view = m_panel->view();
        m_model = &m_fixture->workspace->wal();
        m_view->setFocus();
    }
    void cleanup() { m_fixture.reset(); }

    void itFollowsTheNewestEvent()
    {
        m_model->append(inserts(1, 500));
        QCOMPARE(bar()->value(), bar()->maximum());
        m_model->append(inserts(501, 500));
        QCOMPARE(bar()->value(), bar()->maximum());
        QVERIFY(!m_panel->isHolding());
        QCOMPARE(lastSeqInSight(), quint64{1000});
    }

    void spaceHoldsAndEndFollows()
    {
        m_model->append(inserts(1, 500));
        QTest::keyClick(m_view, Qt::Key_Space);
        QVERIFY(m_panel->isHolding());
        const quint64 top = firstSeqInSight();
        m_model->append(inserts(501, 1234));
        QCOMPARE(firstSeqInSight(), top);
        const auto *strip = m_panel->findChild<MessageStrip *>();
        QVERIFY(strip->isVisible());
        QVERIFY2(strip->text().contains(QLocale().toString(1234)), qPrintable(strip->text()));
        QTest::keyClick(m_view, Qt::Key_End);
        QVERIFY(!m_panel->isHolding());
        QVERIFY(!strip->isVisible());
        QCOMPARE(bar()->value(), bar()->maximum());
    }

    void spaceAgainFollows()
    {
        m_model->append(inserts(1, 500));
        QTest::keyClick(m_view, Qt::Key_Space);
        QTest::keyClick(m_view, Qt::Key_Space);
        QVERIFY(!m_panel->isHolding());
    }

    void scrollingUpHolds()
    {
        m_model->append(inserts(1, 500));
        bar()->setValue(bar()->value() - 50);
        QVERIFY(m_panel->isHolding());
    }

    void theArrowsHoldAndMoveFromWhatIsInSight()
    {
        m_model->append(inserts(1, 5000));
        // With the focus a table makes its first row the current one.
        m_fixture->window->walPanel()->filterField()->setFocus();
        m_view->setFocus();
        QTest::keyClick(m_view, Qt::Key_Up);
        QVERIFY(m_panel->isHolding());
        QVERIFY(m_view->currentIndex().row() > 4900);
        QTest::keyClick(m_view, Qt::Key_PageUp);
        QVERIFY(m_view->currentIndex().row() > 4800);
    }

    void pressingARowHolds()
    {
        m_model->append(inserts(1, 500));
        const QPoint middle = m_view->viewport()->rect().center();
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, middle);
        QVERIFY(m_panel->isHolding());
        QCOMPARE(m_fixture->workspace->inspector().key(),
                 m_model->eventAt(m_view->rowAt(middle.y())).key);
    }

    void evictionLeavesTheHeldRowsInPlace()
    {
        m_model->setLimits(20'000, 1LL << 30);
        m_model->append(inserts(1, 20'000));
        QTest::keyClick(m_view, Qt::Key_Space);
        const quint64 top = firstSeqInSight();
        m_model->append(inserts(20'001, 9'000));
        QVERIFY(m_model->rowCount() < 29'000);
        QCOMPARE(firstSeqInSight(), top);
    }

    void evictionOfTheCurrentRowDoesNotScroll()
    {
        m_model->setLimits(20'000, 1LL << 30);
        m_model->append(inserts(1, 20'000));
        m_view->setCurrentIndex(m_model->index(10, 0));
        m_panel->setHolding(true);
        bar()->setValue(15'000);
        const quint64 top = firstSeqInSight();
        m_model->append(inserts(20'001, 9'000));
        QCOMPARE(firstSeqInSight(), top);
    }

    void whatIsHeldAndEvictedGivesWayToTheOldest()
    {
        m_model->setLimits(10'000, 1LL << 30);
        m_model->append(inserts(1, 10'000));
        m_panel->setHolding(true);
        bar()->setValue(0);
        m_model->append(inserts(10'001, 50'000));
        QCOMPARE(bar()->value(), 0);
        QVERIFY(m_panel->isHolding());
    }

    void filtersByKeyPrefixAndKind()
    {
        m_model->append(inserts(1, 100));
        m_panel->setPrefix("even/");
        QCOMPARE(m_model->rowCount(), 50);
        m_panel->setFilterText(QStringLiteral("8"));
        QCOMPARE(m_model->rowCount(), 14); // 8, 18 to 78, 80 to 86, 88, 98
        m_panel->setPrefix({});
        m_panel->setFilterText({});
        auto *ops = m_panel->findChild<OpFilterButton *>();
        ops->setOps(WalFilter::bit(Op::Delete));
        QCOMPARE(m_model->rowCount(), 0);
        QVERIFY(m_view->emptyText().contains(QStringLiteral("100")));
        ops->setOps(WalFilter::kAllOps);
        QCOMPARE(m_model->rowCount(), 100);
    }

    void aFilterKeepsTheHeldRowInSight()
    {
        m_model->append(inserts(1, 5'000));
        m_panel->setHolding(true);
        m_view->setCurrentIndex(m_model->index(999, 0)); // seq 1000
        m_panel->setPrefix("even/");
        QCOMPARE(m_model->eventAt(m_view->currentIndex().row()).seq, quint64{1000});
        QVERIFY(m_view->viewport()->rect().intersects(m_view->visualRect(m_view->currentIndex())));
    }

    void gapsAreRows()
    {
        m_model->append({{.op = Op::Gap, .epoch = kEpoch, .seq = 12, .gapFrom = 8}});
        QCOMPARE(m_model->rowCount(), 1);
        QVERIFY(!m_view->grab().isNull());
    }

    void noRowIsEverMeasured()
    {
        QCOMPARE(m_view->verticalHeader()->sectionResizeMode(0), QHeaderView::Fixed);
        for (int column = 0; column < m_model->columnCount(); ++column)
            QVERIFY(m_view->horizontalHeader()->sectionResizeMode(column)
                    != QHeaderView::ResizeToContents);
    }

    void sizesMakeWayWhereItIsNarrow()
    {
        m_fixture->window->resize(1600, 900);
        m_fixture->window->resetLayout();
        QTRY_VERIFY(!m_view->isColumnHidden(WalModel::SizeColumn));
        m_fixture->window->resize(1024, 700);
        m_fixture->window->resetLayout();
        QTRY_VERIFY(m_view->isColumnHidden(WalModel::SizeColumn));
        QTRY_COMPARE(m_view->horizontalScrollBar()->maximum(), 0);
    }

private:
    QScrollBar *bar() const { return m_view->verticalScrollBar(); }
    quint64 firstSeqInSight() const { return m_model->eventAt(m_view->rowAt(1)).seq; }
    quint64 lastSeqInSight() const
    {
        const int row = m_view->rowAt(m_view->viewport()->height() - 2);
        return m_model->eventAt(row < 0 ? m_model->rowCount() - 1 : row).seq;
    }

    std::unique_ptr<MonitorFixture> m_fixture;
    WalPanel *m_panel = nullptr;
    EmptyTableView *m_view = nullptr;
    WalModel *m_model = nullptr;
};

QTEST_MAIN(TestWalPanel)
#include "tst_walpanel.moc"
