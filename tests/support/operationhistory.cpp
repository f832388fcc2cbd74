// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/operationhistory.h"

#include <algorithm>

namespace memorykv::test {

using namespace Qt::StringLiterals;

HttpResponse OperationHistory::put(HttpClient &client, const QByteArray &key,
                                   const QByteArray &value)
{
    return note(Kind::Put, client, key, value);
}

HttpResponse OperationHistory::del(HttpClient &client, const QByteArray &key)
{
    return note(Kind::Delete, client, key, {});
}

HttpResponse OperationHistory::get(HttpClient &client, const QByteArray &key)
{
    return note(Kind::Get, client, key, {});
}

HttpResponse OperationHistory::note(Kind kind, HttpClient &client, const QByteArray &key,
                                    const QByteArray &value)
{
    const QByteArray target = '/' + key;
    const Clock::time_point asked = Clock::now();
    const HttpResponse response = kind == Kind::Put      ? client.put(target, value)
                                  : kind == Kind::Delete ? client.del(target)
                                                         : client.get(target);
    m_operations.push_back({kind, key, value, response.status, response.body, response.revision(),
                            asked, Clock::now()});
    return response;
}

void OperationHistory::append(const OperationHistory &other)
{
    m_operations.insert(m_operations.end(), other.m_operations.begin(), other.m_operations.end());
}

QByteArray OperationHistory::told(const Operation &operation, const QByteArray &what)
{
    static constexpr const char *kNames[] = {"PUT ", "DELETE ", "GET "};
    return kNames[static_cast<int>(operation.kind)] + operation.key + ' ' + operation.value + " -> "
           + QByteArray::number(operation.status) + " \"" + operation.body + "\" revision "
           + QByteArray::number(operation.revision) + ": " + what;
}

QByteArray OperationHistory::faultAgainst(const FeedMessages &feed)
{
    QByteArray fault = readFeed(feed);
    if (fault.isEmpty())
        fault = placeWrites();
    if (fault.isEmpty())
        fault = checkReads();
    return fault;
}

QByteArray OperationHistory::readFeed(const FeedMessages &feed)
{
    for (const FeedMessage &message : feed) {
        const QJsonObject json = message.json();
        State state;
        state.seq = message.number("seq");
        state.exists = message.op() == "insert";
        state.value = json.value("value"_L1).toString().toUtf8();
        if (!state.exists && message.op() != "delete")
            return "not expected here: " + message.data;
        Timeline &timeline = m_timelines[json.value("key"_L1).toString().toUtf8()];
        if (timeline.empty())
            timeline.push_back({});
        timeline.push_back(state);
    }
    for (const Operation &operation : m_operations) {
        Timeline &timeline = m_timelines[operation.key];
        if (timeline.empty())
            timeline.push_back({}); // a key that was never written
    }
    return {};
}

QByteArray OperationHistory::placeWrites()
{
    for (const Operation &operation : m_operations) {
        QByteArray fault;
        if (operation.kind == Kind::Put)
            fault = placePut(operation);
        else if (operation.kind == Kind::Delete && operation.status == 200)
            fault = placeDelete(operation);
        if (!fault.isEmpty())
            return told(operation, fault);
    }
    return {};
}

// The event of a write is found by its revision; what it replaced is the state before.
QByteArray OperationHistory::placePut(const Operation &operation)
{
    Timeline &timeline = m_timelines[operation.key];
    const auto state = std::find_if(timeline.begin(), timeline.end(), [&](const State &candidate) {
        return candidate.seq == operation.revision;
    });
    if (state == timeline.begin() || state == timeline.end())
        return "no event has this seq"_ba;
    if (!state->exists || state->value != operation.value)
        return "the event of this seq is another one, of " + state->value;
    const State &before = *std::prev(state);
    if ((operation.status == 200) != before.exists)
        return before.exists ? "but the key was there"_ba : "but the key was not there"_ba;
    if (operation.body != before.value)
        return "but the value before was " + before.value;
    state->asked = operation.asked;
    state->answered = operation.answered;
    return {};
}

// Values are unique: the event of a delete is the one after the value it removed.
QByteArray OperationHistory::placeDelete(const Operation &operation)
{
    Timeline &timeline = m_timelines[operation.key];
    const auto removed
        = std::find_if(timeline.begin(), timeline.end(), [&](const State &candidate) {
              return candidate.exists && candidate.value == operation.body;
          });
    if (removed == timeline.end() || std::next(removed) == timeline.end())
        return "no event follows the value removed"_ba;
    State &state = *std::next(removed);
    if (state.exists)
        return "the value was replaced, not removed"_ba;
    if (state.answered != Clock::time_point::max())
        return "the value was removed twice"_ba;
    state.asked = operation.asked;
    state.answered = operation.answered;
    return {};
}

// A reader may see a state when it was not over before the reader asked, and had begun to come
// about before it was answered.
bool OperationHistory::couldSee(const Timeline &timeline, size_t index,
                                const Operation &reader) const
{
    for (size_t later = index + 1; later < timeline.size(); ++later) {
        if (timeline[later].answered < reader.asked)
            return false;
    }
    return timeline[index].asked < reader.answered;
}

QByteArray OperationHistory::checkReads() const
{
    for (const Operation &operation : m_operations) {
        const bool isRead = operation.kind == Kind::Get || operation.status == 404;
        if (!isRead)
            continue;
        const Timeline &timeline = *m_timelines.constFind(operation.key);
        bool fits = false;
        for (size_t index = 0; index < timeline.size() && !fits; ++index) {
            const State &state = timeline[index];
            const bool isWhatWasSeen = operation.status == 404
                                           ? !state.exists
                                           : state.exists && state.seq == operation.revision
                                                 && state.value == operation.body;
            fits = isWhatWasSeen && couldSee(timeline, index, operation);
        }
        if (!fits)
            return told(operation, "no state of the key fits what was seen then"_ba);
    }
    return {};
}

} // namespace memorykv::test
