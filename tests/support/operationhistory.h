// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/feed.h"
#include "tests/support/httpclient.h"

#include <QHash>

#include <chrono>
#include <vector>

namespace memorykv::test {

/// What clients asked and were told, with when, to be compared with the feed: whether all of it
/// fits one order of operations, each taking effect between its request and its answer
/// (linearizability; Herlihy and Wing, 1990).
///
/// Every value put must be unique. One history belongs to one thread; append() joins them.
class OperationHistory
{
public:
    /// Carries out the operation and notes it.
    HttpResponse put(HttpClient &client, const QByteArray &key, const QByteArray &value);
    HttpResponse del(HttpClient &client, const QByteArray &key);
    HttpResponse get(HttpClient &client, const QByteArray &key);

    void append(const OperationHistory &other);

    /// The first answer that does not fit the order of the JSON events in \a feed; empty when all
    /// do.
    QByteArray faultAgainst(const FeedMessages &feed);

private:
    using Clock = std::chrono::steady_clock;
    enum class Kind { Put, Delete, Get };

    struct Operation
    {
        Kind kind;
        QByteArray key;
        QByteArray value; ///< Put: what was asked to be stored
        int status;
        QByteArray body;
        quint64 revision; ///< of the answer
        Clock::time_point asked;
        Clock::time_point answered;
    };

    /// A state of one key, from one mutation to the next.
    struct State
    {
        quint64 seq = 0;
        bool exists = false;
        QByteArray value;
        Clock::time_point asked = Clock::time_point::min();
        Clock::time_point answered = Clock::time_point::max(); ///< max: nobody was told
    };
    using Timeline = std::vector<State>;

    HttpResponse note(Kind kind, HttpClient &client, const QByteArray &key,
                      const QByteArray &value);
    QByteArray readFeed(const FeedMessages &feed);
    QByteArray placeWrites();
    QByteArray placePut(const Operation &operation);
    QByteArray placeDelete(const Operation &operation);
    QByteArray checkReads() const;
    bool couldSee(const Timeline &timeline, size_t index, const Operation &reader) const;
    static QByteArray told(const Operation &operation, const QByteArray &what);

    std::vector<Operation> m_operations;
    QHash<QByteArray, Timeline> m_timelines; ///< by key, in the order of the feed
};

} // namespace memorykv::test
