// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/walrun.h"

#include "server/store/storereplayer.h"

#include <limits>

namespace memorykv::test {

static QByteArray number(quint64 seq)
{
    return QByteArray::number(seq);
}

WalRun::WalRun(FaultyFileSystem &files, quint32 seed, DiskLog::Options options)
    : m_files(files)
    , m_options(options)
    , m_random(seed)
{ }

WalRun::~WalRun() = default;

int WalRun::random(int below)
{
    return std::uniform_int_distribution(0, below - 1)(m_random);
}

QByteArray WalRun::start()
{
    auto server = std::make_unique<LoggedStore>(m_files, m_clock, m_options);
    const quint64 previousEpoch = m_epoch;
    auto found = server->open();
    if (!found) {
        const bool isExpected = found.error().code != ErrorCode::Damaged && m_files.isFaulty();
        return isExpected ? QByteArray() : "P4: does not start: " + found.error().detail;
    }
    m_recovered = *found;
    m_server = std::move(server);
    return checkRecovered(previousEpoch);
}

QByteArray WalRun::checkRecovered(quint64 previousEpoch)
{
    const quint64 last = m_server->log().lastSeq();
    const QByteArray what = "seq " + number(last) + " was recovered, ";
    if (last < m_acknowledged)
        return "P1: " + what + number(m_acknowledged) + " had been acknowledged";
    if (last > m_model.seq())
        return "P2: " + what + "which never was";
    const auto expected = m_model.shownAt(last, m_clock.nowMs());
    if (!expected)
        return "P3: " + what + "within a batch";
    const QByteArray wrong = difference(stateOf(m_server->store()), *expected);
    if (!wrong.isEmpty())
        return "P2: " + what + "but " + wrong;
    m_epoch = m_server->log().epoch();
    const bool isSameEpoch = m_epoch == previousEpoch;
    if (last < m_shown && isSameEpoch)
        return "P7: " + what + number(m_shown) + " had been shown, and the epoch goes on";
    if (m_options.fsync == FsyncPolicy::Always && previousEpoch != 0 && !isSameEpoch && last > 0)
        return "P7: the history goes on, but has another epoch";
    m_model.rewind(last);
    m_recoveredSeq = last;
    m_acknowledged = last; // it is shown now
    m_shown = last;
    return checkHistory();
}

// What can be read back is without a hole, and from the beginning gives the state.
QByteArray WalRun::checkHistory()
{
    const DiskLog &log = m_server->log();
    StoreModel replayed;
    quint64 after = 0;
    bool isWhole = true;
    while (after < log.lastSeq()) {
        const Log::Range range = log.read(after, 1 + random(2000));
        if (range.firstHeld > after + 1) { // a snapshot may let it go while it is read
            isWhole = false;
            after = range.firstHeld - 1;
        }
        if (range.records.empty() && after < log.lastSeq())
            return "the history cannot be read behind seq " + number(after);
        for (const Record &record : range.records) {
            if (record.seq != ++after)
                return "the history has a hole before seq " + number(record.seq);
            if (isWhole && !replayed.apply(record))
                return "the history has no such change at seq " + number(record.seq);
        }
    }
    const QByteArray wrong = isWhole ? difference(replayed.state(), m_model.state()) : QByteArray();
    return wrong.isEmpty() ? wrong : "the history read back differs: " + wrong;
}

QByteArray WalRun::work(int steps)
{
    if (!m_server)
        return {};
    bool isGoing = true;
    for (int i = 0; i < steps && isGoing; ++i) {
        isGoing = step();
        if (isGoing && random(3) > 0)
            isGoing = m_server->waitDurable(m_model.seq());
    }
    isGoing = isGoing && m_server->waitDurable(m_model.seq());
    return isGoing ? checkHistory() : checkFailed();
}

QByteArray WalRun::checkFailed()
{
    if (!m_server->hasFailed())
        return "P5: an operation was refused, but the log has not failed";
    DiskLog &log = m_server->log();
    if (log.failure().detail.isEmpty())
        return "P5: the log has failed and does not say why";
    const quint64 durable = log.durableSeq();
    const auto expected = m_model.shownAt(durable, m_clock.nowMs());
    if (!expected)
        return "P3: a part of a batch is durable";
    const QByteArray wrong = difference(stateOf(m_server->store()), *expected);
    if (!wrong.isEmpty())
        return "P5: the store shows what is not durable: " + wrong;
    const auto refused = m_server->store().apply(Operation::put("late", "x", {}, 0));
    const auto removal = m_server->store().removePrefix({});
    if (refused || removal || m_server->store().expireDue() != 0)
        return "P5: a failed log takes something";
    if (log.durableSeq() != durable || log.lastSeq() != durable)
        return "P5: something was acknowledged after the failure";
    return m_files.syncsAfterFailure() > 0 ? "P5: a failed sync was tried again" : QByteArray();
}

void WalRun::stop(Stop how)
{
    if (m_server) {
        if (how != Stop::Orderly)
            m_files.stopAfter(0);
        m_acknowledged = std::max(m_acknowledged, m_server->log().durableSeq());
        for (const Record &record : m_server->published())
            m_shown = std::max(m_shown, record.seq);
        m_server.reset();
    }
    if (how != Stop::Power) {
        m_files.restart();
        return;
    }
    m_files.crash(quint32(m_random()));
    if (m_options.fsync != FsyncPolicy::Always)
        m_acknowledged = m_recoveredSeq;
}

QByteArray WalRun::checkRepeatable()
{
    StoreModel::State states[2];
    WalTail tails[2];
    const auto files = m_files.copy();
    for (int i = 0; i < 2; ++i) {
        DiskLog log(*files, LoggedStore::kDirectory, m_options);
        KeyValueStore store(log, 0, m_clock.reader());
        StoreReplayer replayer(store);
        Segments segments(*files, LoggedStore::kDirectory);
        const auto found = Recovery(*files, LoggedStore::kDirectory, segments, replayer).run();
        if (!found)
            return "P6: recovery fails: " + found.error().detail;
        states[i] = stateOf(store);
        tails[i] = found->tail;
        // The second time an attempt to write was made in between, and was interrupted.
        files->stopAfter(random(8));
        {
            LoggedStore interrupted(*files, m_clock, m_options);
            (void)interrupted.open();
        }
        if (random(2) == 0)
            files->restart();
        else
            files->crash(quint32(m_random()));
    }
    if (tails[0].nextSeq != tails[1].nextSeq)
        return "P6: recovery gives another end the second time";
    const QByteArray wrong = difference(states[1], states[0]);
    return wrong.isEmpty() ? wrong : "P6: recovery gives something else the second time: " + wrong;
}

QByteArray WalRun::randomKey()
{
    static constexpr const char *kPrefixes[] = {"a:", "b:", "c:"};
    return kPrefixes[random(3)] + QByteArray::number(random(8));
}

Operation WalRun::randomOperation()
{
    const QByteArray key = randomKey();
    const qint64 ttlMs = random(4) == 0 ? 1 + random(5000) : 0;
    switch (random(8)) {
    case 0:
        return Operation::remove(key);
    case 1:
        return Operation::touch(key, ttlMs);
    default:
        return Operation::put(key,
                              QByteArray(random(20) == 0 ? 3000 : random(120), char(m_random())),
                              random(2) == 0 ? "text/plain" : "", ttlMs);
    }
}

void WalRun::plan(const Operation &operation)
{
    const qint64 expiresAtMs = operation.ttlMs > 0 ? m_clock.nowMs() + operation.ttlMs : 0;
    switch (operation.kind) {
    case Operation::Kind::Put:
        m_model.put(operation.key, operation.entry->value().toByteArray(),
                    operation.entry->type().toByteArray(), expiresAtMs);
        break;
    case Operation::Kind::Delete:
        m_model.remove(operation.key);
        break;
    case Operation::Kind::Touch:
        m_model.touch(operation.key, expiresAtMs);
        break;
    }
}

// Each of these is false when the log has refused.
bool WalRun::apply(const Operation &operation)
{
    const qint64 now = m_clock.nowMs();
    if (!m_server->store().apply(operation))
        return false;
    m_model.dropExpired(operation.key, now);
    plan(operation);
    m_model.endGroup();
    return true;
}

bool WalRun::batch()
{
    std::vector<Operation> operations;
    for (int i = 2 + random(4); i > 0; --i)
        operations.push_back(randomOperation());
    if (m_server->store().applyBatch(operations).error)
        return false;
    for (const Operation &operation : operations)
        m_model.dropExpired(operation.key, m_clock.nowMs());
    for (const Operation &operation : operations)
        plan(operation);
    m_model.endGroup();
    return true;
}

bool WalRun::step()
{
    switch (random(12)) {
    case 0:
    case 1:
        return batch();
    case 2: {
        const QByteArray prefix = random(4) == 0 ? QByteArray() : randomKey().first(1 + random(3));
        if (!m_server->store().removePrefix(prefix))
            return false;
        m_model.removePrefix(prefix);
        m_model.endGroup();
        return true;
    }
    case 3:
        if (m_server->log().hasFailed())
            return false;
        m_clock.advance(random(3000));
        m_server->store().expireDue();
        m_model.expire(m_clock.nowMs());
        m_model.endGroup();
        return true;
    default:
        return apply(randomOperation());
    }
}

} // namespace memorykv::test
