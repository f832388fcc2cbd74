// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/inspectormodel.h"

#include "monitor/models/deletehistory.h"

#include <QSignalSpy>
#include <QTest>

using namespace memorykv;

namespace {

using State = InspectorModel::State;

constexpr qint64 kNow = 1'700'000'000'000;

StoredValue valueOf(const QByteArray &bytes, quint64 revision)
{
    return {.key = "k",
            .bytes = bytes,
            .type = "text/plain",
            .revision = revision,
            .totalSize = bytes.size()};
}

Event eventOf(Op op, quint64 seq, const QByteArray &key = "k", qint64 ttl = 0)
{
    return {.op = op, .epoch = 7, .seq = seq, .key = key, .ttlSeconds = ttl};
}

} // namespace

class TestInspectorModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_model = std::make_unique<InspectorModel>(); }

    void valueIsShownWhenItIsForTheKey()
    {
        QCOMPARE(m_model->state(), State::Nothing);
        m_model->open("k");
        QCOMPARE(m_model->state(), State::Loading);
        StoredValue other = valueOf("x", 1);
        other.key = "other";
        m_model->valueArrived(other);
        m_model->loadFailed("other", {});
        QCOMPARE(m_model->state(), State::Loading);
        m_model->valueArrived(valueOf("[1]", 1));
        QCOMPARE(m_model->state(), State::Shown);
        QCOMPARE(m_model->kind(), ValueKind::Json);
    }

    void failureAndAbsenceAreTwoThings()
    {
        m_model->open("k");
        m_model->loadFailed("k", {.kind = FailureKind::Network, .text = QStringLiteral("words")});
        QCOMPARE(m_model->state(), State::Failed);
        QCOMPARE(m_model->failureText(), QStringLiteral("words"));
        m_model->open("k");
        m_model->loadFailed("k", {.kind = FailureKind::NotFound});
        QCOMPARE(m_model->state(), State::Missing);
    }

    void changesElsewhereAreNoted_data()
    {
        QTest::addColumn<Event>("event");
        QTest::addColumn<bool>("outdated");
        QTest::addColumn<State>("state");
        const auto row = [](const char *name, const Event &event, bool outdated, State state) {
            QTest::newRow(name) << event << outdated << state;
        };
        row("newer", eventOf(Op::Insert, 6), true, State::Shown);
        row("the one that is shown", eventOf(Op::Insert, 5), false, State::Shown);
        row("older", eventOf(Op::Delete, 4), false, State::Shown);
        row("another key", eventOf(Op::Insert, 6, "kk"), false, State::Shown);
        row("deleted", eventOf(Op::Delete, 6), true, State::Missing);
        row("expired", eventOf(Op::Expire, 6), true, State::Missing);
        row("prefix deleted", eventOf(Op::DeletePrefix, 6, ""), true, State::Missing);
        row("another prefix deleted", eventOf(Op::DeletePrefix, 6, "kk"), false, State::Shown);
        row("all deleted", eventOf(Op::DeleteAll, 6, {}), true, State::Missing);
        row("read", eventOf(Op::Read, 6), false, State::Shown);
    }
    void changesElsewhereAreNoted()
    {
        QFETCH(Event, event);
        show("v", 5);
        m_model->applyEvents({event}, kNow);
        QTEST(m_model->isOutdated(), "outdated");
        QTEST(m_model->state(), "state");
        QCOMPARE(m_model->value().bytes, "v");
    }

    // The feed brings events in batches: the end of a key and its return may be in one.
    void aKeyThatCameBackIsTold()
    {
        show("v", 5);
        const Event gone = eventOf(Op::Delete, 6);
        const Event back = eventOf(Op::Insert, 7);
        QVERIFY(!m_model->applyEvents({gone}, kNow));
        QCOMPARE(m_model->state(), State::Missing);
        QVERIFY(m_model->applyEvents({back}, kNow));
        show("v", 7);
        QVERIFY(m_model->applyEvents({eventOf(Op::Delete, 8), eventOf(Op::Insert, 9)}, kNow));
        show("v", 9);
        QVERIFY(!m_model->applyEvents({eventOf(Op::Insert, 10), eventOf(Op::Delete, 11)}, kNow));
        QVERIFY(!m_model->applyEvents({eventOf(Op::Insert, 12, "other")}, kNow));
    }

    void expiryCountsDown()
    {
        show("v", 5);
        QVERIFY(!m_model->ttlLeft(kNow));
        m_model->setTtl(60, kNow);
        QCOMPARE(m_model->ttlLeft(kNow), std::optional<qint64>(60));
        QCOMPARE(m_model->ttlLeft(kNow + 1), std::optional<qint64>(60));
        QCOMPARE(m_model->ttlLeft(kNow + 59'001), std::optional<qint64>(1));
        QCOMPARE(m_model->ttlLeft(kNow + 70'000), std::optional<qint64>(0));
        m_model->applyEvents({eventOf(Op::Touch, 6, "k", 10)}, kNow);
        QCOMPARE(m_model->ttlLeft(kNow), std::optional<qint64>(10));
        QVERIFY(!m_model->isOutdated());
        m_model->applyEvents({eventOf(Op::Touch, 7, "k", 0)}, kNow);
        QVERIFY(!m_model->ttlLeft(kNow));
    }

    void editIsSavedOnItsRevision()
    {
        show("v", 5);
        m_model->setTtl(60, kNow);
        QVERIFY(m_model->beginEdit());
        QVERIFY(!m_model->isDirty());
        m_model->setDraft("w", "text/plain");
        QVERIFY(m_model->isDirty());
        const PutRequest request = m_model->save(kNow + 10'000);
        QCOMPARE(m_model->state(), State::Saving);
        QCOMPARE(request.value, "w");
        QCOMPARE(request.condition.kind, Condition::Kind::Revision);
        QCOMPARE(request.condition.revision, 5U);
        QCOMPARE(request.ttlSeconds, 50);
        // The event of the own write may come before the answer.
        m_model->applyEvents({eventOf(Op::Insert, 6, "k", 50)}, kNow + 10'000);
        m_model->saved({.revision = 6});
        QCOMPARE(m_model->state(), State::Shown);
        QCOMPARE(m_model->value().bytes, "w");
        QVERIFY(!m_model->isOutdated());
    }

    void cutValueIsNotEdited()
    {
        m_model->open("k");
        StoredValue value = valueOf("v", 1);
        value.whole = false;
        m_model->valueArrived(value);
        QVERIFY(!m_model->beginEdit());
    }

    void lateAnswersDoNotDisturbAnEdit()
    {
        show("v", 5);
        m_model->beginEdit();
        m_model->setDraft("w", "t");
        m_model->valueArrived(valueOf("x", 6));
        m_model->loadFailed("k", {.kind = FailureKind::Network});
        QCOMPARE(m_model->state(), State::Editing);
        QCOMPARE(m_model->draft(), "w");
        QCOMPARE(m_model->value().bytes, "v");
    }

    void conflictKeepsBothVersions()
    {
        conflict(valueOf("theirs", 9));
        QCOMPARE(m_model->draft(), "mine");
        QCOMPARE(m_model->theirs()->bytes, "theirs");
        m_model->keepMine();
        QCOMPARE(m_model->state(), State::Editing);
        QCOMPARE(m_model->save(kNow).condition.revision, 9U);

        conflict(valueOf("theirs", 9));
        m_model->takeTheirs();
        QCOMPARE(m_model->state(), State::Shown);
        QCOMPARE(m_model->value().bytes, "theirs");
        QVERIFY(!m_model->isDirty());
    }

    void conflictWithARemoval()
    {
        conflict(std::nullopt);
        m_model->keepMine();
        QCOMPARE(m_model->save(kNow).condition.kind, Condition::Kind::Missing);
        conflict(std::nullopt);
        m_model->takeTheirs();
        QCOMPARE(m_model->state(), State::Missing);
    }

    void failedSaveGoesBackToTheDraft()
    {
        show("v", 5);
        m_model->beginEdit();
        m_model->setDraft("w", "t");
        m_model->save(kNow);
        m_model->saveFailed({.kind = FailureKind::Network, .text = QStringLiteral("words")});
        QCOMPARE(m_model->state(), State::Editing);
        QCOMPARE(m_model->draft(), "w");
        QCOMPARE(m_model->failureText(), QStringLiteral("words"));
        m_model->discard();
        QCOMPARE(m_model->state(), State::Shown);
        QCOMPARE(m_model->value().bytes, "v");
    }

    void newKeyIsNeverWrittenOverAnother()
    {
        m_model->beginNew("new", "text/plain");
        QCOMPARE(m_model->state(), State::Editing);
        QVERIFY(m_model->isDirty());
        m_model->setDraft("v", "text/plain");
        QCOMPARE(m_model->save(kNow).condition.kind, Condition::Kind::Missing);
        m_model->saved({.revision = 3, .created = true});
        QCOMPARE(m_model->state(), State::Shown);
        m_model->beginNew("other", "t");
        m_model->discard();
        QCOMPARE(m_model->state(), State::Missing);
    }

    void kindOfAValue_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("whole");
        QTest::addColumn<ValueKind>("kind");
        const auto row
            = [](const char *name, const QByteArray &type, const QByteArray &bytes, ValueKind kind,
                 bool whole = true) { QTest::newRow(name) << type << bytes << whole << kind; };
        row("empty", "image/png", "", ValueKind::Empty);
        row("text", "application/octet-stream", "a\tb\r\n\xc3\xbc", ValueKind::Text);
        row("zero", "text/plain", QByteArray("a\0b", 3), ValueKind::Binary);
        row("not UTF-8", "text/plain", "a\xff", ValueKind::Binary);
        row("cut in a character", "text/plain", "abc\xf0\x9f\x98", ValueKind::Text, false);
        row("ends in half a character", "text/plain", "abc\xf0\x9f\x98", ValueKind::Binary);
        row("JSON by type", "Application/JSON; charset=utf-8", "1", ValueKind::Json);
        row("JSON by suffix", "application/problem+json", "1", ValueKind::Json);
        row("JSON by its looks", "text/plain", " \n{\"a\"", ValueKind::Json);
        row("image", "image/png", "\x89PNG", ValueKind::Image);
        row("drawing", "image/svg+xml", "<svg/>", ValueKind::Text);
        row("bytes called JSON", "application/json", "\xff", ValueKind::Binary);
    }
    void kindOfAValue()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, bytes);
        QFETCH(bool, whole);
        QTEST(valueKind(type, bytes, whole), "kind");
    }

    void lastDeleteIsUndoneFirst()
    {
        DeleteHistory history;
        QSignalSpy changed(&history, &DeleteHistory::changed);
        QVERIFY(!history.restore());
        history.push("a", {.value = "1", .type = "t"}, 60);
        history.push("b", {.value = "2", .type = "t"});
        QCOMPARE(history.nextKey(), "b");
        const auto request = history.restore();
        QCOMPARE(request->key, "b");
        QCOMPARE(request->condition.kind, Condition::Kind::Missing);
        QCOMPARE(history.restore()->ttlSeconds, 60);
        QVERIFY(!history.canUndo());
        history.giveBack(*request);
        QCOMPARE(history.nextKey(), "b");
        QCOMPARE(changed.size(), 5);
    }

    void deletesAreForgottenBeyondTheLimits()
    {
        DeleteHistory history;
        for (int number = 0; number < DeleteHistory::kMaxCount + 10; ++number)
            history.push(QByteArray::number(number), {.value = "v"});
        for (int number = DeleteHistory::kMaxCount + 9; number >= 10; --number)
            QCOMPARE(history.restore()->key, QByteArray::number(number));
        QVERIFY(!history.canUndo());

        const QByteArray large(DeleteHistory::kMaxBytes / 2 + 1, 'x');
        history.push("a", {.value = large});
        history.push("b", {.value = large});
        QCOMPARE(history.restore()->key, "b");
        QVERIFY(!history.canUndo());
    }

private:
    void show(const QByteArray &bytes, quint64 revision)
    {
        m_model->open("k");
        m_model->valueArrived(valueOf(bytes, revision));
    }

    void conflict(const std::optional<StoredValue> &theirs)
    {
        show("v", 5);
        m_model->beginEdit();
        m_model->setDraft("mine", "text/plain");
        m_model->save(kNow);
        m_model->conflictFound(theirs);
        QCOMPARE(m_model->state(), State::Conflict);
    }

    std::unique_ptr<InspectorModel> m_model;
};

QTEST_GUILESS_MAIN(TestInspectorModel)
#include "tst_inspectormodel.moc"
