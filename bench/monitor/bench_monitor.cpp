// SPDX-License-Identifier: GPL-3.0-only
// What the monitor's models and clients cost the window; see bench/README.md.
#include "bench/monitor/eventsource.h"
#include "monitor/client/feedclient.h"
#include "monitor/client/restclient.h"
#include "monitor/models/keysmodel.h"
#include "monitor/models/walmodel.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QFile>
#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace memorykv;

namespace {

constexpr quint64 kPreloaded = 1'000'000;
constexpr int kRowHeight = 20;

double milliseconds(qint64 nanoseconds)
{
    return static_cast<double>(nanoseconds) / 1e6;
}

double quantile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    return values[at];
}

/// Resident memory in MiB.
qint64 residentMebibytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    constexpr qint64 kPageSize = 4'096;
    return file.readAll().split(' ').value(1).toLongLong() * kPageSize >> 20;
}

/// The longest times in which the event loop of this thread came to nothing else.
class PauseMeter
{
public:
    PauseMeter()
    {
        m_clock.start();
        QObject::connect(&m_timer, &QTimer::timeout, [this] {
            const qint64 now = m_clock.nsecsElapsed();
            m_pauses.push_back(milliseconds(now - m_last));
            m_last = now;
        });
        m_timer.start(1);
        m_last = m_clock.nsecsElapsed();
    }
    double longest() const { return quantile(m_pauses, 1); }
    double most() const { return quantile(m_pauses, 0.999); }

private:
    QElapsedTimer m_clock;
    QTimer m_timer;
    qint64 m_last = 0;
    std::vector<double> m_pauses;
};

