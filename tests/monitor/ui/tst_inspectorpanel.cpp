// SPDX-License-Identifier: GPL-3.0-only
// The inspector against a real server: values of all kinds and sizes, and edits that meet others.
#include "monitor/ui/inspectorpanel.h"

#include "monitor/ui/conflictview.h"
#include "monitor/ui/drafteditor.h"
#include "monitor/ui/foldedtextview.h"
#include "monitor/ui/hexview.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/ttldialog.h"
#include "monitor/ui/valueview.h"
#include "tests/monitor/ui/monitorfixture.h"

#include <QPlainTextEdit>
#include <QRadioButton>
#include <QTest>
#include <QTimer>

using namespace memorykv;
using namespace memorykv::test;

namespace {

const Fields kText{{"Content-Type", "text/plain"}};
constexpr qsizetype kLarge = 5 << 20;

} // namespace

class TestInspectorPanel : public MonitorTest
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_http->del("/keys");
        m_http->put("/k", "one", kText);
        QVERIFY(openWindow());
        m_panel = m_fixture->window->inspectorPanel();
    }
    void aLargeValueComesInTwoSteps()
    {
        QCOMPARE(m_http->put("/large", QByteArray(kLarge, 'x'), kText).status, 201);
        QVERIFY(inspect("large"));
        QVERIFY(!model().value().whole);
        QCOMPARE(model().value().totalSize, qint64(kLarge));
        QVERIFY(model().value().bytes.size() <= RestClient::kFirstBytes);
        button(m_panel->valueView(), QStringLiteral("Load all"))->click();
        QTRY_VERIFY_WITH_TIMEOUT(model().value().whole, 60'000);
        QCOMPARE(model().value().bytes.size(), kLarge);
        auto *text = m_panel->valueView()->findChild<FoldedTextView *>();
        QTRY_VERIFY_WITH_TIMEOUT(text->isComplete(), 60'000);
        m_panel->valueView()->setMode(ValueView::HexMode);
        QCOMPARE(m_panel->valueView()->findChild<HexView *>()->bytes().size(), kLarge);
    }

    void theWindowGoesOnWhileMuchIsShown()
    {
        QByteArray json = "[0";
        while (json.size() < kLarge - 100)
            json += R"(,{"a":"some text","n":12345678901234567890})";
        json += ']';
        QCOMPARE(m_http->put("/json", json, {{"Content-Type", "application/json"}}).status, 201);
        QVERIFY(inspect("json"));
        int turns = 0;
        QTimer ticking;
        connect(&ticking, &QTimer::timeout, this, [&turns] { ++turns; });
        ticking.start(0);
        button(m_panel->valueView(), QStringLiteral("Load all"))->click();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->valueView()->shownText().size() > json.size(), 60'000);
        QVERIFY(turns > 10);
    }

    void anyBytesAreShown()
    {
        const QByteArray bytes("\xff\0\x80zero", 7);
        m_http->put("/bytes", bytes);
        QVERIFY(inspect("bytes"));
        QCOMPARE(m_panel->valueView()->mode(), ValueView::HexMode);
        QCOMPARE(m_panel->valueView()->findChild<HexView *>()->bytes(), bytes);
    }

    void aConflictShowsBothAndOverwritesNothing()
    {
        QVERIFY(beginConflict("mine", "theirs"));
        QCOMPARE(m_http->get("/k").body, QByteArray("theirs"));
        const QList<FoldedTextView *> versions
            = m_panel->conflictView()->findChildren<FoldedTextView *>();
        QCOMPARE(versions.size(), 2);
        QCOMPARE(versions[0]->wholeText(), QStringLiteral("mine"));
        QCOMPARE(versions[1]->wholeText(), QStringLiteral("theirs"));
        QVERIFY(!versions[0]->extraSelections().isEmpty());
    }

    void goingOnWithMineWritesItOverTheirsOnly()
    {
        QVERIFY(beginConflict("mine", "theirs"));
        button(m_panel->conflictView(), QStringLiteral("Go on with mine"))->click();
        QVERIFY(m_panel->isEditing());
        QCOMPARE(m_panel->draftEditor()->bytes(), QByteArray("mine"));
        // Once more somebody is faster.
        m_http->put("/k", "even later", kText);
        m_panel->save();
        QTRY_COMPARE(model().state(), InspectorModel::State::Conflict);
        button(m_panel->conflictView(), QStringLiteral("Go on with mine"))->click();
        m_panel->save();
        QTRY_COMPARE(m_http->get("/k").body, QByteArray("mine"));
    }

    void takingTheServersDropsMine()
    {
        QVERIFY(beginConflict("mine", "theirs"));
        button(m_panel->conflictView(), QStringLiteral("Take the server's"))->click();
        QCOMPARE(model().state(), InspectorModel::State::Shown);
        QCOMPARE(model().value().bytes, QByteArray("theirs"));
        QCOMPARE(m_http->get("/k").body, QByteArray("theirs"));
    }

    void aKeyDeletedMeanwhileIsAConflictToo()
    {
        QVERIFY(startEdit());
        m_panel->draftEditor()->editor()->setPlainText(QStringLiteral("mine"));
        m_http->del("/k");
        m_panel->save();
        QTRY_COMPARE(model().state(), InspectorModel::State::Conflict);
        button(m_panel->conflictView(), QStringLiteral("Leave it deleted"))->click();
        QCOMPARE(model().state(), InspectorModel::State::Missing);
        QCOMPARE(m_http->get("/k").status, 404);
    }

    void whatChangesMeanwhileIsSaid()
    {
        QVERIFY(inspect("k"));
        m_http->put("/k", "two", kText);
        QTRY_VERIFY(m_panel->strip()->isVisible());
        QCOMPARE(model().value().bytes, QByteArray("one"));
        button(m_panel->strip(), QStringLiteral("Show it"))->click();
        QTRY_COMPARE(model().value().bytes, QByteArray("two"));
        QTRY_VERIFY(!m_panel->strip()->isVisible());
    }

    void aKeyThatGoesIsSaid()
    {
        QVERIFY(inspect("k"));
        m_http->del("/k");
        QTRY_VERIFY(m_panel->emptyText().contains(QStringLiteral("no such key")));
    }

    void theExpiryCountsDownAndCanBeChanged()
    {
        m_http->put("/short?ttl=100", "v", kText);
        QVERIFY(inspect("short"));
        QTRY_VERIFY(m_panel->ttlText().startsWith(QStringLiteral("in 1:")));
        const QString before = m_panel->ttlText();
        QTRY_VERIFY(m_panel->ttlText() != before);
        QVERIFY(m_panel->canChangeTtl());
        m_panel->changeTtl();
        auto *dialog = m_fixture->window->findChild<TtlDialog *>();
        QVERIFY(dialog);
        dialog->findChild<QRadioButton *>()->setChecked(true); // never
        dialog->accept();
        QTRY_COMPARE(m_panel->ttlText(), QStringLiteral("never"));
        QVERIFY(!m_http->get("/keys/short?values=true").body.contains("ttl"));
    }

    void discardingLeavesTheValue()
    {
        QVERIFY(startEdit());
        m_panel->draftEditor()->editor()->setPlainText(QStringLiteral("mine"));
        QVERIFY(m_panel->hasUnsavedChanges());
        m_panel->discard();
        QCOMPARE(model().state(), InspectorModel::State::Shown);
        QVERIFY(!m_panel->hasUnsavedChanges());
        QCOMPARE(m_http->get("/k").body, QByteArray("one"));
    }

    void anExpiryOutlivesAnEdit()
    {
        m_http->put("/k?ttl=1000", "one", kText);
        QVERIFY(inspect("k"));
        QTRY_VERIFY(m_panel->ttlText().startsWith(QStringLiteral("in ")));
        m_panel->edit();
        QVERIFY(m_panel->isEditing());
        m_panel->draftEditor()->editor()->setPlainText(QStringLiteral("two"));
        m_panel->save();
        QTRY_COMPARE(m_http->get("/k").body, QByteArray("two"));
        const QByteArray listed = m_http->get("/keys/k?values=true").body;
        QVERIFY2(listed.contains("\"ttl\":"), listed.constData());
    }

    void aLargeKeyIsLoadedBeforeItIsEdited()
    {
        QByteArray lines;
        while (lines.size() < 200'000)
            lines += "a line of text\n";
        m_http->put("/lines", lines, kText);
        QVERIFY(inspect("lines"));
        QVERIFY(!model().value().whole);
        m_panel->edit();
        QTRY_VERIFY(m_panel->isEditing());
        QCOMPARE(m_panel->draftEditor()->bytes(), lines);
    }

private:
    InspectorModel &model() const { return m_fixture->workspace->inspector(); }
    bool inspect(const QByteArray &key)
    {
        m_fixture->window->inspect(key);
        return QTest::qWaitFor([&] { return model().state() == InspectorModel::State::Shown; },
                               30'000);
    }
    bool startEdit()
    {
        if (!inspect("k"))
            return false;
        m_panel->edit();
        return m_panel->isEditing();
    }
    bool beginConflict(const char *mine, const QByteArray &theirs)
    {
        if (!startEdit())
            return false;
        m_http->put("/k", theirs, kText);
        m_panel->draftEditor()->editor()->setPlainText(QString::fromUtf8(mine));
        m_panel->save();
        return QTest::qWaitFor([&] { return model().state() == InspectorModel::State::Conflict; },
                               30'000);
    }

    InspectorPanel *m_panel = nullptr;
};

QTEST_MAIN(TestInspectorPanel)
#include "tst_inspectorpanel.moc"
