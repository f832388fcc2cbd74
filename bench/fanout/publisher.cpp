// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/publisher.h"

#include "bench/fanout/payload.h"

#include <algorithm>
#include <poll.h>
#include <stdexcept>

namespace memorykv::fanout {

namespace {

constexpr std::uint64_t kWindow = 2048; // Events that may be unanswered.
constexpr std::uint64_t kAhead = 8192;  // Events that consumers may be behind by, without a rate.
constexpr double kCatchUp = 0.1;        // Seconds of events that are made up for after a delay.
constexpr std::uint64_t kAnswerTimeout = 60'000'000'000; // Nanoseconds.

bool isHttp(Protocol protocol)
{
    return protocol == Protocol::WebSocketText || protocol == Protocol::WebSocketJson;
}

} // namespace

Publisher::Publisher(const Options &options)
    : m_options(options)
    , m_socket(options.port)
    , m_responses(options.protocol)
{
    if (options.protocol == Protocol::Nats) {
        m_socket.receiveUntil("\r\n");
        m_socket.sendAll("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n");
    }
    m_socket.setNonBlocking();
}

Publisher::~Publisher()
{
    stop();
    if (m_thread.joinable())
        m_thread.join();
}

void Publisher::start()
{
    m_thread = std::thread(&Publisher::run, this);
}

void Publisher::check()
{
    if (m_error)
        std::rethrow_exception(m_error);
}

void Publisher::run()
{
    try {
        const std::uint64_t started = now();
        while (!m_stopping && m_published + m_options.batch <= kMostNumber)
            publishDue(started);
        awaitAnswers();
    } catch (...) {
        m_error = std::current_exception();
    }
    m_finished = true;
}

void Publisher::publishDue(std::uint64_t started)
{
    if (const std::uint64_t count = due(started); count > 0) {
        appendEvents(count);
        flush();
    } else {
        wait(0, 1);
    }
    readAnswers();
}

/// How many events to publish now: what the rate asks for, as far as the window lets it, in whole
/// batches.
std::uint64_t Publisher::due(std::uint64_t started)
{
    const std::uint64_t published = m_published;
    const std::uint64_t unanswered = (m_asked - m_answered) * m_options.batch;
    const std::uint64_t window = std::max<std::uint64_t>(kWindow, 2 * m_options.batch);
    std::uint64_t count = window - std::min(window, unanswered);
    if (m_options.rate > 0) {
        const double elapsed = static_cast<double>(now() - started) / 1e9;
        const auto wanted = static_cast<std::uint64_t>(elapsed * m_options.rate) - m_skipped;
        const std::uint64_t behind = wanted - std::min(wanted, published);
        const auto most = static_cast<std::uint64_t>(kCatchUp * m_options.rate) + m_options.batch;
        m_skipped += behind - std::min(behind, most);
        count = std::min({count, behind, most});
    } else {
        const std::uint64_t behind = published - m_delivered;
        count = std::min(count, kAhead - std::min(kAhead, behind));
    }
    return count / m_options.batch * m_options.batch;
}

void Publisher::appendEvents(std::uint64_t count)
{
    for (std::uint64_t i = 0; i < count; i += m_options.batch) {
        if (m_options.batch > 1)
            appendBatch();
        else
            appendRequest();
    }
}

void Publisher::appendRequest()
{
    const std::string size = std::to_string(m_options.valueSize);
    const std::string key(kKey);
    switch (m_options.protocol) {
    case Protocol::WebSocketText:
    case Protocol::WebSocketJson:
        m_out += "PUT /" + key
                 + " HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: return=minimal\r\n"
                   "Content-Length: "
                 + size + "\r\n\r\n";
        break;
    case Protocol::Nats:
        m_out += "PUB " + key + ' ' + size + "\r\n";
        break;
    case Protocol::Redis:
        m_out += "*3\r\n$7\r\nPUBLISH\r\n$" + std::to_string(key.size()) + "\r\n" + key + "\r\n$"
                 + size + "\r\n";
        break;
    }
    appendValue(m_out, m_published, now(), m_options.valueSize);
    if (!isHttp(m_options.protocol))
        m_out += "\r\n";
    ++m_published;
    if (m_options.protocol != Protocol::Nats) // Which answers nothing.
        ++m_asked;
}

void Publisher::appendBatch()
{
    std::string body = R"({"operations":[)";
    for (std::size_t i = 0; i < m_options.batch; ++i) {
        body.append(i == 0 ? "" : ",").append(R"({"op":"put","key":")").append(kKey);
        body.append(R"(","value":")");
        appendValue(body, m_published, now(), m_options.valueSize);
        body.append(R"("})");
        ++m_published;
    }
    body.append("]}");
    m_out += "POST /-/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
             "Content-Length: "
             + std::to_string(body.size()) + "\r\n\r\n" + body;
    ++m_asked;
}

void Publisher::flush()
{
    std::string_view rest = m_out;
    while (!rest.empty()) {
        const std::size_t sent = m_socket.send(rest);
        rest.remove_prefix(sent);
        if (sent == 0) {
            wait(POLLOUT, 1000);
            readAnswers(); // The server may take nothing more before its answers are taken.
        }
    }
    m_out.clear();
}

void Publisher::awaitAnswers()
{
    if (m_options.protocol == Protocol::Nats) {
        m_out = "PING\r\n";
        flush();
        ++m_asked;
    }
    const std::uint64_t deadline = now() + kAnswerTimeout;
    while (m_answered < m_asked) {
        if (now() > deadline)
            throw std::runtime_error("what was published is not answered");
        wait(0, 10);
        readAnswers();
    }
}

void Publisher::readAnswers()
{
    char buffer[64 << 10];
    while (const auto size = m_socket.receive(buffer, sizeof buffer)) {
        if (*size == 0)
            throw std::runtime_error("the server closed the connection of the publisher");
        m_answered += m_responses.take(std::string_view(buffer, *size));
    }
}

/// Waits for something to read, or for EVENTS.
void Publisher::wait(short events, int milliseconds)
{
    pollfd wait{m_socket.descriptor(), static_cast<short>(POLLIN | events), 0};
    poll(&wait, 1, milliseconds);
}

} // namespace memorykv::fanout