void setUp(QTableView &view, QAbstractItemModel &model)
{
    view.setModel(&model);
    view.verticalHeader()->setDefaultSectionSize(kRowHeight);
    view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view.verticalHeader()->hide();
    view.setWordWrap(false);
    view.setAutoScroll(false);
    view.resize(1'000, 700);
    view.show();
}

void preload(WalModel &model)
{
    QList<Event> events;
    for (quint64 seq = 1; seq <= kPreloaded; ++seq) {
        events.append({.op = Op::Insert,
                       .epoch = 0,
                       .seq = seq,
                       .timeMs = 1,
                       .key = "before/" + QByteArray::number(seq),
                       .value = QByteArray(70, 'x'),
                       .type = "text/plain"});
        if (events.size() == 10'000)
            model.append(std::exchange(events, {}));
    }
}

/// Whether what came through the feed is all there, once and in order, at the end of the model.
bool isComplete(const WalModel &model, quint64 count)
{
    const int first = model.rowCount() - static_cast<int>(count);
    for (quint64 at = 0; at < count; ++at) {
        const WalRow &row = model.walRowAt(first + static_cast<int>(at));
        if (row.epoch != 1 || row.seq != at + 1 || row.op != Op::Insert)
            return false;
    }
    return true;
}

/// Events at a rate into a full log under a view that follows. Returns whether the targets are met.
bool benchWal(int rate, int seconds)
{
    WalModel model;
    preload(model);
    QTableView view;
    setUp(view, model);
    const qint64 memoryBefore = residentMebibytes();

    const auto count = static_cast<quint64>(rate) * static_cast<quint64>(seconds);
    auto *server = new EventSourceServer(rate, count);
    QThread thread;
    server->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, server, &QObject::deleteLater);
    FeedClient feed;
    QObject::connect(server, &EventSourceServer::listening, &feed, [&feed](quint16 port) {
        feed.start({.address = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(port))});
    });

    std::vector<double> flushes;
    quint64 received = 0;
    qint64 memoryPeak = memoryBefore;
    QObject::connect(&feed, &FeedClient::events, &view, [&](const QList<Event> &batch) {
        QElapsedTimer clock;
        clock.start();
        model.append(batch);
        view.scrollToBottom();
        view.viewport()->repaint();
        flushes.push_back(milliseconds(clock.nsecsElapsed()));
        received += static_cast<quint64>(batch.size());
        if (flushes.size() % 50 == 0)
            memoryPeak = std::max(memoryPeak, residentMebibytes());
        if (received >= count)
            QCoreApplication::quit();
    });
    PauseMeter pauses;
    QTimer::singleShot((seconds + 60) * 1'000, &view, [] { QCoreApplication::quit(); });
    thread.start();
    QMetaObject::invokeMethod(server, &EventSourceServer::listen);
    QCoreApplication::exec();
    thread.quit();
    thread.wait();

    const bool complete = received == count && isComplete(model, count);
    const double median = quantile(flushes, 0.5);
    const double longest = quantile(flushes, 1);
    std::printf("wal: %d events/s for %d s into %llu rows\n", rate, seconds,
                static_cast<unsigned long long>(kPreloaded));
    std::printf("  flushes            %zu, median %.2f ms, p99 %.2f ms, longest %.2f ms\n",
                flushes.size(), median, quantile(flushes, 0.99), longest);
    std::printf("  pauses of the loop p99.9 %.1f ms, longest %.1f ms\n", pauses.most(),
                pauses.longest());
    std::printf("  memory             %lld MiB before, %lld MiB at most; rows kept %llu\n",
                static_cast<long long>(memoryBefore), static_cast<long long>(memoryPeak),
                static_cast<unsigned long long>(model.keptRows()));
    std::printf("  events             %llu of %llu, %s, shed %llu\n",
                static_cast<unsigned long long>(received), static_cast<unsigned long long>(count),
                complete ? "all in order" : "NOT all in order",
                static_cast<unsigned long long>(feed.stats().shed));
    return complete && median < 50 && longest < 200;
}

/// Puts \a count keys on the server at \a address.
bool fill(RestClient &rest, int count)
{
    constexpr int kBatch = 10'000;
    bool good = true;
    for (int first = 0; first < count && good; first += kBatch) {
        QList<BatchOperation> operations;
        for (int key = first; key < std::min(first + kBatch, count); ++key)
            operations.append(
                {.put = {.key = "bench/" + QByteArray::number(key).rightJustified(8, '0'),
                         .value = "v"}});
        QEventLoop loop;
        rest.batch(operations, &loop, [&](const Outcome<QList<BatchResult>> &outcome) {
            good = outcome.ok();
            if (!good)
                std::fprintf(stderr, "%s\n", qPrintable(outcome.error().text));
            loop.quit();
        });
        loop.exec();
    }
    return good;
}

/// All keys of a server, page by page, under a view that scrolls to the end each time.
bool benchKeys(const QUrl &address, int count)
{
    RestClient rest;
    rest.setEndpoint({.address = address});
    if (!fill(rest, count))
        return false;
    KeysModel model;
    QTableView view;
    std::vector<double> pages;
    bool failed = false;
    QObject::connect(&model, &KeysModel::pageWanted, &view, [&](const KeyPageRequest &request) {
        rest.keys(request.prefix, request.after, request.limit, &view,
                  [&, generation = request.generation](const Outcome<KeyPage> &page) {
                      QElapsedTimer clock;
                      clock.start();
                      if (page)
                          model.pageArrived(generation, *page);
                      else
                          model.pageFailed(generation, page.error());
                      view.scrollToBottom();
                      view.viewport()->repaint();
                      pages.push_back(milliseconds(clock.nsecsElapsed()));
                  });
    });
    QObject::connect(&model, &KeysModel::stateChanged, &view, [&] {
        if (model.isComplete())
            QCoreApplication::quit();
    });
    QObject::connect(&model, &KeysModel::loadFailed, &view, [&] {
        failed = true;
        QCoreApplication::quit();
    });
    setUp(view, model);
    // As a user does who drags the scroll bar to the end and holds it there.
    QTimer scroller;
    QObject::connect(&scroller, &QTimer::timeout, &view, [&] {
        view.scrollToBottom();
        model.fetchMore({});
    });
    scroller.start(1);
    QElapsedTimer all;
    all.start();
    PauseMeter pauses;
    model.setPrefix("bench/");
    QCoreApplication::exec();

    const double longest = quantile(pages, 1);
    std::printf("keys: %d rows in pages of %d, in %.1f s, %lld MiB\n", model.rowCount(),
                KeysModel::kPageSize, static_cast<double>(all.elapsed()) / 1e3,
                static_cast<long long>(residentMebibytes()));
    std::printf("  page into the view median %.2f ms, p99 %.2f ms, longest %.2f ms\n",
                quantile(pages, 0.5), quantile(pages, 0.99), longest);
    std::printf("  pauses of the loop p99.9 %.1f ms, longest %.1f ms\n", pauses.most(),
                pauses.longest());
    return !failed && model.rowCount() == count && pauses.longest() < 50;
}

} // namespace

int main(int argc, char **argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Measures the monitor's models."));
    parser.addHelpOption();
    const QCommandLineOption server(QStringLiteral("server"),
                                    QStringLiteral("Measure paging of the keys of this server, "
                                                   "which gets them first, too."),
                                    QStringLiteral("URL"));
    const QCommandLineOption rate(QStringLiteral("rate"), QStringLiteral("Events a second."),
                                  QStringLiteral("N"), QStringLiteral("10000"));
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("For so long."),
                                     QStringLiteral("S"), QStringLiteral("30"));
    const QCommandLineOption keys(QStringLiteral("keys"), QStringLiteral("Keys of the server."),
                                  QStringLiteral("N"), QStringLiteral("1000000"));
    parser.addOptions({server, rate, seconds, keys});
    parser.process(application);

    bool good = benchWal(parser.value(rate).toInt(), parser.value(seconds).toInt());
    if (parser.isSet(server))
        good = benchKeys(QUrl(parser.value(server)), parser.value(keys).toInt()) && good;
    std::printf(good ? "targets met\n" : "targets missed\n");
    return good ? 0 : 1;
}
