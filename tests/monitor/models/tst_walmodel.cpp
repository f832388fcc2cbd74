// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/walmodel.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include <deque>

using namespace memorykv;

Q_DECLARE_METATYPE(memorykv::WalFilter)

namespace {

constexpr int kChunk = WalBuffer::kChunkRows;
constexpr qint64 kNoByteLimit = qint64{1} << 40;

Event insert(quint64 seq, const QByteArray &key = "k", const QByteArray &value = "v")
{
    return {.op = Op::Insert,
            .epoch = 7,
            .seq = seq,
            .timeMs = 1'700'000'000'000,
            .key = key,
            .value = value,
            .type = "text/plain"};
}

QList<Event> inserts(quint64 first, int count)
{
    QList<Event> events;
    for (int at = 0; at < count; ++at)
        events.append(insert(first + static_cast<quint64>(at)));
    return events;
}

bool same(const Event &a, const Event &b)
{
    return a.op == b.op && a.epoch == b.epoch && a.seq == b.seq && a.gapFrom == b.gapFrom
           && a.timeMs == b.timeMs && a.key == b.key && a.value == b.value && a.type == b.type
           && a.ttlSeconds == b.ttlSeconds && a.found == b.found && a.initial == b.initial
           && a.peer == b.peer;
}

Event randomEvent(QRandomGenerator &random, quint64 seq)
{
    static const QByteArrayList kKeys = {"a", "a/1", "a/2", "b", "ab", "\xc3\xbc", ""};
    Event event;
    event.op = static_cast<Op>(random.bounded(kOpCount));
    event.epoch = 1 + seq / 50'000;
    event.seq = seq;
    event.timeMs = static_cast<qint64>(seq);
    if (event.op == Op::Gap)
        event.gapFrom = seq / 2;
    else if (event.op == Op::Heartbeat)
        event.peer = "127.0.0.1:" + QByteArray::number(random.bounded(65'536));
    else if (event.op != Op::DeleteAll && event.op != Op::List && event.op != Op::Synced)
        event.key = kKeys.at(random.bounded(static_cast<int>(kKeys.size())));
    if (event.op == Op::Insert) {
        event.value = QByteArray(random.bounded(40), static_cast<char>(random.bounded(256)));
        event.type = random.bounded(2) == 0 ? "a/b" : "";
        event.initial = random.bounded(9) == 0;
        event.ttlSeconds = random.bounded(3) == 0 ? 60 : 0;
    }
    if (event.op == Op::Touch)
        event.ttlSeconds = random.bounded(100);
    if (event.op == Op::Read)
        event.found = random.bounded(2) == 0;
    return event;
}

WalFilter randomFilter(QRandomGenerator &random)
{
    WalFilter filter;
    if (random.bounded(2) == 0)
        filter.ops = random.generate() & WalFilter::kAllOps;
    if (random.bounded(2) == 0)
        filter.prefix = random.bounded(2) == 0 ? "a/" : "a";
    if (random.bounded(3) == 0)
        filter.contains = "b";
    return filter;
}

} // namespace

class TestWalModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyEventComesBackWhole()
    {
        QRandomGenerator random(1);
        QList<Event> events;
        for (quint64 seq = 1; seq <= 2'000; ++seq)
            events.append(randomEvent(random, seq));
        WalModel model;
        model.append(events);
        QCOMPARE(model.rowCount(), 2'000);
        for (int row = 0; row < 2'000; ++row)
            QVERIFY2(same(model.eventAt(row), events.at(row)),
                     opName(events.at(row).op).toByteArray().constData());
    }

    void likeAPlainListWhateverHappens_data()
    {
        QTest::addColumn<quint32>("seed");
        for (quint32 seed = 1; seed <= 6; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    /// Appends, evictions, filters and resets against a list of all events and a loop.
    void likeAPlainListWhateverHappens()
    {
        QFETCH(quint32, seed);
        QRandomGenerator random(seed);
        WalModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::deque<Event> all;
        WalFilter filter;
        quint64 seq = 0;
        for (int step = 0; step < 60; ++step) {
            switch (random.bounded(8)) {
            case 0:
                filter = randomFilter(random);
                model.setFilter(filter);
                break;
            case 1:
                model.setLimits(static_cast<quint64>(kChunk * random.bounded(1, 4)), kNoByteLimit);
                break;
            case 2:
                if (random.bounded(4) == 0) {
                    model.clear();
                    all.clear();
                }
                break;
            default: {
                QList<Event> events;
                for (int left = random.bounded(3'000); left > 0; --left)
                    events.append(randomEvent(random, ++seq));
                model.append(events);
                all.insert(all.end(), events.begin(), events.end());
            }
            }
            // Which rows go is the model's choice within its limits; which stay is not.
            QVERIFY(all.size() >= model.keptRows());
            all.erase(all.begin(),
                      all.begin() + static_cast<std::ptrdiff_t>(all.size() - model.keptRows()));
            compare(model, all, filter);
        }
    }

    void oldestRowsGoInChunks()
    {
        WalModel model;
        model.setLimits(2 * kChunk, kNoByteLimit);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy announced(&model, &WalModel::aboutToEvict);
        QSignalSpy evicted(&model, &WalModel::evicted);
        model.append(inserts(1, 2 * kChunk));
        QCOMPARE(removed.size(), 0);
        model.append(inserts(2 * kChunk + 1, 1));
        QCOMPARE(removed.size(), 1);
        QCOMPARE(announced.size(), 1);
        QCOMPARE(announced.first().first().toInt(), kChunk);
        QCOMPARE(evicted.size(), 1);
        QCOMPARE(model.rowCount(), kChunk + 1);
        QCOMPARE(model.eventAt(0).seq, static_cast<quint64>(kChunk + 1));
    }

    void oneBatchIsOneInsertion()
    {
        WalModel model;
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.append(inserts(1, 5'000));
        QCOMPARE(inserted.size(), 1);
        model.append({});
        QCOMPARE(inserted.size(), 1);
    }

    void bytesAreLimitedToo()
    {
        WalModel model;
        const qint64 limit = 64 << 20;
        model.setLimits(1'000'000, limit);
        const QByteArray value(20'000, 'x');
        for (quint64 batch = 0; batch < 40; ++batch) {
            QList<Event> events;
            for (quint64 at = 0; at < 1'000; ++at)
                events.append(insert(batch * 1'000 + at + 1, "k", value));
            model.append(events);
            // A chunk that is being filled stays.
            QVERIFY(model.keptBytes() < limit + kChunk * 21'000);
        }
        QCOMPARE(model.eventAt(model.rowCount() - 1).seq, 40'000U);
        QVERIFY(model.keptRows() < 10'000);
    }

    void longValuesAreCutAndSaySo()
    {
        WalModel model;
        model.append({insert(1, "k", QByteArray(WalBuffer::kMaxKeptValue, 'x')),
                      insert(2, "k", QByteArray(WalBuffer::kMaxKeptValue + 1, 'x'))});
        QVERIFY(!model.walRowAt(0).isCut());
        QVERIFY(model.walRowAt(1).isCut());
        QCOMPARE(model.eventAt(1).value.size(), WalBuffer::kMaxKeptValue);
        QCOMPARE(model.exportedAt(0).cutFrom, 0);
        QCOMPARE(model.exportedAt(1).cutFrom, WalBuffer::kMaxKeptValue + 1);
        QCOMPARE(model.index(1, WalModel::SizeColumn).data().toString(),
                 QString::number(WalBuffer::kMaxKeptValue + 1));
    }

    void toolTipsShowWhatMayBeCut()
    {
        WalModel model;
        model.append({insert(1, "<b>key", "a\nvalue")});
        const auto toolTip
            = [&model](int column) { return model.index(0, column).data(Qt::ToolTipRole); };
        QCOMPARE(toolTip(WalModel::KeyColumn).toString(), QStringLiteral("<p>&lt;b&gt;key</p>"));
        QCOMPARE(toolTip(WalModel::ValueColumn).toString(),
                 QString::fromUtf16(u"<p>a\u21b5value</p>"));
        QVERIFY(toolTip(WalModel::OpColumn).toString().isEmpty());
    }

    void numbersAreUnderTheirHeads()
    {
        WalModel model;
        model.append({insert(1)});
        for (int column = 0; column < WalModel::ColumnCount; ++column)
            QCOMPARE(model.headerData(column, Qt::Horizontal, Qt::TextAlignmentRole),
                     column == WalModel::SeqColumn || column == WalModel::SizeColumn
                         ? model.index(0, column).data(Qt::TextAlignmentRole)
                         : QVariant());
    }

    void holdingCountsWhatIsNew()
    {
        WalModel model;
        QSignalSpy changed(&model, &WalModel::holdChanged);
        model.append(inserts(1, 10));
        QCOMPARE(model.newRows(), 0U);
        QCOMPARE(changed.size(), 0);
        model.setHolding(true);
        model.append(inserts(11, 5));
        QCOMPARE(model.newRows(), 5U);
        QCOMPARE(model.rowCount(), 15);
        QCOMPARE(changed.size(), 2);

        WalFilter filter;
        filter.contains = "none";
        model.setFilter(filter);
        QCOMPARE(model.newRows(), 0U);
        model.append({insert(16, "one of none")});
        QCOMPARE(model.newRows(), 1U);
        model.setFilter({});
        QCOMPARE(model.newRows(), 6U);
        model.setHolding(false);
        QCOMPARE(model.newRows(), 0U);
        model.setHolding(true);
        QCOMPARE(model.newRows(), 0U);
    }

    void idsStayWithTheirEvents()
    {
        WalModel model;
        model.setLimits(kChunk, kNoByteLimit);
        model.append(inserts(1, kChunk));
        const quint64 id = model.idAt(100);
        QCOMPARE(model.rowOfId(id), 100);
        model.append(inserts(kChunk + 1, 10));
        QCOMPARE(model.rowOfId(id), -1);
        const quint64 newer = model.idAt(5);
        QCOMPARE(model.eventAt(model.rowOfId(newer)).seq, static_cast<quint64>(kChunk + 6));
        QCOMPARE(model.rowOfId(newer + 1'000'000), -1);
        QCOMPARE(model.rowOfSeq(kChunk + 6), 5);
        QCOMPARE(model.rowOfSeq(1), -1);
    }

    void gapsAreAlwaysShown()
    {
        WalModel model;
        WalFilter filter;
        filter.ops = WalFilter::bit(Op::Delete);
        filter.prefix = "x";
        model.setFilter(filter);
        model.append({insert(1),
                      {.op = Op::Gap, .epoch = 7, .seq = 9, .gapFrom = 2},
                      {.op = Op::Delete, .epoch = 7, .seq = 10, .key = "xy"}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0, WalModel::SeqColumn).data().toString(), QStringLiteral("2 to 9"));
        QCOMPARE(model.index(0, WalModel::ValueColumn).data().toString(),
                 QStringLiteral("8 changes are missing here"));
    }

    void exportIsASnapshot()
    {
        WalModel model;
        model.setLimits(2 * kChunk, kNoByteLimit);
        model.append(inserts(1, kChunk + 100));
        WalFilter filter;
        filter.contains = "k";
        model.setFilter(filter);
        EventSource source = model.exportOf({}, ExportFormat::Ndjson).source;
        QCOMPARE(model.exportOf({}, ExportFormat::Ndjson).total, quint64{kChunk + 100});
        model.append(inserts(kChunk + 101, 3 * kChunk));
        model.clear();
        for (quint64 seq = 1; seq <= kChunk + 100; ++seq) {
            const auto event = source();
            QVERIFY(event);
            QCOMPARE(event->event.seq, seq);
            QCOMPARE(event->cutFrom, 0);
        }
        QVERIFY(!source());
    }

    void filterPasses_data()
    {
        QTest::addColumn<WalFilter>("filter");
        QTest::addColumn<Op>("op");
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<bool>("passes");
        const auto row = [](const char *name, const WalFilter &filter, Op op, const QByteArray &key,
                            bool passes) { QTest::newRow(name) << filter << op << key << passes; };
        row("nothing asked", {}, Op::List, {}, true);
        row("op", {.ops = WalFilter::bit(Op::Read)}, Op::Insert, "a", false);
        row("op of it", {.ops = WalFilter::bit(Op::Insert)}, Op::Insert, "a", true);
        row("prefix", {.prefix = "a/"}, Op::Insert, "a/b", true);
        row("prefix of another", {.prefix = "a/"}, Op::Insert, "a", false);
        row("shorter prefix removed", {.prefix = "a/"}, Op::DeletePrefix, "a", true);
        row("longer prefix removed", {.prefix = "a/"}, Op::DeletePrefix, "a/b", true);
        row("other prefix removed", {.prefix = "a/"}, Op::DeletePrefix, "b", false);
        row("all removed", {.prefix = "a/"}, Op::DeleteAll, {}, true);
        row("list of all", {.prefix = "a/"}, Op::List, {}, false);
        row("heartbeat", {.prefix = "a/"}, Op::Heartbeat, {}, false);
        row("contains", {.contains = "bc"}, Op::Delete, "abcd", true);
        row("contains not", {.contains = "bc"}, Op::Delete, "acbd", false);
        row("both", {.prefix = "a", .contains = "c"}, Op::Delete, "ab", false);
        row("gap", {.ops = 0, .prefix = "a"}, Op::Gap, {}, true);
    }
    void filterPasses()
    {
        QFETCH(WalFilter, filter);
        QFETCH(Op, op);
        QFETCH(QByteArray, key);
        QTEST(filter.passes(op, key), "passes");
    }

private:
    static void compare(const WalModel &model, const std::deque<Event> &all,
                        const WalFilter &filter)
    {
        int row = 0;
        for (const Event &event : all) {
            if (!filter.passes(event.op, event.key))
                continue;
            QVERIFY(row < model.rowCount());
            QVERIFY(same(model.eventAt(row), event));
            QCOMPARE(model.rowOfId(model.idAt(row)), row);
            ++row;
        }
        QCOMPARE(row, model.rowCount());
    }
};

QTEST_GUILESS_MAIN(TestWalModel)
#include "tst_walmodel.moc"
