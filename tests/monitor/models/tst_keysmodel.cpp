// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/keysmodel.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include <set>

using namespace memorykv;

namespace {

Event eventOf(Op op, const QByteArray &key, const QByteArray &value = {})
{
    return {
        .op = op, .epoch = 7, .seq = 1, .timeMs = 1'700'000'000'000, .key = key, .value = value};
}

/// The server's side: a set of keys, which answers pages and makes events of changes.
class Store
{
public:
    KeyPage page(const KeyPageRequest &request) const
    {
        KeyPage page;
        for (const QByteArray &key : m_keys) {
            if (!key.startsWith(request.prefix) || key <= request.after)
                continue;
            if (page.keys.size() == request.limit) {
                page.more = true;
                page.nextAfter = page.keys.last();
                break;
            }
            page.keys.append(key);
        }
        return page;
    }

    Event apply(const Event &change)
    {
        switch (change.op) {
        case Op::Insert:
            m_keys.insert(change.key);
            break;
        case Op::Delete:
        case Op::Expire:
            m_keys.erase(change.key);
            break;
        case Op::DeletePrefix:
            std::erase_if(m_keys,
                          [&](const QByteArray &key) { return key.startsWith(change.key); });
            break;
        case Op::DeleteAll:
            m_keys.clear();
            break;
        default:
            break;
        }
        return change;
    }

    QByteArrayList withPrefix(const QByteArray &prefix) const
    {
        QByteArrayList found;
        for (const QByteArray &key : m_keys) {
            if (key.startsWith(prefix))
                found.append(key);
        }
        return found;
    }

private:
    std::set<QByteArray> m_keys;
};

QByteArrayList keysOf(const KeysModel &model)
{
    QByteArrayList keys;
    for (int row = 0; row < model.rowCount(); ++row)
        keys.append(model.keyAt(row));
    return keys;
}

KeyPage pageOf(const QByteArrayList &keys, bool more = false)
{
    return {.keys = keys, .more = more, .nextAfter = more ? keys.last() : QByteArray()};
}

} // namespace

class TestKeysModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_model = std::make_unique<KeysModel>();
        m_tester = std::make_unique<QAbstractItemModelTester>(
            m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        m_wanted = std::make_unique<QSignalSpy>(m_model.get(), &KeysModel::pageWanted);
    }
    void cleanup()
    {
        m_wanted.reset();
        m_tester.reset();
        m_model.reset();
    }

    void nothingIsWantedBeforeAPrefixIsSet()
    {
        QVERIFY(!m_model->canFetchMore({}));
        QCOMPARE(m_wanted->size(), 0);
    }

    void pagesComeOneAtATime()
    {
        m_model->setPrefix("a");
        QCOMPARE(m_wanted->size(), 1);
        QCOMPARE(last().prefix, "a");
        QCOMPARE(last().after, QByteArray());
        QVERIFY(m_model->isLoading());
        QVERIFY(!m_model->canFetchMore({}));
        m_model->fetchMore({});
        QCOMPARE(m_wanted->size(), 1);

        m_model->pageArrived(last().generation, pageOf({"a1", "a2"}, true));
        QVERIFY(!m_model->isLoading());
        QVERIFY(m_model->canFetchMore({}));
        m_model->fetchMore({});
        QCOMPARE(m_wanted->size(), 2);
        QCOMPARE(last().after, "a2");
        m_model->pageArrived(last().generation, pageOf({"a3"}));
        QCOMPARE(keysOf(*m_model), QByteArrayList({"a1", "a2", "a3"}));
        QVERIFY(m_model->isComplete());
        QVERIFY(!m_model->canFetchMore({}));
    }

    void staleAnswersAreLeftAlone()
    {
        m_model->setPrefix("a");
        const quint64 old = last().generation;
        m_model->setPrefix("b");
        m_model->pageArrived(old, pageOf({"a1"}));
        m_model->pageFailed(old, {});
        QCOMPARE(m_model->rowCount(), 0);
        QVERIFY(m_model->isLoading());
        m_model->pageArrived(last().generation, pageOf({"b1"}));
        m_model->pageArrived(last().generation, pageOf({"b2"}));
        QCOMPARE(keysOf(*m_model), QByteArrayList({"b1"}));
        m_model->clear();
        QCOMPARE(m_model->rowCount(), 0);
        QVERIFY(!m_model->canFetchMore({}));
    }

    void failureEndsTheAskingUntilARefresh()
    {
        m_model->setPrefix("a");
        QSignalSpy failed(m_model.get(), &KeysModel::loadFailed);
        m_model->pageFailed(last().generation, {.kind = FailureKind::Network});
        QCOMPARE(failed.size(), 1);
        QVERIFY(!m_model->canFetchMore({}));
        m_model->refresh();
        QCOMPARE(m_wanted->size(), 2);
    }

    void keysOutOfPlaceAreLeftOut()
    {
        m_model->setPrefix("a");
        m_model->pageArrived(last().generation, pageOf({"a2", "a1", "b", "a2", "a3"}, true));
        QCOMPARE(keysOf(*m_model), QByteArrayList({"a2", "a3"}));
    }

    void eventsMarkAtOnceAndRowsFollow()
    {
        load({"a", "c", "e"}, false);
        m_model->applyEvents({eventOf(Op::Insert, "c", "four"), eventOf(Op::Delete, "a"),
                              eventOf(Op::Insert, "d", "x"), eventOf(Op::Insert, "f", "x")});
        QCOMPARE(keysOf(*m_model), QByteArrayList({"a", "c", "e"}));
        QCOMPARE(markOf(0), KeysModel::Mark::Removed);
        QCOMPARE(markOf(1), KeysModel::Mark::Changed);
        QCOMPARE(m_model->index(1, 0).data(KeysModel::SizeRole).toLongLong(), 4);
        QTRY_COMPARE(keysOf(*m_model), QByteArrayList({"c", "d", "e", "f"}));
        QCOMPARE(markOf(1), KeysModel::Mark::Inserted);
        m_model->clearMarks();
        QCOMPARE(markOf(1), KeysModel::Mark::None);
    }

    void removedAndWrittenAgainStays()
    {
        load({"a"}, false);
        m_model->applyEvents({eventOf(Op::Delete, "a"), eventOf(Op::Insert, "a", "x"),
                              eventOf(Op::Insert, "b"), eventOf(Op::Delete, "b")});
        m_model->settle();
        QCOMPARE(keysOf(*m_model), QByteArrayList({"a"}));
        QCOMPARE(markOf(0), KeysModel::Mark::Changed);
    }

    void keysBeyondWhatIsLoadedComeWithTheirPage()
    {
        load({"a", "c"}, true);
        m_model->applyEvents({eventOf(Op::Insert, "d"), eventOf(Op::Insert, "b")});
        m_model->settle();
        QCOMPARE(keysOf(*m_model), QByteArrayList({"a", "b", "c"}));
    }

    void eventsDuringARequestAreAppliedToItsPage()
    {
        load({"a"}, true);
        m_model->fetchMore({});
        m_model->applyEvents({eventOf(Op::Insert, "c"), eventOf(Op::Delete, "d")});
        // The page was read before both of them happened.
        m_model->pageArrived(last().generation, pageOf({"b", "d"}));
        m_model->settle();
        QCOMPARE(keysOf(*m_model), QByteArrayList({"a", "b", "c"}));
    }

    void prefixesAndAllAreRemoved()
    {
        load({"a", "b/1", "b/2", "c"}, false);
        m_model->applyEvents({eventOf(Op::Insert, "b/3"), eventOf(Op::DeletePrefix, "b/")});
        m_model->settle();
        QCOMPARE(keysOf(*m_model), QByteArrayList({"a", "c"}));
        m_model->applyEvents({eventOf(Op::DeleteAll, {})});
        m_model->settle();
        QCOMPARE(m_model->rowCount(), 0);
    }

    void gapMakesItStale()
    {
        load({"a"}, false);
        QVERIFY(!m_model->isStale());
        m_model->applyEvents({eventOf(Op::Gap, {})});
        QVERIFY(m_model->isStale());
        m_model->refresh();
        QVERIFY(!m_model->isStale());
    }

    void tooManyNewKeysMakeItStaleInPlaceOfSlow()
    {
        load({"a", "z"}, false);
        QList<Event> events;
        for (int number = 0; number < 60'000; ++number)
            events.append(eventOf(Op::Insert, "k" + QByteArray::number(number)));
        m_model->applyEvents(events);
        QVERIFY(m_model->isStale());
    }

    void bytesAreShownAsText()
    {
        load({QByteArray("a\0\n\x7f\xff", 5)}, false);
        QCOMPARE(m_model->index(0, 0).data().toString(),
                 QString::fromUtf16(u"a\u2400\u21b5\u2421\ufffd"));
        QCOMPARE(m_model->index(0, 0).data(KeysModel::KeyRole).toByteArray(),
                 QByteArray("a\0\n\x7f\xff", 5));
    }

    void endsUpAsTheStore_data()
    {
        QTest::addColumn<quint32>("seed");
        for (quint32 seed = 1; seed <= 8; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    /// Random changes, pages whose answers come late, changes of the prefix: in the end all that is
    /// loaded is what the store has.
    void endsUpAsTheStore()
    {
        QFETCH(quint32, seed);
        QRandomGenerator random(seed);
        Store store;
        for (int number = 0; number < 3'000; ++number)
            store.apply(eventOf(Op::Insert, randomKey(random)));
        QByteArray prefix = "k";
        m_model->setPrefix(prefix);
        QList<Event> undelivered;
        std::optional<KeyPage> answer;
        for (int step = 0; step < 600; ++step) {
            switch (random.bounded(7)) {
            case 0:
            case 1:
                undelivered.append(store.apply(randomChange(random)));
                break;
            case 2:
                m_model->applyEvents(std::exchange(undelivered, {}));
                break;
            case 3:
                // The store is read at one moment, and the answer comes at a later one.
                if (m_model->isLoading() && !answer)
                    answer = store.page(last());
                break;
            case 4:
                if (answer)
                    m_model->pageArrived(last().generation, *std::exchange(answer, {}));
                break;
            case 5:
                m_model->fetchMore({});
                break;
            default:
                m_model->settle();
                if (random.bounded(40) == 0) {
                    prefix = random.bounded(2) == 0 ? "k" : "k1";
                    answer.reset();
                    m_model->setPrefix(prefix);
                }
            }
        }
        while (!m_model->isComplete()) {
            m_model->fetchMore({});
            m_model->pageArrived(last().generation,
                                 answer ? *std::exchange(answer, {}) : store.page(last()));
        }
        m_model->applyEvents(undelivered);
        for (int turn = 0; turn < 100; ++turn)
            m_model->settle();
        QCOMPARE(keysOf(*m_model), store.withPrefix(prefix));
    }

private:
    KeyPageRequest last() const { return m_wanted->last().first().value<KeyPageRequest>(); }

    KeysModel::Mark markOf(int row) const
    {
        return static_cast<KeysModel::Mark>(
            m_model->index(row, 0).data(KeysModel::MarkRole).toInt());
    }

    void load(const QByteArrayList &keys, bool more)
    {
        m_model->setPrefix({});
        m_model->pageArrived(last().generation, pageOf(keys, more));
        QCOMPARE(keysOf(*m_model), keys);
    }

    static QByteArray randomKey(QRandomGenerator &random)
    {
        return "k" + QByteArray::number(random.bounded(5'000));
    }

    static Event randomChange(QRandomGenerator &random)
    {
        switch (random.bounded(12)) {
        case 0:
            return eventOf(Op::DeletePrefix, randomKey(random).left(3));
        case 1:
            return eventOf(random.bounded(30) == 0 ? Op::DeleteAll : Op::Touch, randomKey(random));
        case 2:
        case 3:
            return eventOf(Op::Expire, randomKey(random));
        case 4:
        case 5:
        case 6:
            return eventOf(Op::Delete, randomKey(random));
        default:
            return eventOf(Op::Insert, randomKey(random), "v");
        }
    }

    std::unique_ptr<KeysModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
    std::unique_ptr<QSignalSpy> m_wanted;
};

QTEST_GUILESS_MAIN(TestKeysModel)
#include "tst_keysmodel.moc"
