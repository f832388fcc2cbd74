// SPDX-License-Identifier: GPL-3.0-only
//
// How long the store keeps a writer waiting: for an operation itself, behind listings, while keys
// expire in masses. bench/README.md says what the numbers mean.
#include "bench/micro/latencies.h"
#include "bench/micro/lockholds.h"
#include "bench/micro/works.h"

#include "server/log/memorylog.h"
#include "server/store/expirer.h"
#include "server/store/keyvaluestore.h"
#include "server/store/snapshot.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDateTime>
#include <QTimer>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

using namespace memorykv;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype kHistoryBytes = 32 << 20; // the server's default
constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();
constexpr size_t kStep = 7'368'787; // a prime: steps of it go through all keys in no order
constexpr qint64 kPointTargetNs = 1000;
constexpr qint64 kListTargetNs = 1'000'000;
constexpr qint64 kExpiryTargetNs = 10'000'000;
const QByteArray kValue(64, 'v');

qint64 wallClock()
{
    return QDateTime::currentMSecsSinceEpoch();
}

QByteArray keyOf(size_t number)
{
    return "key:" + QByteArray::number(number).rightJustified(12, '0');
}

/// A store that holds keys, every other number, in the order in which chance would put them.
class Fixture
{
public:
    explicit Fixture(size_t keys)
        : m_log(kHistoryBytes)
        , store(m_log, 0, [this] { return wallClock() + m_ahead; })
        , m_keys(keys)
    {
        for (size_t i = 0; i < keys; ++i)
            put(present(i));
    }

    QByteArray present(size_t i) const { return keyOf(i * kStep % m_keys * 2); }
    QByteArray absent(size_t i) const { return keyOf(i * kStep % m_keys * 2 + 1); }
    void advance(qint64 ms) { m_ahead = ms; }
    void put(const QByteArray &key) { keep(store.apply(Operation::put(key, kValue, {}, 0))); }

private:
    std::atomic<qint64> m_ahead = 0; ///< of the store's clock before the wall's
    MemoryLog m_log;

public:
    KeyValueStore store;

private:
    size_t m_keys;
};

/// Writes all the time: a key comes, is replaced, goes.
class Writer
{
public:
    explicit Writer(Fixture &fixture)
        : m_thread([this, &fixture] { run(fixture); })
    { }

    Latencies stop()
    {
        m_stopping = true;
        m_thread.join();
        return std::move(m_waits);
    }

private:
    void run(Fixture &fixture)
    {
        for (size_t i = 0; !m_stopping; ++i) {
            const QByteArray key = fixture.absent(i / 3);
            const Operation operation
                = i % 3 == 2 ? Operation::remove(key) : Operation::put(key, kValue, {}, 0);
            m_waits.time([&] { keep(fixture.store.apply(operation)); });
        }
    }

    std::atomic<bool> m_stopping = false;
    Latencies m_waits;
    std::thread m_thread;
};

class Report
{
public:
    /// A line; \a targetNs is for \a judged, 0 for none.
    void line(const char *name, Latencies latencies, qint64 judged = 0, qint64 targetNs = 0)
    {
        const bool met = targetNs == 0 || judged <= targetNs;
        m_met = m_met && met;
        std::printf("%-38s %9zu %9.2f %9.2f %9.2f %9.1f %9.1f  %s\n", name, latencies.count(),
                    us(latencies.percentile(0.5)), us(latencies.percentile(0.99)),
                    us(latencies.percentile(0.999)), us(latencies.max()),
                    us(latencies.maxUndisturbed()),
                    targetNs == 0 ? ""
                    : met         ? "met"
                                  : "MISSED");
        std::fflush(stdout);
    }
    /// A line that is judged by the target for operations, if there was a hold at all.
    void holds(const char *name, Latencies latencies)
    {
        if (latencies.count() == 0)
            return;
        const qint64 p99 = latencies.percentile(0.99);
        line(name, std::move(latencies), p99, kPointTargetNs);
    }
    void note(const char *name, double value, const char *unit)
    {
        std::printf("%-38s %9.1f %s\n", name, value, unit);
    }
    bool met() const { return m_met; }

private:
    static double us(qint64 ns) { return double(ns) / 1000; }

    bool m_met = true;
};

