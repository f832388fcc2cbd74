// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/faultyfilesystem.h"
#include "tests/support/loggedstore.h"
#include "tests/support/storemodel.h"

#include <random>

namespace memorykv::test {

/// A store on a faulty file system that is worked with, stopped in every way and started again, and
/// compared with a model each time. What it finds it tells in words: the promise that was broken
/// (docs/wal.md), and where. An empty fault is none.
class WalRun
{
public:
    enum class Stop {
        Orderly,
        Kill,  ///< the process is gone; what was written is there
        Power, ///< and of what was not synced, a part
    };

    WalRun(FaultyFileSystem &files, quint32 seed, DiskLog::Options options);
    ~WalRun();

    /// Starts, and checks all that was recovered. The start may fail, without a fault, while the
    /// file system does.
    QByteArray start();
    bool isStarted() const { return m_server != nullptr; }
    const Recovered &recovered() const { return m_recovered; }

    /// Makes \a steps random steps: puts, deletes, touches, expiries, batches and prefix deletes,
    /// some of them many at once, and checks what is shown when the log fails.
    QByteArray work(int steps);

    /// Ends the server, if it has started, and what it runs on. Nothing may use it any more.
    void stop(Stop how);

    /// Checks that what the directory holds is recovered without being changed, and the same twice.
    QByteArray checkRepeatable();

    LoggedStore &server() { return *m_server; }
    const StoreModel &model() const { return m_model; }
    /// What must be there after the next start.
    quint64 acknowledged() const { return m_acknowledged; }

private:
    QByteArray checkRecovered(quint64 previousEpoch);
    QByteArray checkHistory();
    QByteArray checkFailed();
    bool step();
    bool apply(const Operation &operation);
    bool batch();
    void plan(const Operation &operation);
    Operation randomOperation();
    QByteArray randomKey();
    int random(int below);

    FaultyFileSystem &m_files;
    const DiskLog::Options m_options;
    std::mt19937 m_random;
    TestClock m_clock;
    StoreModel m_model;
    std::unique_ptr<LoggedStore> m_server;
    Recovered m_recovered;
    quint64 m_epoch = 0;
    quint64 m_acknowledged = 0;
    quint64 m_recoveredSeq = 0; ///< by the last start, and so durable whatever the policy
    quint64 m_shown = 0;        ///< the last seq published
};

} // namespace memorykv::test
