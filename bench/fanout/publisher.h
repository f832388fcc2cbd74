// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "bench/fanout/options.h"
#include "bench/fanout/responses.h"
#include "bench/fanout/socket.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>
#include <thread>

namespace memorykv::fanout {

/// Publishes numbered events over one connection, from a thread of its own. All functions are for
/// the thread that made the object.
class Publisher
{
public:
    /// Connects. Throws as Socket does.
    explicit Publisher(const Options &options);
    ~Publisher();

    void start();

    /// How many events were handed to the connection; their numbers are those below.
    std::uint64_t published() const { return m_published; }

    /// How many all consumers have; without a rate, the publisher stays a limited number ahead of
    /// it.
    void setDelivered(std::uint64_t count) { m_delivered = count; }

    /// Publishes no more. Once isFinished(), every event has been answered, or one failed.
    void stop() { m_stopping = true; }
    bool isFinished() const { return m_finished; }

    /// Throws what went wrong, if something did. For after isFinished().
    void check();

private:
    void run();
    void publishDue(std::uint64_t started);
    std::uint64_t due(std::uint64_t started);
    void appendEvents(std::uint64_t count);
    void appendRequest();
    void appendBatch();
    void flush();
    void awaitAnswers();
    void readAnswers();
    void wait(short events, int milliseconds);

    Options m_options;
    Socket m_socket;
    Responses m_responses;
    std::string m_out;
    std::uint64_t m_skipped = 0; // Events that came due while the server was too slow to take them.
    std::uint64_t m_asked = 0;   // Requests that are answered.
    std::uint64_t m_answered = 0;
    std::atomic<std::uint64_t> m_published = 0;
    std::atomic<std::uint64_t> m_delivered = 0;
    std::atomic<bool> m_stopping = false;
    std::atomic<bool> m_finished = false;
    std::exception_ptr m_error;
    std::thread m_thread;
};

} // namespace memorykv::fanout
