// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <atomic>
#include <thread>

namespace memorykv::test {

/// A client on a thread of its own that puts, deletes and removes keys "w:0" to "w:100" in no
/// obvious order, from its making until stop() or its end.
class RandomWriter
{
public:
    explicit RandomWriter(quint16 port);
    ~RandomWriter();

    RandomWriter(const RandomWriter &) = delete;
    RandomWriter &operator=(const RandomWriter &) = delete;

    /// Returns when the last write was answered.
    void stop();

private:
    void run(quint16 port);

    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

} // namespace memorykv::test