// One thread, so that nobody is waited for.
void measurePoints(size_t keys, Report &report)
{
    constexpr size_t kOperations = 200'000;
    Fixture f(keys);
    const auto measure = [&](const char *name, auto work) {
        Latencies calls;
        LockHolds holds;
        for (size_t i = 0; i < kOperations; ++i)
            work(i, calls);
        if (holds.reads.count() + holds.writes.count() < kOperations)
            qFatal("this version of Qt locks by functions that lockholds.cpp does not lead away");
        report.line(name, std::move(calls));
        report.holds("  holds the lock for reading", std::move(holds.reads));
        report.holds("  holds the lock for writing", std::move(holds.writes));
    };
    const auto measureChange = [&](const char *name, auto make) {
        measure(name, [&](size_t i, Latencies &calls) {
            const Operation operation = make(i);
            calls.time([&] { keep(f.store.apply(operation)); });
        });
    };
    measure("get", [&](size_t i, Latencies &calls) {
        const QByteArray key = f.present(i);
        calls.time([&] { keep(f.store.get(key)); });
    });
    measureChange("put, replacing",
                  [&](size_t i) { return Operation::put(f.present(i), kValue, {}, 0); });
    measureChange("put, new", [&](size_t i) { return Operation::put(f.absent(i), kValue, {}, 0); });
    measureChange("delete", [&](size_t i) { return Operation::remove(f.absent(i)); });
    measureChange("touch", [&](size_t i) { return Operation::touch(f.present(i), 3'600'000); });
}

void measureListings(size_t keys, Report &report)
{
    constexpr int kListings = 5;
    Fixture f(keys);
    Writer alone(f);
    std::this_thread::sleep_for(1s);
    report.line("writer alone", alone.stop());

    Writer beside(f);
    Latencies holds;
    {
        LockHolds of;
        for (int i = 0; i < kListings; ++i)
            keep(f.store.list("key:", {}, kUnlimited));
        holds = std::move(of.reads);
    }
    report.line("writer, all keys being listed", beside.stop());
    const qint64 longest = holds.maxUndisturbed();
    report.line("  the listing holds the lock", std::move(holds), longest, kListTargetNs);

    Latencies slices;
    Snapshot snapshot(f.store, {});
    while (!snapshot.atEnd())
        slices.time([&] { keep(snapshot.next(KeyValueStore::kSliceSize)); });
    report.line("a slice of a listing", std::move(slices));
}

void measureExpiry(size_t keys, qint64 spreadMs, const char *name, Report &report)
{
    Fixture f(keys);
    Expirer expirer(f.store);
    const qint64 begin = wallClock() + 4000 + qint64(keys / 200);
    for (size_t i = 0; i < keys; ++i) {
        const qint64 due = begin + (spreadMs > 0 ? qint64(i) % spreadMs : 0);
        keep(f.store.apply(Operation::touch(f.present(i), due - wallClock())));
    }
    const quint64 expiring = f.store.keyCount();
    if (wallClock() > begin)
        qFatal("this machine is too slow for so many keys");
    QEventLoop loop;
    QTimer::singleShot(int(begin - wallClock()), &loop, &QEventLoop::quit);
    loop.exec();

    Writer writer(f);
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        if (f.store.expiredCount() >= expiring)
            loop.quit();
    });
    timer.start(1);
    loop.exec();
    const qint64 end = wallClock();
    Latencies waits = writer.stop();
    const qint64 longest = waits.maxUndisturbed();
    report.line(name, std::move(waits), longest, kExpiryTargetNs);
    report.note("  from the first due until all are gone", double(end - begin), "ms");
}

void measureExpirySlices(size_t keys, Report &report)
{
    Fixture f(keys);
    for (size_t i = 0; i < keys; ++i)
        keep(f.store.apply(Operation::touch(f.present(i), 60'000)));
    f.advance(60'000);
    Latencies slices;
    while (f.store.keyCount() > 0)
        slices.time([&] { keep(f.store.expireDue()); });
    report.line("a slice of an expiry", std::move(slices));
}

size_t readKeys(const QCoreApplication &application, bool *check)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("How long the store keeps a writer waiting."));
    parser.addHelpOption();
    const QCommandLineOption keys(QStringLiteral("keys"), QStringLiteral("Keys in the store."),
                                  QStringLiteral("number"), QStringLiteral("1000000"));
    const QCommandLineOption checking(QStringLiteral("check"),
                                      QStringLiteral("End with status 1 when a target is missed."));
    parser.addOptions({keys, checking});
    parser.process(application);
    *check = parser.isSet(checking);
    return parser.value(keys).toUInt();
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    bool check = false;
    const size_t keys = readKeys(application, &check);
    if (keys < 1000 || keys % kStep == 0) {
        std::fputs("bench-waits: --keys takes a number, at least 1000\n", stderr);
        return 2;
    }
    Report report;
    std::printf("%zu keys of 16 bytes with values of 64 bytes; times in microseconds\n\n", keys);
    std::printf("%-38s %9s %9s %9s %9s %9s %9s  target\n", "", "count", "median", "p99", "p99.9",
                "most", "most*");
    measurePoints(keys, report);
    measureListings(keys, report);
    measureExpiry(keys, 1000, "writer, all keys expire in 1 s", report);
    measureExpiry(keys, 0, "writer, all keys expire at once", report);
    measureExpirySlices(keys, report);
    std::puts("\n* without those in which the kernel took the processor from one of the threads\n"
              "targets: the lock is held for an operation 1 us at p99, for a slice of a listing "
              "1 ms at most*; a writer waits beside expiries 10 ms at most*");
    return check && !report.met() ? 1 : 0;
}
